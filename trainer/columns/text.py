"""Text: everything that is nothing else. Free text and names are no inputs yet."""

from trainer.columns.measure import Measured
from trainer.columns.reading import Reading
from trainer.contract.dataset import Column

READING = Reading("text", lambda _: True, "{x}", "")
LONGEST_NAME = 50.0
"""Unique texts up to this mean length name their row; longer ones are free text."""
FEW_ROWS = 20


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
