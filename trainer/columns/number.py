"""Numbers: with a decimal point, a decimal comma, or thousands set apart. Infinite values count as
missing.
"""

import re

from trainer.columns.reading import Reading
from trainer.sources.cells import CODE, COMMA, PLAIN, THOUSANDS

CODES = "NOT regexp_matches({x}, '^[+-]?0[0-9]')"
FINITE = "CASE WHEN {codes} AND isfinite(TRY_CAST({number} AS DOUBLE)) THEN TRY_CAST({number} AS DOUBLE) END"


INFINITE = (
    "WHERE regexp_full_match({x}, '[+-]?inf(inity)?', 'i') OR (regexp_full_match({x}, "
    "'[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+]?[0-9]+)?') AND NOT coalesce(isfinite(TRY_CAST({x} AS DOUBLE)), false))"
)
"""Cells that say infinite, or a number too great for one: nothing that can be reckoned with, and no text that spoils
the column.
"""
SAYS_INFINITE = re.compile(r"[+-]?inf(inity)?", re.IGNORECASE)


def plain(cell: str) -> bool:
    """39.1 and 4e-3, but not 007."""
    return bool(PLAIN.match(cell)) and not CODE.match(cell)


def whole(cell: str) -> bool:
    """12 and 0, but not 007, -3 or 1e3."""
    return cell.isdecimal() and cell.isascii() and (cell[0] != "0" or cell == "0")


def comma(cell: str) -> bool:
    """39,1 and 1.234,5."""
    return bool(COMMA.match(cell)) and not CODE.match(cell)


def thousands(cell: str) -> bool:
    """1,234.5 and 999."""
    return bool(THOUSANDS.match(cell)) or plain(cell)


LATE = "late in "
"""Begins what DuckDB is made to say where a column of plain numbers holds something else late: it is read again."""
FAST = Reading(
    "number", plain,
    f"CASE WHEN isfinite({{x}}) THEN {{x}} WHEN {{x}} IS NULL THEN NULL ELSE error('{LATE}{{x}}') END", "", fast=True,
)  # fmt: skip
FAST_WHOLE = Reading(
    "number", plain,
    f"CASE WHEN ({{x}} >= '1' AND {{x}} < ':') OR {{x}} = '0' THEN CAST({{x}} AS DOUBLE) WHEN {{x}} IS NULL THEN NULL "
    f"ELSE error('{LATE}{{x}}') END", "", native=True,
)  # fmt: skip
"""The same for whole numbers, which may turn out late to be codes: 007. Anything that does not begin with 1 to 9, but
for 0 itself, has the column read again with more care.
"""
PLAIN_NUMBER = Reading(
    "number", plain,
    FINITE.format(codes=CODES + " AND NOT contains({x}, '_')", number="{x}"), "",
)  # fmt: skip
DECIMAL_COMMA = Reading(
    "number", comma,
    FINITE.format(
        codes=CODES + " AND regexp_full_match({x}, '[+-]?([0-9]{{1,3}}([.][0-9]{{3}})+|[0-9]+)(,[0-9]+)?')",
        number="replace(replace({x}, '.', ''), ',', '.')",
    ),
    " with a decimal comma",
)  # fmt: skip
THOUSANDS_COMMA = Reading(
    "number", thousands,
    FINITE.format(
        codes=CODES + " AND regexp_full_match({x}, "
        "'[+-]?([0-9]{{1,3}}(,[0-9]{{3}})+|[0-9]+)([.][0-9]*)?([eE][+-]?[0-9]+)?')",
        number="replace({x}, ',', '')",
    ),
    " with commas between thousands",
)  # fmt: skip


def readings(*, comma_file: bool) -> tuple[Reading, ...]:
    """Ways to read a number, likeliest first. ``comma_file``: other columns show decimal commas beyond
    doubt.
    """
    if comma_file:
        return DECIMAL_COMMA, PLAIN_NUMBER, THOUSANDS_COMMA
    return PLAIN_NUMBER, THOUSANDS_COMMA, DECIMAL_COMMA
