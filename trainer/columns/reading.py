"""How the text of a column becomes values: a pattern to guess by, and the SQL that proves it on every cell."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from trainer.sources.cells import MISSING
from trainer.sources.engine import literal

BLANKS = literal(" \t\r\n\u00a0\u3000")
MARKERS = ", ".join(literal(marker) for marker in MISSING)
SAID = f"CASE WHEN trim({{x}}, {BLANKS}) NOT IN ({MARKERS}) THEN trim({{x}}, {BLANKS}) END"
"""The cell without blanks around it; NULL where it says that it is missing."""


@dataclass(frozen=True)
class Reading:
    """One way to read a column. ``sql`` takes the trimmed cell as ``{x}`` and gives NULL where it does not fit."""

    type: Literal["number", "datetime", "text"]
    fits: Callable[[str], bool]
    sql: str
    words: str
    fast: bool = False
    """DuckDB's CSV reader parses it itself, into DOUBLE."""

    def value(self, id: str) -> str:
        """The SQL value of column ``id`` of the file."""
        if self.fast:
            return f"CASE WHEN isfinite({id}) THEN {id} END"
        return self.sql.format(x=f"({SAID.format(x=id)})")
