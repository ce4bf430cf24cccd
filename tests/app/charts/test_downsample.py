"""Fewer points, the same line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.charts.downsample import downsample


def test_a_line_of_unequal_columns_is_refused() -> None:
    with pytest.raises(ValueError, match="3 and 2"):
        downsample([1, 2, 3], [0.1, 0.2])


def test_too_small_a_limit_is_refused() -> None:
    with pytest.raises(ValueError, match="4 points"):
        downsample(range(9), [0.0] * 9, limit=4)


def test_few_points_stay_as_they_are() -> None:
    assert downsample([3, 5], [0.5, 0.25]) == ([3, 5], [0.5, 0.25])
    assert downsample([], []) == ([], [])
    assert len(downsample(range(2000), [1.0] * 2000)[0]) == 2000


@given(
    st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=400),
    st.integers(5, 60),
    st.integers(0, 10**6),
)
def test_whatever_the_line(values: list[float], limit: int, where: int) -> None:
    keep = where % len(values)
    points = list(zip(range(0, 3 * len(values), 3), values, strict=True))
    steps, kept = downsample([step for step, _ in points], values, keep=keep, limit=limit)
    assert len(steps) == len(kept) <= max(limit, 5)
    assert steps == sorted(set(steps))
    assert set(zip(steps, kept, strict=True)) <= set(points)
    for must in (points[0], points[-1], points[keep]):
        assert must in set(zip(steps, kept, strict=True))
    assert (min(kept), max(kept)) == (min(values), max(values))


def test_every_bucket_keeps_its_spikes() -> None:
    values = [0.0] * 100_000
    for spike in range(500, 100_000, 1000):
        values[spike] = 1.0
    steps, kept = downsample(range(100_000), values)
    assert len(steps) <= 2000
    assert kept.count(1.0) == 100
