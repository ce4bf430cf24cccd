"""Columns that say the same in other words: a second coding of a category, a number in other units.

Whoever predicts one from the other only translates: the commonest way in which an answer leaks into the inputs.
"""

import numpy as np

from trainer.columns.measure import one
from trainer.contract.dataset import Column, Finding, Fix
from trainer.contract.steps import Drop
from trainer.profile.look import Look, quoted
from trainer.profile.sample import Codes, Numbers

MOST_COLUMNS = 60
MOST_VALUES = 200
FEW_NUMBERS = 100
"""Whole numbers with at most so many different values may be codes."""
LEAST_ROWS = 20
EACH = 5
"""Rows for each value, on average, from which on going together is no chance."""
TOLD = 3
EQUAL = 1 - 1e-9
PROBED = 500
"""Rows that most pairs are refuted by."""


def say_the_same(look: Look) -> list[Finding]:
    """Groups of columns each of which gives the others away."""
    coded = {
        column.id: codes
        for column in look.of_type("category", "number")
        if (codes := as_codes(look, column)) is not None
    }
    columns = [c for c in look.columns if c.id in coded][:MOST_COLUMNS]
    groups: list[list[Column]] = []
    for column in columns:
        for group in groups:
            if go_together(coded[group[0].id], coded[column.id]) and proved(look, group[0], column):
                group.append(column)
                break
        else:
            groups.append([column])
    groups += [pair for pair in linear_copies(look) if not any(pair[0] in g and pair[1] in g for g in groups)]
    return [describe(group) for group in groups if len(group) > 1][:TOLD]


def as_codes(look: Look, column: Column) -> Codes | None:
    """The column as numbers of its values; None where it has too many, or too few rows for each."""
    distinct = look.measured[column.id].distinct
    count = look.measured[column.id].count
    if not 2 <= distinct <= MOST_VALUES or count < max(LEAST_ROWS, EACH * distinct):
        return None
    if column.type == "category":
        return look.sample.codes(column.id)[0]
    if distinct > FEW_NUMBERS or not column.whole:
        return None
    numbers = look.sample.numbers(column.id)
    there = np.isfinite(numbers)
    codes = np.full(len(numbers), -1, np.int64)
    codes[there] = np.unique(numbers[there], return_inverse=True)[1]
    return codes


def go_together(one_N: Codes, other_N: Codes) -> bool:
    """Whether each value of one goes with one value of the other, both ways."""
    both = (one_N >= 0) & (other_N >= 0)
    if both.sum() < LEAST_ROWS or both.sum() < 0.5 * max((one_N >= 0).sum(), (other_N >= 0).sum()):
        return False
    a, b = one_N[both], other_N[both]
    kinds = len(np.unique(a))
    if kinds < 2 or kinds != len(np.unique(b)):
        return False
    return len(np.unique(a * (int(b.max()) + 1) + b)) == kinds


def proved(look: Look, one_column: Column, other: Column) -> bool:
    """The same on all rows."""
    if look.sample.whole:
        return True
    a, b = one_column.id, other.id
    counts = one(
        look.engine,
        f"SELECT count(DISTINCT {a}), count(DISTINCT {b}), count(DISTINCT hash({a}, {b})) FROM {look.source} "
        f"WHERE {a} IS NOT NULL AND {b} IS NOT NULL",
    )
    return len(set(counts)) == 1


def linear_copies(look: Look) -> list[list[Column]]:
    """Pairs of number columns that are one in other units: a straight line without any rest."""
    numbers = [c for c in look.of_type("number") if look.measured[c.id].distinct >= LEAST_ROWS][:MOST_COLUMNS]
    pairs = []
    for place, column in enumerate(numbers):
        for other in numbers[place + 1 :]:
            a, b = look.sample.numbers(column.id), look.sample.numbers(other.id)
            if on_a_line(a[:: -(-len(a) // PROBED)], b[:: -(-len(b) // PROBED)]) and on_a_line(a, b):
                pairs.append([column, other])
    return pairs


def on_a_line(a: Numbers, b: Numbers) -> bool:
    """Whether all points where both are there lie on a line that is neither level nor upright."""
    both = np.isfinite(a) & np.isfinite(b)
    if both.sum() < LEAST_ROWS:
        return False
    a, b = a[both], b[both]
    scale_a, scale_b = np.abs(a).max() or 1.0, np.abs(b).max() or 1.0
    a, b = a / scale_a, b / scale_b
    a, b = a - a.mean(), b - b.mean()
    spread = float(np.sqrt((a**2).sum() * (b**2).sum()))
    return spread > 0 and abs(float((a * b).sum())) / spread > EQUAL


def describe(group: list[Column]) -> Finding:
    """The sentence, and the way to keep one of them."""
    names = [column.name for column in group]
    rest = group[1:]
    label = f"Leave out ‘{rest[0].name}’" if len(rest) == 1 else f"Keep only ‘{names[0]}’"
    return Finding(
        kind="leak", columns=[column.id for column in group],
        sentence=f"{quoted(names)} say the same in other words: each value of one goes with one value of the other. "
        "Who predicts one must not be given the other.",
        fix=Fix(label=label, steps=[Drop(columns=[column.id for column in rest])]),
    )  # fmt: skip
