"""Categories: few different texts, or a choice of two of anything."""

from trainer.columns.measure import Measured
from trainer.contract.dataset import Column

ALWAYS_FEW = 20
FEW_SHARE = 0.05
MOST = 1_000
MANY_ONCE = 10
"""More values than this that occur once each are names or texts, also in a short table."""
LONGEST_MEAN = 80.0
"""Texts longer than this on average are sentences, however few."""


def is_category(measured: Measured, rows: int) -> bool:
    """Few different texts, not each only once: at most 20 or a twentieth of the rows, never over 1,000,
    none of them long.
    """
    if measured.distinct == measured.count > MANY_ONCE:
        return False
    few = measured.distinct <= min(MOST, max(ALWAYS_FEW, int(rows * FEW_SHARE)))
    return (
        measured.count > 0 and (few or measured.distinct == 2) and (measured.mean_length or 0) <= LONGEST_MEAN
    )


def column(id: str, name: str, measured: Measured, top: list[tuple[str, int]], why: str) -> Column:
    """A category column; ``top`` holds its values with their counts, most frequent first."""
    if measured.distinct == 1:
        reason, role = f"every value is ‘{top[0][0]}’{why}", "constant"
    else:
        reason, role = f"{measured.distinct:,} different values in {measured.count:,} rows{why}", "input"
    values = [value for value, _ in top] if measured.distinct <= MOST else None
    return Column(id=id, name=name, type="category", reason=reason, role=role, categories=values)
