"""Runs in words."""

import pytest

from app.runs.words import interval


@pytest.mark.parametrize(
    ("value", "low", "high", "words"),
    [
        (0.8197, 0.756, 0.884, "0.82 ± 0.06"),
        (0.5, 0.5, 0.5, "0.5"),
        (0.83, None, None, "0.83"),
        (0.9123, 0.9, 0.928, "0.912 ± 0.014"),
        (3931.4, 3811.0, 4051.0, "3,930 ± 120"),
        (-0.25, -0.45, 0.05, "−0.2 ± 0.2"),
        (12.34, 9.9, 14.7, "12 ± 2"),
        (-0.001, -0.04, 0.04, "0.00 ± 0.04"),
        (None, None, None, ""),
    ],
)
def test_a_score_is_as_fine_as_its_interval(
    value: float | None, low: float | None, high: float | None, words: str
) -> None:
    assert interval(value, low, high) == words
