"""Mean and deviation of a column, reckoned from the middle between its ends.

The variance is at least a share 1/2n of the range squared, so that no digits are lost, whatever the numbers are.
"""

import math

import numpy as np
import numpy.typing as npt

HUGE = 1e150
"""Squares of greater values overflow: no deviation is told for such columns."""


class Moments:
    """Sums of the distances to the middle and of their squares, fed chunk by chunk."""

    def __init__(self, low: float, high: float) -> None:
        self._centre = low / 2 + high / 2
        self._squares = max(-low, high) < HUGE
        self._count = 0
        self._sum = self._sum_of_squares = 0.0

    def add(self, values: npt.NDArray[np.float64]) -> None:
        """Feed values."""
        away = values - self._centre
        self._count += len(away)
        with np.errstate(over="ignore"):
            self._sum += float(away.sum())
        if self._squares:
            away *= away
            self._sum_of_squares += float(away.sum())

    @property
    def mean(self) -> float | None:
        """Of all values; None where there are none."""
        return self._centre + self._sum / self._count if self._count else None

    @property
    def deviation(self) -> float | None:
        """The root of the mean square of the distances to the mean; None where there are no values, or huge ones."""
        if not self._count or not self._squares:
            return None
        away = self._sum / self._count
        return math.sqrt(max(0.0, self._sum_of_squares / self._count - away * away))
