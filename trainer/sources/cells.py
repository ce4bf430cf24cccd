"""What a cell can say: nothing, a number. Shared by the sniffer, the column types and the SQL that reads
columns.
"""

import re

MISSING = ("", "NA", "N/A", "n/a", "#N/A", "nan", "NaN", "null", "NULL", "None", "?", "-")
"""How people write that a value is missing (after trimming)."""
MISSING_SET = frozenset(MISSING)
PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$")
COMMA = re.compile(r"[+-]?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?$")
THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?$")
CODE = re.compile(r"[+-]?0\d")
"""007 is a name, not an amount."""


def is_missing(cell: str) -> bool:
    """Whether the cell says nothing."""
    return cell.strip() in MISSING_SET


def looks_numeric(cell: str) -> bool:
    """Whether the cell is a number in any notation that Skillet reads."""
    cell = cell.strip()
    return bool(PLAIN.match(cell) or COMMA.match(cell) or THOUSANDS.match(cell))
