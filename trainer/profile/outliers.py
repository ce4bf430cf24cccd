"""Numbers far from all others, where the rest has a shape: skewed columns are judged on a scale that makes them even.

Far means beyond three times the middle half's width (Tukey 1977, "far out"), on the scale of the ladder of powers on
which the column is least skewed.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from trainer.contract.dataset import Column, Finding, Fix
from trainer.contract.steps import Clip
from trainer.profile.look import Look
from trainer.profile.placeholders import look_at
from trainer.profile.sample import Numbers, write_value
from trainer.profile.scales import find_scale

FAR = 3.0
LEAST_VALUES = 20
FEW_ROWS = 30
RARE = 0.005
"""Share of the rows above which values far out are the shape of the column, not outliers."""
ALWAYS_RARE = 3
APART = 1.2
"""So many times further out than the fence, measured from the median, lies the farthest of them at least."""
SHAPED = 20_000
"""Values that say enough of a column's shape."""
TOLD = 4
SHAPES: tuple[tuple[Callable[[Numbers], Numbers], Callable[[Numbers], Numbers]], ...] = (
    (lambda x: x, lambda t: t),
    (np.sqrt, np.square),
    (np.cbrt, lambda t: t**3),
    (np.log, np.exp),
)
"""The ladder of powers, with the way back."""
Fences = tuple[float, float]


def outliers(look: Look) -> list[Finding]:
    """Columns with a few values far out."""
    findings = []
    for column in look.of_type("number"):
        measured = look.measured[column.id]
        numbers = look.sample.present(column.id)
        if measured.distinct < LEAST_VALUES or len(numbers) < FEW_ROWS or find_scale(look, column):
            continue
        numbers = numbers[:: -(-len(numbers) // SHAPED)]
        stand_ins = [one.value for one in look_at(look, column)]
        fences = find_fences(numbers[~np.isin(numbers, stand_ins)])
        if fences is None or measured.minimum is None or measured.maximum is None:
            continue
        if measured.minimum < fences[0] or measured.maximum > fences[1]:
            findings += describe(look, column, fences, stand_ins)
    if len(findings) > TOLD:
        findings.sort(key=lambda finding: finding.count)
    return findings[:TOLD]


def find_fences(numbers: Numbers) -> Fences | None:
    """Where far begins on both sides; None where the middle half has no width."""
    low, high = np.quantile(numbers, (0.25, 0.75))
    if not high > low:
        return None
    best: tuple[float, Fences] | None = None
    sorted_numbers = np.sort(numbers)
    mirrored = -1.0 if slant(sorted_numbers) < 0 else 1.0
    turned = np.sort(sorted_numbers * mirrored)
    base = min(0.0, float(turned[0])) if mirrored > 0 else float(turned[0])
    for place, (there, back) in enumerate(SHAPES):
        shifted = turned if place == 0 else turned - base
        if place == 3:
            shifted = shifted[shifted > 0]
            if len(shifted) < len(turned):
                continue  # no logarithm of zero
        scaled = there(shifted)
        skewed = abs(slant(scaled)) + 0.02 * place
        if best is None or skewed < best[0] - 0.02:
            edges = far(scaled)
            if place:
                edges = (max(edges[0], float(scaled[0])), edges[1])
            ends = [mirrored * (float(back(np.array(edge))) + (base if place else 0.0)) for edge in edges]
            best = (skewed, (min(ends), max(ends)))
    return best[1] if best else None


def slant(ascending: Numbers) -> float:
    """How much farther the quantiles lie from the median on one side than on the other: -1..1, 0 is even."""
    median = np.quantile(ascending, 0.5)
    said = []
    for share in (0.25, 0.1, 0.03):
        low, high = np.quantile(ascending, (share, 1 - share))
        said.append((low + high - 2 * median) / (high - low) if high > low else 0.0)
    return float(np.mean(said))


def far(scaled: Numbers) -> Fences:
    """Three widths of the middle half from it."""
    low, high = np.quantile(scaled, (0.25, 0.75))
    width = high - low
    return float(low - FAR * width), float(high + FAR * width)


def describe(look: Look, column: Column, fences: Fences, stand_ins: list[float]) -> list[Finding]:
    """The sentence, where the values are few enough to be called outliers. What stands for a missing value is told
    elsewhere.
    """
    low, high = fences
    besides = "".join(f" AND {column.id} <> {value!r}" for value in stand_ins)
    limit = max(ALWAYS_RARE, int(RARE * look.rows))
    found = (
        look.engine.cursor()
        .sql(
            f"SELECT file_row_number, {column.id} FROM {look.source} "
            f"WHERE ({column.id} < {low!r} OR {column.id} > {high!r}){besides} LIMIT {limit + 1}"
        )
        .to_arrow_table()
    )
    rows, values = found.column(0).to_numpy(), found.column(1).to_numpy()
    if not 0 < len(rows) <= limit:
        return []
    median = float(np.median(look.sample.present(column.id)))
    away = distance(values, median, fences)
    if away.max() < APART:
        return []
    worst = write_value(float(values[int(np.argmax(away))]))
    least, most = np.quantile(look.sample.present(column.id), (0.05, 0.95))
    usual = f"90 % lie between {write_value(least)} and {write_value(most)}"
    what = (
        f"1 value of ‘{column.name}’ lies"
        if len(rows) == 1
        else f"{len(rows):,} values of ‘{column.name}’ lie"
    )
    example = f": {worst}" if len(rows) == 1 else f", for example {worst}"
    return [
        Finding(
            kind="outliers", column=column.id, count=len(rows),
            sentence=f"{what} far from the rest{example} ({usual}).",
            rows=look.keep(f"outliers-{column.id}", rows, away),
            fix=clipping(column, fences, values),
        )
    ]  # fmt: skip


def distance(values: npt.NDArray[np.float64], median: float, fences: Fences) -> npt.NDArray[np.float64]:
    """How many times farther from the median than the fence on its side."""
    edge = np.where(values > median, fences[1], fences[0])
    away: npt.NDArray[np.float64] = np.abs(values - median) / np.maximum(np.abs(edge - median), 1e-300)
    return away


def clipping(column: Column, fences: Fences, values: npt.NDArray[np.float64]) -> Fix:
    """Bring what is beyond a fence to it."""
    low = fences[0] if (values < fences[0]).any() else None
    high = fences[1] if (values > fences[1]).any() else None
    rounded = [None if edge is None else float(f"{edge:.3g}") for edge in (low, high)]
    said = " and ".join(
        f"{word} {write_value(edge)}"
        for word, edge in zip(("at least", "at most"), rounded, strict=True)
        if edge is not None
    )
    return Fix(label=f"Clip: {said}", steps=[Clip(column=column.id, low=rounded[0], high=rounded[1])])
