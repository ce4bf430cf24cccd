"""How a score with its interval is written: everywhere the same, in sentences, figures and tables."""

import math

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
DIGITS = 3


def write_score(value: float, low: float | None = None, high: float | None = None) -> str:
    """``0.830 ± 0.061``: three figures, the ± (half the interval's width) to the same decimal place.

    Where that place is too coarse for the ±, both get one place more, until it is no zero.
    """
    if not math.isfinite(value):
        return "∞" if value > 0 else "−∞" if value < 0 else "not a number"
    half = 0.0 if low is None or high is None else (high - low) / 2
    half = half if math.isfinite(half) and half > 0 else 0.0
    size = max(abs(value), half)
    exponent = math.floor(math.log10(size)) if size else 0
    if size and not -4 <= exponent < 12:
        written = write_score(*(number / 10.0**exponent for number in (value, value - half, value + half)))
        return f"{f'({written})' if half else written} × {power(exponent)}"
    places = DIGITS - 1 - exponent
    if round(size, places) >= 10.0 ** (exponent + 1):  # 0.9996 is 1.00
        places -= 1
    while half and round(half, places) == 0:
        places += 1
    written = place(value, places)
    return f"{written} ± {place(half, places)}" if half else written


def place(value: float, places: int) -> str:
    """Rounded to so many decimals (tens and hundreds where negative), thousands separated."""
    rounded = round(value, places) + 0.0  # no minus before a zero
    return f"{rounded:,.{max(places, 0)}f}".replace("-", "−")


def power(exponent: int) -> str:
    """``10⁻⁷``."""
    return f"10{str(exponent).translate(SUPERSCRIPTS)}"
