"""Numbers short enough for people that still mean the same."""

import numpy as np
import numpy.typing as npt


def round_between(cut: float, value_N: npt.NDArray[np.float64]) -> float:
    """The shortest number that parts these values as ``cut`` does (those at most it, those above it)."""
    below_N, above_N = value_N[value_N <= cut], value_N[value_N > cut]
    if not len(below_N) or not len(above_N):
        return cut
    low, high = float(below_N.max()), float(above_N.min())
    middle = low + (high - low) / 2
    if low.is_integer() and high.is_integer():
        return float(np.floor(middle))
    for digits in range(1, 17):
        short = float(f"{middle:.{digits}g}")
        if low <= short < high:
            return short
    return cut


def short(value: float) -> str:
    """A number for a sentence: four digits that count, thousands set apart."""
    rounded = float(f"{value:.4g}")
    return f"{rounded:,.0f}" if abs(rounded) >= 1000 else f"{rounded:g}"
