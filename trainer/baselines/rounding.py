"""Numbers short enough for people that still mean the same, or are used as they are told."""

import numpy as np
import numpy.typing as npt

DIGITS = 3
"""Digits that count, as everywhere for people."""
MAY_MOVE = 0.005
"""Share of the values that may change sides so that a threshold gets short. What is told is what is used."""


def round_between(cut: float, value_N: npt.NDArray[np.float64], may_move: float = MAY_MOVE) -> float:
    """The shortest number that parts these values as ``cut`` does (those at most it, those above it).

    Where that needs more than three digits, one of three digits does if only so few values change sides.
    """
    below_N, above_N = value_N[value_N <= cut], value_N[value_N > cut]
    if not len(below_N) or not len(above_N):
        return cut
    low, high = float(below_N.max()), float(above_N.min())
    middle = low + (high - low) / 2
    if low.is_integer() and high.is_integer():
        exact = float(np.floor(middle))
    else:
        shorter = (float(f"{middle:.{digits}g}") for digits in range(1, 17))
        exact = next((number for number in shorter if low <= number < high), cut)
    brief = float(f"{exact:.{DIGITS}g}")
    moved = int(((value_N <= brief) != (value_N <= exact)).sum())
    if moved > may_move * len(value_N) or not value_N.min() <= brief < value_N.max():
        return exact
    return brief


def short(value: float) -> str:
    """A number for a sentence: three digits that count, thousands set apart."""
    rounded = float(f"{value:.{DIGITS}g}")
    return f"{rounded:,.0f}" if abs(rounded) >= 1000 else f"{rounded:g}"
