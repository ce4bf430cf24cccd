"""How the text of a column becomes values: a pattern to guess by, and the SQL that proves it on every
cell.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from trainer.sources.cells import MISSING
from trainer.sources.engine import literal

BLANKS = literal(" \t\r\n\u00a0\u3000")
PATTERN = literal("|".join(re.escape(marker) for marker in MISSING))
LONGEST = max(map(len, MISSING))
TRIMMED = f"trim({{x}}, {BLANKS})"
MISSES = f"strlen({TRIMMED}) <= {LONGEST} AND regexp_full_match({TRIMMED}, {PATTERN})"
SHORT = f"strlen(trim({{x}})) <= {LONGEST} AND regexp_full_match(trim({{x}}), {PATTERN})"
OTHERS = " AND ".join(f"{{x}} <> {literal(marker)}" for marker in MISSING)
CLEAN = (
    f"{{x}} >= '!' AND NOT suffix({{x}}, ' ') AND strlen({{x}}) = length({{x}}) AND (strlen({{x}}) > {LONGEST} OR "
    f"({OTHERS}))"
)
"""Plain letters without a blank at either end that say something: nothing is to be cut off. Cutting costs five times as
much as finding that out.
"""
WRITTEN = f"CASE WHEN {CLEAN} THEN {{x}} WHEN NOT ({SHORT}) THEN trim({{x}}) END"
"""The same for text, where only spaces are cut off: much quicker than all kinds of blanks."""
SAID = f"CASE WHEN NOT ({MISSES}) THEN {TRIMMED} END"
"""The cell without blanks around it; NULL where it says that it is missing. Never ``IN (...)``: DuckDB
makes a join of a long list, and a join loses the order of the rows."""


@dataclass(frozen=True)
class Reading:
    """One way to read a column. ``sql`` takes the trimmed cell as ``{x}`` and gives NULL where it does
    not fit.
    """

    type: Literal["number", "datetime", "tags", "text"]
    fits: Callable[[str], bool]
    sql: str
    words: str
    fast: bool = False
    """DuckDB's CSV reader parses it itself, into DOUBLE."""
    native: bool = False
    """The file tells the type: ``sql`` takes the cell as it is."""

    def value(self, id: str) -> str:
        """The SQL value of column ``id`` of the file."""
        if self.native:
            return self.sql.format(x=id)
        if self.fast:
            return self.sql.format(x=id)
        if self.type == "text":
            return WRITTEN.format(x=id)
        return self.sql.format(x=f"({SAID.format(x=id)})")
