"""Points and progress on their way out: batched, so that a page hears at most eight times a second."""

import math
import time
from collections.abc import Iterator

from trainer.contract.events import PointsPayload, ProgressPayload, Series
from trainer.fit.lesson import Told

EVERY = 0.125
"""Seconds between two deliveries."""


class Outbox:
    """Collects; ``take`` hands out what there is."""

    def __init__(self, every: float = EVERY) -> None:
        self.every = every
        self.series: dict[str, Series] = {}
        self.progress: ProgressPayload | None = None
        self.last = -math.inf

    def add(self, name: str, step: int, value: float) -> None:
        """One point. A value that is not finite has no place on a chart and is left out."""
        if math.isfinite(value):
            series = self.series.setdefault(name, Series(step=[], value=[]))
            series.step.append(step)
            series.value.append(value)

    def due(self) -> bool:
        """Whether the last delivery is long enough ago."""
        return time.perf_counter() - self.last >= self.every

    def take(self) -> Iterator[Told]:
        """Everything collected: at most one event of points and one of progress."""
        self.last = time.perf_counter()
        series, progress, self.series, self.progress = self.series, self.progress, {}, None
        if series:
            yield PointsPayload(series=series)
        if progress:
            yield progress

    def take_due(self) -> Iterator[Told]:
        """The same, if due."""
        if self.due():
            yield from self.take()
