"""Dates and times: ISO 8601 and the ways that spreadsheets write them."""

from collections.abc import Callable
from datetime import datetime

from trainer.columns.reading import Reading

FORMATS = (
    ("%Y/%m/%d", "year/month/day"),
    ("%Y/%m/%d %H:%M:%S", "year/month/day and time"),
    ("%d.%m.%Y", "day.month.year"),
    ("%d.%m.%Y %H:%M", "day.month.year and time"),
    ("%d.%m.%Y %H:%M:%S", "day.month.year and time"),
    ("%m/%d/%Y", "month/day/year"),
    ("%d/%m/%Y", "day/month/year"),
    ("%m/%d/%Y %H:%M", "month/day/year and time"),
    ("%d/%m/%Y %H:%M", "day/month/year and time"),
    ("%m/%d/%Y %H:%M:%S", "month/day/year and time"),
    ("%d/%m/%Y %H:%M:%S", "day/month/year and time"),
    ("%d-%m-%Y", "day-month-year"),
    ("%m-%d-%Y", "month-day-year"),
    ("%d-%b-%Y", "day-month-year"),
    ("%d %b %Y", "day month year"),
    ("%d %B %Y", "day month year"),
    ("%b %d, %Y", "month day, year"),
    ("%B %d, %Y", "month day, year"),
    ("%Y-%m", "year-month"),
)
"""Month before day where both fit, as most files with slashes have it; a single day over 12 decides."""
SHORTEST = 6


def fits_iso(cell: str) -> bool:
    """2026-11-23, with or without a time."""
    try:
        datetime.fromisoformat(cell)
    except ValueError:
        return False
    return len(cell) >= len("2026-1-1") and cell[4:5] == "-"


def fitting(form: str) -> Callable[[str], bool]:
    """A test for one format."""

    def fits(cell: str) -> bool:
        try:
            datetime.strptime(cell, form)  # noqa: DTZ007 - tables hold local times without a zone
        except ValueError:
            return False
        return True

    return fits


ISO = Reading("datetime", fits_iso, "TRY_CAST({x} AS TIMESTAMP)", "")
READINGS = (
    ISO,
    *(
        Reading("datetime", fitting(form), f"try_strptime({{x}}, '{form}')", f" written {words}")
        for form, words in FORMATS
    ),
)


def may_be_date(cell: str) -> bool:
    """A quick look before the formats are tried."""
    return (
        len(cell) >= SHORTEST and any(letter.isdigit() for letter in cell) and any(s in cell for s in "-/. ,")
    )
