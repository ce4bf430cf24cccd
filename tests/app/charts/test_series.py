"""Lines from events, with what a rewind made void left out."""

from typing import Any, NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from app.charts.series import series_of


class AnEvent(NamedTuple):
    kind: str
    payload: dict[str, Any]


def points(name: str, steps: list[int], at: float = 0.0) -> AnEvent:
    return AnEvent("points", {"series": {name: {"step": steps, "value": [at + step for step in steps]}}})


def test_no_events_no_lines() -> None:
    assert series_of([AnEvent("progress", {"phase": "train", "done": 1})]) == {}


def test_points_after_a_rewind_are_void_and_written_again() -> None:
    events = [
        points("train/loss", [1, 2, 3, 4]),
        points("validation/loss", [2, 4]),
        AnEvent("rewind", {"step": 2}),
        points("train/loss", [3, 4, 5], at=100.0),
    ]
    assert series_of(events) == {
        "train/loss": ([1, 2, 3, 4, 5], [1.0, 2.0, 103.0, 104.0, 105.0]),
        "validation/loss": ([2], [2.0]),
    }


@given(st.lists(st.integers(0, 40), max_size=10), st.integers(1, 40))
def test_whatever_is_lost_the_line_is_that_of_a_run_that_was_never_stopped(
    rewinds: list[int], end: int
) -> None:
    """A run to ``end`` that is thrown back to earlier steps again and again."""
    events, at = [], 0
    for rewind in rewinds:
        ahead = min(end, at + 7)
        events += [points("a", [step]) for step in range(at + 1, ahead + 1)]
        at = min(rewind, ahead)
        events.append(AnEvent("rewind", {"step": at}))
    events += [points("a", [step]) for step in range(at + 1, end + 1)]
    assert series_of(events)["a"][0] == list(range(1, end + 1))
