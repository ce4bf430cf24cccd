"""Numbers written in another unit: a small cluster that lies a known factor (cents, pounds, inches) from the rest,
with a gap between them on the scale of logarithms.
"""

from dataclasses import dataclass

import numpy as np

from trainer.contract.dataset import Column, Finding, Fix
from trainer.contract.steps import MapValues
from trainer.profile.look import Look
from trainer.profile.placeholders import look_at
from trainer.profile.sample import Numbers, write_value

FACTORS = (1000.0, 100.0, 10.0, 60.0, 12.0, 3.28084, 2.54, 2.20462, 1.60934)
"""Powers of ten; minutes in seconds, feet in inches, metres in feet, inches in cm, kg in lb, miles in km."""
LEAST_ROWS, LEAST = 50, 3
MOST = 0.1
"""Share of the rows in the other unit; above it nobody can say which is the other."""
POSITIVE = 0.95
FITS = 0.9
"""Share of the cluster that lies among the rest once it is divided."""
APART = 3.0
"""So many deviations of the rest (of logarithms) is a factor at least: less could be its shape."""
GAP = 4.0
"""So many times wider than the gaps among the outer values of the rest is the gap before the cluster."""
MOST_MAPPED = 1_000
TOLD = 3


@dataclass(frozen=True)
class OtherScale:
    """Values beyond ``edge`` are about ``factor`` times what they should be (``above``), or that part of it."""

    factor: float
    edge: float
    above: bool


def mixed_scales(look: Look) -> list[Finding]:
    """Number columns of which a few values were written in another unit."""
    findings = []
    for column in look.of_type("number"):
        found = find_scale(look, column)
        if found is not None:
            findings.append(describe(look, column, found))
    return findings[:TOLD]


def find_scale(look: Look, column: Column) -> OtherScale | None:
    """The other unit of a column; None where all values are of one."""
    key = f"{column.id} scale"
    if key not in look.sample.kept:
        numbers = look.sample.present(column.id)
        numbers = numbers[~np.isin(numbers, [one.value for one in look_at(look, column)])]
        look.sample.kept[key] = split_off(numbers)
    found: OtherScale | None = look.sample.kept[key]
    return found


def split_off(numbers: Numbers) -> OtherScale | None:
    """The cluster above, else the one below."""
    positive = numbers[numbers > 0]
    if len(numbers) < LEAST_ROWS or len(positive) < POSITIVE * len(numbers):
        return None
    logs = np.sort(np.log(positive))
    for above in (True, False):
        found = cluster(logs if above else -logs[::-1])
        if found is not None:
            factor, edge = found
            return OtherScale(factor, float(np.exp(edge if above else -edge)), above)
    return None


def cluster(logs: Numbers) -> tuple[float, float] | None:
    """The factor of the uppermost values, and the middle of the gap before them."""
    most = int(MOST * len(logs))
    gaps = np.diff(logs[-most - 1 :]) if most >= LEAST else np.zeros(0)
    if not len(gaps):
        return None
    place = len(logs) - len(gaps) + int(gaps.argmax())
    rest, high = logs[:place], logs[place:]
    if len(high) < LEAST or len(np.unique(high)) < LEAST:
        return None
    outer = np.diff(rest[-max(10, len(rest) // 20) :])
    if gaps.max() < GAP * max(float(outer.max(initial=0.0)), 1e-9) and gaps.max() < np.log(2.0):
        return None
    low, middle, top = np.quantile(rest, (0.16, 0.5, 0.84))
    spread = float(top - low) / 2
    away = float(np.median(high) - middle)
    factor = min(FACTORS, key=lambda one: abs(np.log(one) - away))
    doubt = max(0.04, 2.5 * spread / np.sqrt(len(high)))
    if abs(np.log(factor) - away) > doubt or np.log(factor) < APART * spread:
        return None
    back = high - np.log(factor)
    inside = (back >= rest[0] - spread) & (back <= rest[-1] + 0.1 * spread)
    if inside.mean() < FITS:
        return None
    return factor, float(rest[-1] + high[0]) / 2


def describe(look: Look, column: Column, found: OtherScale) -> Finding:
    """The sentence, the rows, and the values written in the unit of the others."""
    where = f"{column.id} {'>' if found.above else '<'} {found.edge!r} AND {column.id} > 0"
    besides = "".join(f" AND {column.id} <> {one.value!r}" for one in look_at(look, column))
    rows = look.ask(f"SELECT file_row_number, {column.id} FROM {look.source} WHERE {where}{besides}")
    values = sorted({float(value) for _, value in rows})
    times = write_value(round(found.factor, 3))
    what = f"{times} times too {'great' if found.above else 'small'}"
    verb = "value" if len(rows) == 1 else "values"
    does = "Divide" if found.above else "Multiply"
    mended = {write_value(value): write_value(change(value, found)) for value in values}
    exact = all(float(text) == value for text, value in zip(mended, values, strict=True))
    example = values[len(values) // 2]
    return Finding(
        kind="units", column=column.id, count=len(rows),
        sentence=f"{len(rows):,} {verb} of ‘{column.name}’ look {what}, as if written in another unit: for example "
        f"{write_value(example)}, where {write_value(change(example, found))} would lie among the rest.",
        rows=look.keep(f"scale-{column.id}", [row for row, _ in rows]),
        fix=Fix(
            label=f"{does} them by {times}", steps=[MapValues(column=column.id, values=dict(mended))]
        ) if exact and len(values) <= MOST_MAPPED else None,
    )  # fmt: skip


def change(value: float, found: OtherScale) -> float:
    """A value in the unit of the others."""
    return float(f"{value / found.factor if found.above else value * found.factor:.6g}")
