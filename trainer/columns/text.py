"""Text: everything that is nothing else. Free text and names are no inputs yet."""

import re
from collections import Counter

from trainer.columns.measure import Measured
from trainer.columns.reading import Reading
from trainer.contract.dataset import Column

READING = Reading("text", lambda _: True, "{x}", "")
LONGEST_NAME = 50.0
"""Unique texts up to this mean length name their row; longer ones are free text."""
FEW_ROWS = 20
UNIT = re.compile(
    r"[+-]?\d[\d.,]*\s*(?P<after>[^\W\d_]{1,6}\d?|[%°€$£¥]\w?)|(?P<before>[€$£¥])\s*[+-]?\d[\d.,]*"
)
"""12 kg, 5%, $3.50."""
MOSTLY = 0.9


def column(id: str, name: str, measured: Measured, rows: int, why: str) -> Column:
    """A text column: an id where each row has another short text, else free text."""
    if measured.count == 0:
        return Column(id=id, name=name, type="text", reason="every value is missing", role="constant")
    unique = measured.distinct == measured.count == rows and rows > FEW_ROWS
    if unique and (measured.mean_length or 0) <= LONGEST_NAME:
        return Column(
            id=id,
            name=name,
            type="text",
            reason=f"all {rows:,} values differ: they name the rows{why}",
            role="id",
        )
    reason = f"{measured.distinct:,} different texts in {measured.count:,} rows{why}"
    return Column(id=id, name=name, type="text", reason=reason, role="text")


def units(values: list[str]) -> str:
    """What is to be said where nearly all of the first cells are numbers with a unit; else nothing."""
    found = [UNIT.fullmatch(value.strip()) for value in values]
    counts = Counter(one["after"] or one["before"] for one in found if one)
    if len(values) < 2 or counts.total() < MOSTLY * len(values):
        return ""
    named = " and ".join(f"‘{unit}’" for unit, _ in counts.most_common(3))
    more = len(counts) > 3
    units = "the unit" if len(counts) == 1 else "units"
    return f"; they are numbers with {units} {named}{' and others' if more else ''}"
