"""Numbers: with a decimal point, a decimal comma, or thousands set apart. Infinite values count as
missing.
"""

from trainer.columns.reading import Reading
from trainer.sources.cells import CODE, COMMA, PLAIN, THOUSANDS

CODES = "NOT regexp_matches({x}, '^[+-]?0[0-9]')"
FINITE = "CASE WHEN {codes} AND isfinite(TRY_CAST({number} AS DOUBLE)) THEN TRY_CAST({number} AS DOUBLE) END"


def plain(cell: str) -> bool:
    """39.1 and 4e-3, but not 007."""
    return bool(PLAIN.match(cell)) and not CODE.match(cell)


def comma(cell: str) -> bool:
    """39,1 and 1.234,5."""
    return bool(COMMA.match(cell)) and not CODE.match(cell)


def thousands(cell: str) -> bool:
    """1,234.5 and 999."""
    return bool(THOUSANDS.match(cell)) or plain(cell)


FAST = Reading("number", plain, "{x}", "", fast=True)
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
