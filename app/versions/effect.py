"""What a step would do, before it is done: counted on the person's own table by the code that will do it.

Reading stops after a moment; what was seen until then is said with the number of rows.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from app.pages import words
from trainer.contract.dataset import Schema, VersionFolder
from trainer.contract.plan import follow, is_learned, trim
from trainer.contract.planned import Plan
from trainer.contract.steps import Clip, Impute, Merge, Retype, Step
from trainer.mend.cells import Mender
from trainer.mend.formulas import missing
from trainer.mend.learned import fit_step
from trainer.mend.reading import Array, write_texts

_ = words.gettext
ngettext = words.ngettext

BLOCK = 16_384
PATIENCE = 1.5
"""Seconds of reading."""
ROWS_NAMED = 6
PAIRS = 8
MOST_FITTED = 200_000
"""Rows that a step which learns is tried on."""


@dataclass
class Effect:
    """What was seen. Rows are 0-based positions in the table as it is now."""

    rows: int = 0
    whole: bool = True
    """All rows were seen."""
    changed: int = 0
    lost: int = 0
    """Cells that held something and become missing."""
    missing: int = 0
    """Of a change of type: cells that were missing before."""
    values: set[str] = field(default_factory=set)
    """Of a change to a category: the different values that were seen."""
    first: list[int] = field(default_factory=list)
    """Rows that change; of a change of type, those that do not fit."""
    pairs: dict[str, str | None] = field(default_factory=dict)
    """Before -> after, as text, for some different values."""
    learned: str = ""
    """What a step that learns would learn here, in words."""


def foresee(
    root: VersionFolder, schema: Schema, before: Sequence[Step], step: Step, patience: float = PATIENCE
) -> Effect:
    """The effect of a step after others. Raises BadStep in words where it cannot be done."""
    plan = follow(schema, before)
    deeds_before, plan = plan.deeds, follow(schema, [*before, step])
    deeds = plan.deeds[len(deeds_before) :]
    column = getattr(step, "made", None) or getattr(step, "column", None)
    effect = Effect()
    if column is None or step.kind == "rename":
        return effect
    reads = deeds[0].get("reads", []) if deeds and deeds[0]["do"] == "make" else [column]
    gone = [deed for deed in deeds_before if deed["do"] == "exclude"]
    trimmed, asked = trim(deeds_before, reads, relabel=True)
    first, then = Mender([*trimmed, *gone]), Mender(deeds)
    sample: list[Array] = []
    until = time.monotonic() + patience
    for start, columns, count in read_blocks(root, schema, asked):
        now, kept = first.mend(columns, np.arange(start, start + count))
        if is_learned(step):
            sample.append(now[column])
        else:
            after, _kept = then.mend(now or {}, None) if deeds else (now, kept)
            narrowed = step.kind in ("retype", "dates")
            compare(effect, now.get(column), after[column], narrowed=narrowed)
            if narrowed and column in now:
                effect.missing += int(missing(now[column]).sum())
            if isinstance(step, Retype) and step.type == "category":
                effect.values.update(cell for cell in after[column].tolist() if cell is not None)
        effect.rows += len(kept)
        if time.monotonic() > until or (sample and effect.rows >= MOST_FITTED):
            effect.whole = start + count >= plan.rows
            break
    if is_learned(step):
        foresee_learned(effect, step, np.concatenate(sample) if sample else np.zeros(0))
    return effect


def read_blocks(
    root: VersionFolder, schema: Schema, ids: Sequence[str]
) -> Iterator[tuple[int, dict[str, Array], int]]:
    """The first row, some columns and the number of rows of each block of the root's table."""
    names = list(ids) or [schema.columns[0].id]
    start = 0
    with pq.ParquetFile(root.table) as file:
        for block in file.iter_batches(BLOCK, columns=names):
            yield start, {id: as_cells(block.column(id)) for id in names}, block.num_rows
            start += block.num_rows


def as_cells(column: pa.Array) -> Array:
    """An Arrow column as the mending knows it."""
    if pa.types.is_floating(column.type):
        return np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.float64)
    if pa.types.is_timestamp(column.type):
        return np.asarray(column.to_numpy(zero_copy_only=False), dtype="datetime64[us]")
    return np.asarray(column.to_numpy(zero_copy_only=False), dtype=object)


def compare(effect: Effect, before: Array | None, after: Array, *, narrowed: bool) -> None:
    """Count what differs in one block. ``narrowed``: only what does not fit the new type is told."""
    hole = missing(after)
    if before is None:
        changed, lost = ~hole, np.zeros(len(after), dtype=bool)
    else:
        lost = hole & ~missing(before)
        changed = lost if narrowed else differs(before, after)
    places = np.flatnonzero(changed)
    effect.changed += len(places)
    effect.lost += int(lost.sum())
    places = places[: 4 * PAIRS]
    told = write_texts(after[places]).tolist()
    said = write_texts(before[places]).tolist() if before is not None else []
    for n, place in enumerate(places.tolist()):
        if len(effect.first) < ROWS_NAMED:
            effect.first.append(effect.rows + place)
        old = said[n] if said else _("row {n}").format(n=f"{effect.rows + place + 1:,}")
        if len(effect.pairs) < PAIRS:
            effect.pairs.setdefault(_("missing") if old is None else old, told[n])


def differs(before: Array, after: Array) -> Array:
    """Which cells are not the same: bool [N]. Two holes are the same."""
    if before.dtype.kind != after.dtype.kind:
        before, after = write_texts(before), write_texts(after)
    same = np.asarray(before == after, dtype=bool)
    return ~(same | (missing(before) & missing(after)))


def foresee_learned(effect: Effect, step: Step, values: Array) -> None:
    """What a step that learns would do with what it learns from all these rows."""
    fitted = fit_step(step, values) if len(values) else None
    if fitted is None:
        return
    match step:
        case Impute():
            holes = np.flatnonzero(missing(values))
            effect.changed, effect.first = len(holes), holes[:ROWS_NAMED].tolist()
            effect.learned = told(fitted["value"])
        case Clip():
            out = np.flatnonzero((values < fitted["low"]) | (values > fitted["high"]))
            effect.changed, effect.first = len(out), out[:ROWS_NAMED].tolist()
            effect.learned = _("{low} to {high}").format(low=told(fitted["low"]), high=told(fitted["high"]))
        case Merge():
            kept = frozenset(fitted["values"])
            rare = [n for n, cell in enumerate(values.tolist()) if cell is not None and cell not in kept]
            effect.changed, effect.first = len(rare), rare[:ROWS_NAMED]
            names = list(dict.fromkeys(values[n] for n in rare))
            effect.pairs = dict.fromkeys(names[:PAIRS], step.into)
            effect.learned = ngettext("{n} category", "{n} categories", len(names)).format(
                n=f"{len(names):,}"
            )


def told(value: Any) -> str:
    """A learned value, short."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def names_of(plan: Plan) -> dict[str, str]:
    """The names of columns at the end of a plan."""
    return {column.id: column.name for column in plan.columns.values()}
