"""Numbers as people read them."""

import pytest

from app.pages import duration, number, percent, size, whole


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"), (0, "0"), (0.8244, "0.824"), (0.5, "0.5"), (3930.4, "3,930"), (326, "326"),
        (12.345, "12.3"),
        (-0.05, "−0.05"), (1e-7, "1.00e-07"), (-1e-7, "−1.00e-07"), (float("nan"), "not a number"),
        (float("inf"), "∞"), (float("-inf"), "−∞"), (1234567, "1,234,567"), (0.00012345, "0.000123"),
        (99.96, "100"), (9.999, "10"),
    ],
)  # fmt: skip
def test_three_significant_digits(value: float | None, text: str) -> None:
    assert number(value) == text


def test_whole_numbers_have_their_thousands_apart() -> None:
    assert whole(50000) == "50,000"
    assert whole(-1234) == "−1,234"
    assert whole(None) == "–"


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.824, "82 %"), (0.0123, "1.2 %"), (1, "100 %"), (0.9996, "100 %"), (0.994, "99.4 %"), (0, "0 %"),
     (None, "–"),     (0.05, "5 %"), (-0.02, "−2 %"), (float("nan"), "–")],
)  # fmt: skip
def test_shares(share: float | None, text: str) -> None:
    assert percent(share) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.5, "0.5 s"),
        (8.2, "8.2 s"),
        (75, "75 s"),
        (120, "2 min"),
        (11100, "3 h 5 min"),
        (7200, "2 h"),
        (None, "–"),
    ],
)
def test_times(seconds: float | None, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 bytes"), (999, "999 bytes"), (1200, "1.2 kB"), (3.4e6, "3.4 MB"), (2e13, "20 TB")],
)
def test_sizes(count: float, text: str) -> None:
    assert size(count) == text
