"""Points of two measures with the numbers of their rows: all of them, or a sample that is said to be one."""

from dataclasses import dataclass
from typing import Any

from app.exploring.counts import Table, number_of
from trainer.contract.dataset import Column

MOST = 5_000
SEED = 7
TONES = 24
"""Classes that are told apart, by colour and mark; the rest are others."""


@dataclass(frozen=True)
class Points:
    """Columns of equal length; ``tone`` is the number of a class, or a share of 0 to 1 for a measure."""

    row: list[int]
    x: list[float]
    y: list[float]
    tone: list[float | None]
    labels: list[str]
    """Names of the classes; empty where the colour is a measure or there is none."""
    ends: tuple[float, float] | None
    """Smallest and largest of a measure that colours."""
    sampled: bool


def sample_points(table: Table, x: Column, y: Column, colour: Column | None) -> Points:
    """At most ``MOST`` rows that have both, always the same ones."""
    has = f'"{x.id}" IS NOT NULL AND "{y.id}" IS NOT NULL'
    tint = (
        f'"{colour.id}"'
        if colour is not None and colour.type == "category"
        else number_of(colour)
        if colour
        else "NULL"
    )
    ((count,),) = table.ask("count(*)", (), f"AND {has}")
    cells = f"file_row_number, {number_of(x)}, {number_of(y)}, {tint}"
    rest = f"AND {has}"
    some = table.sample(cells, rest, MOST, SEED) if count > MOST else table.ask(cells, (), rest)
    found = sorted(some, key=lambda line: line[0])
    tones, labels, ends = tone_of([line[3] for line in found], colour)
    return Points(
        [int(line[0]) for line in found],
        [float(line[1]) for line in found],
        [float(line[2]) for line in found],
        tones,
        labels,
        ends,
        count > MOST,
    )


def tone_of(
    cells: list[Any], colour: Column | None
) -> tuple[list[float | None], list[str], tuple[float, float] | None]:
    """Colours of cells: the number of a class, the most frequent first, or a share of the way from low to high."""
    if colour is None:
        return [0.0] * len(cells), [], None
    if colour.type == "category":
        kept = (colour.categories or sorted({str(cell) for cell in cells if cell is not None}))[: TONES - 1]
        places = {label: float(n) for n, label in enumerate(kept)}
        rest = float(len(kept))
        tones = [None if cell is None else places.get(str(cell), rest) for cell in cells]
        others = any(tone == rest for tone in tones)
        return tones, [*kept, "others"] if others else list(kept), None
    known = [float(cell) for cell in cells if cell is not None]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    span = (high - low) or 1.0
    return [None if cell is None else (float(cell) - low) / span for cell in cells], [], (low, high)
