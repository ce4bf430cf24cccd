"""From events to lines: points in order, those that a rewind made void left out."""

from collections.abc import Iterable
from typing import Any, Protocol

Line = tuple[list[int], list[float]]


class Told(Protocol):
    """What is needed of an event."""

    @property
    def kind(self) -> str:
        """points, rewind, or anything else."""

    @property
    def payload(self) -> dict[str, Any]:
        """As in ``trainer.contract.events``."""


def series_of(events: Iterable[Told]) -> dict[str, Line]:
    """Metric name -> (steps, values), in the order of their first point. Other kinds are passed over."""
    lines: dict[str, Line] = {}
    for event in events:
        if event.kind == "points":
            for name, new in event.payload["series"].items():
                steps, values = lines.setdefault(name, ([], []))
                steps.extend(new["step"])
                values.extend(new["value"])
        elif event.kind == "rewind":
            for steps, values in lines.values():
                cut = len(steps)
                while cut and steps[cut - 1] > event.payload["step"]:
                    cut -= 1
                del steps[cut:], values[cut:]
    return lines
