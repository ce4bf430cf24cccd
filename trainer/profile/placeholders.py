"""Numbers that stand for "not known": -999, 9999, or 0 where nothing can be 0.

Such a number is at one end of its column, occurs more than once, and a gap lies between it and all others.
"""

from dataclasses import dataclass

import numpy as np

from trainer.columns.measure import one
from trainer.contract.dataset import Column, Finding, Fix
from trainer.contract.steps import MapValues
from trainer.profile.look import Look
from trainer.profile.sample import Numbers, write_value

LOW = frozenset({0.0, -1.0, -9.0, -99.0, -999.0, -9999.0, -99999.0, -88.0, -888.0})
HIGH = frozenset({99.0, 999.0, 9999.0, 99999.0, 999999.0, 9999999.0, 888.0, 8888.0})
NEIGHBOURS = 6
LEAST = 15
"""Different values of a column in which a gap says something."""
WIDE = 0.5
"""Of the middle half's width: a smaller gap is no gap."""
WIDER = 2.0
"""Times the widest gap among the next values."""
MOST_ZEROS = 0.6
OFTEN = 0.4
TOLD = 3


def placeholders(look: Look) -> list[Finding]:
    """Columns with a number that seems to stand for a missing value."""
    groups: dict[float, list[Placeholder]] = {}
    for column in look.of_type("number"):
        for found in look_at(look, column):
            groups.setdefault(found.value, []).append(found)
    return [describe(look, group) for group in groups.values()][:TOLD]


@dataclass(frozen=True)
class Placeholder:
    """A value of a column that seems to mean "missing", how often it stands there, and the next value."""

    column: Column
    value: float
    count: int
    nearest: float


def look_at(look: Look, column: Column) -> list[Placeholder]:
    """The placeholder at the low end, and the one at the high end."""
    measured = look.measured[column.id]
    result = []
    for value, known, sign in ((measured.minimum, LOW, 1.0), (measured.maximum, HIGH, -1.0)):
        if value is None or value not in known or measured.distinct < LEAST:
            continue
        values = look.sample.unique(column.id)[0]
        others = (values if sign > 0 else values[::-1])[: NEIGHBOURS + 1]
        others = others[others != value]
        if len(others) < NEIGHBOURS - 1 or not stands_apart(look, column, value, others):
            continue
        count = int(one(look.engine, f"SELECT count(*) FROM {look.source} WHERE {column.id} = {value!r}")[0])
        if count < 2 or count > MOST_ZEROS * look.rows:
            continue
        result.append(Placeholder(column, value, count, float(others[0])))
    return result


def stands_apart(look: Look, column: Column, value: float, others: Numbers) -> bool:
    """Whether a gap lies between this value and all others, wide beside the column and beside the next gaps."""
    numbers = look.sample.present(column.id)
    values, counts = look.sample.unique(column.id)
    usual = values[int(np.argmax(counts))]
    if counts.max() > OFTEN * len(numbers):
        numbers = numbers[numbers != usual]  # mostly one value, such as 0: the spread is that of the others
    numbers = numbers[numbers != value]
    if len(numbers) < NEIGHBOURS:
        return False
    low, high = np.quantile(numbers, (0.25, 0.75))
    gap = abs(float(others[0]) - value)
    next_gaps = np.abs(np.diff(others))
    return gap >= WIDE * (high - low) > 0 and gap >= WIDER * float(next_gaps.max())


def describe(look: Look, group: list[Placeholder]) -> Finding:
    """The sentence with the evidence; the same value in several columns is one finding."""
    value = group[0].value
    said = write_value(value)
    where = " OR ".join(f"{one.column.id} = {value!r}" for one in group)
    rows = [r for (r,) in look.ask(f"SELECT file_row_number FROM {look.source} WHERE {where}")]
    if len(group) == 1:
        between = f"nothing lies between that and {write_value(group[0].nearest)}"
        what = f"‘{group[0].column.name}’ is {said} in {group[0].count:,} rows, and {between}"
    else:
        counts = ", ".join(f"‘{one.column.name}’ ({one.count:,})" for one in group[:5])
        what = f"{len(group)} columns are {said} in some rows, far from all their other values: {counts}"
    steps = [MapValues(column=one.column.id, values={f"{value:.15g}": None}) for one in group]
    ids = [one.column.id for one in group]
    return Finding(
        kind="placeholder", column=ids[0] if len(ids) == 1 else None, columns=ids if len(ids) > 1 else [],
        count=len(rows), sentence=f"{what}. Perhaps {said} stands for a missing value.",
        rows=look.keep(f"placeholder-{ids[0]}-{'low' if value < group[0].nearest else 'high'}", rows),
        fix=Fix(label=f"Treat {said} as missing", steps=list(steps)),
    )  # fmt: skip
