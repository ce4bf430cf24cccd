"""Runs in words."""

import pytest

from app.runs.words import interval


@pytest.mark.parametrize(
    ("value", "low", "high", "words"),
    [
        (0.8197, 0.756, 0.884, "0.820 ± 0.064"),
        (0.5, 0.5, 0.5, "0.500"),
        (0.83, None, None, "0.830"),
        (0.9123, 0.9, 0.928, "0.912 ± 0.014"),
        (3931.4, 3811.0, 4051.0, "3,930 ± 120"),
        (-0.25, -0.45, 0.05, "−0.250 ± 0.250"),
        (12.34, 9.9, 14.7, "12.3 ± 2.4"),
        (-0.001, -0.04, 0.04, "−0.0010 ± 0.0400"),
        (521.3, 497.0, 545.0, "521 ± 24"),
        (0.997, 0.99, 1.0, "0.997 ± 0.005"),
        (1.0, 0.94, 1.0, "1.00 ± 0.03"),
        (0.9996, None, None, "1.00"),
        (0.999, 0.9988, 0.9992, "0.9990 ± 0.0002"),
        (0.0, 0.0, 0.0, "0.00"),
        (1.2e-7, 1.1e-7, 1.3e-7, "(1.20 ± 0.10) × 10⁻⁷"),
        (float("nan"), None, None, "not a number"),
        (None, None, None, ""),
    ],
)
def test_a_score_is_as_fine_as_its_interval(
    value: float | None, low: float | None, high: float | None, words: str
) -> None:
    assert interval(value, low, high) == words
