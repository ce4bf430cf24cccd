"""Writes the table of a mended version block by block, and the files beside it: never more than a block in memory."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from trainer.columns.read import as_array
from trainer.contract.dataset import VersionFolder
from trainer.contract.planned import Plan
from trainer.mend.cells import Mender
from trainer.mend.reading import Array
from trainer.work.desk import Desk

BLOCK = 65_536
TYPES = {"number": pa.float64(), "datetime": pa.timestamp("us")}
"""Of the columns of a table; all others are texts."""


def write_table(root: VersionFolder, plan: Plan, desk: Desk) -> NDArray[np.int64] | None:
    """Write ``table.parquet`` with the plan's columns. Returns the root rows that are left; None where all are."""
    fields = pa.schema([(c.id, TYPES.get(c.type, pa.string())) for c in plan.columns.values()])
    touched = touched_columns(plan)
    mender = Mender(plan.deeds)
    kept: list[NDArray[np.int64]] = []
    desk.begin("mending", plan.rows, "rows")
    with pq.ParquetWriter(desk.version.table, fields, compression="snappy") as writer:
        for first, block in read_blocks(root, plan, touched):
            rows = np.arange(first, first + block.num_rows)
            columns = {id: as_array(pa.chunked_array([block.column(id)])) for id in touched}
            mended, left = mender.mend(columns, rows)
            kept.append(rows[left])
            writer.write_batch(assemble(fields, block, mended, left))
            desk.progress("mending", first + block.num_rows, plan.rows, "rows")
    return np.concatenate(kept) if plan.excluded and kept else None


def touched_columns(plan: Plan) -> list[str]:
    """Columns of the root that some deed reads or changes; all others are copied as they are."""
    ids: dict[str, None] = {}
    for deed in plan.deeds:
        if deed["do"] not in ("drop", "exclude"):
            ids |= dict.fromkeys([deed["column"], *deed.get("reads", [])])
    made = {deed["column"] for deed in plan.deeds if deed["do"] == "make"}
    return [id for id in ids if id not in made]


def read_blocks(root: VersionFolder, plan: Plan, touched: list[str]) -> Iterator[tuple[int, pa.RecordBatch]]:
    """The root's table in blocks, each with the number of its first row."""
    present = [id for id in pq.read_schema(root.table).names if id in touched or id in plan.columns]
    first = 0
    with pq.ParquetFile(root.table) as file:
        for block in file.iter_batches(BLOCK, columns=present):
            yield first, block
            first += block.num_rows


def assemble(
    fields: pa.Schema, block: pa.RecordBatch, mended: dict[str, Array], left: NDArray[np.int64]
) -> pa.RecordBatch:
    """A block of the new table."""
    whole = len(left) == block.num_rows
    places = None if whole else pa.array(left)
    arrays = []
    for field in fields:
        if field.name in mended:
            arrays.append(pa.array(mended[field.name], field.type, from_pandas=True))
            continue
        cells = block.column(field.name)
        arrays.append((cells if whole else cells.take(places)).cast(field.type))
    return pa.record_batch(arrays, schema=fields)


def keep_media(root: VersionFolder, plan: Plan, kept: NDArray[np.int64] | None, desk: Desk) -> None:
    """Pictures, sounds and masks of the columns that stay: shared where no row is gone, else written anew."""
    for id in plan.columns:
        for source, target in (
            (root.media(id), desk.version.media(id)),
            (root.thumbs(id), desk.version.thumbs(id)),
        ):
            if not source.exists():
                continue
            if kept is None:
                share(source, target)
            else:
                pick_media(source, target, kept, desk)


def pick_media(source: Path, target: Path, kept: NDArray[np.int64], desk: Desk) -> None:
    """The rows of an Arrow file that are kept, batch by batch."""
    target.parent.mkdir(parents=True, exist_ok=True)
    desk.begin("files", len(kept), "files")
    with pa.memory_map(str(source)) as mapped, pa.OSFile(str(target), "wb") as file:
        reader = pa.ipc.open_file(mapped)
        with pa.ipc.new_file(file, reader.schema) as writer:
            first = 0
            for place in range(reader.num_record_batches):
                batch = reader.get_batch(place)
                start, end = np.searchsorted(kept, [first, first + batch.num_rows])
                if start < end:
                    writer.write_batch(batch.take(pa.array(kept[start:end] - first)))
                first += batch.num_rows
                desk.progress("files", end, len(kept), "files")


def share(source: Path, target: Path) -> None:
    """The same file under another name: versions never change, so they may share. A copy where that is impossible."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
