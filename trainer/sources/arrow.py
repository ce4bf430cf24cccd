"""Tables whose columns are typed already: Parquet, and Arrow (Feather) as a file or a stream.

A crafted file may hold offsets that lead anywhere: every batch is checked in full before a value is read.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from trainer.sources.arrow_columns import Plan, plan_of
from trainer.sources.cell_table import CellTable
from trainer.sources.refusal import Refused
from trainer.sources.sniff import MOST_COLUMNS, SAMPLE_ROWS, repair_names

BATCH = 65_536
MOST_CELLS = 20_000_000_000
MOST_GROUP_BYTES = 4 << 30
"""Unpacked bytes of a row group: it is read at once, column by column."""
RATIO = 1_000
"""Unpacked to packed: more is no data."""
BROKEN = (
    pa.ArrowInvalid,
    pa.ArrowIndexError,
    pa.ArrowKeyError,
    pa.ArrowSerializationError,
    OverflowError,
    UnicodeDecodeError,
)
"""What pyarrow raises over broken files; OSError without a number too."""


def open_parquet(path: Path, label: str, scratch: Path) -> CellTable:
    """Read a Parquet file as a table. Raises Refused in words."""
    with in_words("Parquet file"), pq.ParquetFile(path) as file:
        check(file, path.stat().st_size)
        batches = file.iter_batches(batch_size=BATCH, use_threads=False)
        return write(file.schema_arrow, batches, label, scratch, "Parquet")


def open_arrow(path: Path, label: str, scratch: Path, *, stream: bool) -> CellTable:
    """Read an Arrow IPC file (Feather) or stream as a table. Raises Refused in words."""
    what = "Arrow stream" if stream else "Arrow file"
    with in_words(what), pa.memory_map(str(path)) as source:
        if stream:
            reader = pa.ipc.open_stream(source)
            return write(reader.schema, iter(reader), label, scratch, what)
        file = pa.ipc.open_file(source)
        batches = (file.get_batch(place) for place in range(file.num_record_batches))
        return write(file.schema, batches, label, scratch, what)


@contextmanager
def in_words(what: str) -> Iterator[None]:
    """What pyarrow says of a broken file, as a refusal."""
    try:
        yield
    except BROKEN as error:
        raise damaged(what, error) from error
    except pa.ArrowNotImplementedError as error:
        raise Refused(
            f"The {what} uses something that Skillet does not read: {first_line(error)}. Save it as CSV."
        ) from error
    except OSError as error:
        if error.errno or "No space left" in str(error):
            raise
        raise damaged(what, error) from error


def damaged(what: str, error: Exception) -> Refused:
    """The sentence for a broken file."""
    return Refused(f"The {what} is damaged or cut off ({first_line(error)}). Save it again, then bring it.")


def first_line(error: Exception) -> str:
    """The first words of what a library said."""
    return (str(error).strip().splitlines() or ["no reason given"])[0][:120].rstrip(".")


def check(file: pq.ParquetFile, packed: int) -> None:
    """Refuse by its table of contents what would unfold to far more than a file of this size holds."""
    contents = file.metadata
    if contents.num_columns > MOST_COLUMNS:
        raise Refused(
            f"The table has {contents.num_columns:,} columns; Skillet reads up to {MOST_COLUMNS:,}. Leave some out."
        )
    if contents.num_rows * max(1, contents.num_columns) > MOST_CELLS:
        raise Refused(
            f"The table has {contents.num_rows:,} rows of {contents.num_columns:,} columns, more than Skillet reads. "
            "Bring a part of it."
        )
    for place in range(contents.num_row_groups):
        size = contents.row_group(place).total_byte_size
        if size > MOST_GROUP_BYTES or (size > RATIO * packed and size > 64 << 20):
            raise Refused(
                f"A row group of the Parquet file says that it unpacks to {size / 1e9:,.1f} GB from {packed:,} bytes. "
                "It was not opened. Write the file with smaller row groups."
            )


def write(
    schema: pa.Schema, batches: Iterator[pa.RecordBatch], label: str, scratch: Path, source: str
) -> CellTable:
    """The table as one Parquet piece of our own types."""
    plans: list[Plan] = [plan for place, field in enumerate(schema) for plan in plan_of(field, place)]
    if not plans:
        raise Refused("The file has no columns that hold values. Bring another one.")
    if len(plans) > MOST_COLUMNS:
        raise Refused(
            f"The table has {len(plans):,} columns; Skillet reads up to {MOST_COLUMNS:,}. Leave some out."
        )
    path = scratch / "cells.parquet"
    written = pa.schema([(f"c{place}", plan.written) for place, plan in enumerate(plans)])
    rows = 0
    first: list[list[str]] = []
    with pq.ParquetWriter(path, written, compression="snappy") as writer:
        for batch in batches:
            batch.validate(full=True)
            for start in range(0, batch.num_rows, BATCH):
                piece = batch.slice(start, BATCH)
                arrays = [plan.convert(piece.column(plan.place), rows + start) for plan in plans]
                ours = pa.RecordBatch.from_arrays(arrays, schema=written)
                writer.write_batch(ours)
                if len(first) < SAMPLE_ROWS:
                    head = ours.slice(0, SAMPLE_ROWS - len(first)).to_pylist()
                    first += [["" if cell is None else str(cell) for cell in row.values()] for row in head]
            rows += batch.num_rows
    if not rows:
        raise Refused("The file has columns but no rows. Add some, then bring it again.")
    names, said = repair_names([plan.name for plan in plans], len(plans))
    native = {f"c{place}": plan.native() for place, plan in enumerate(plans)}
    findings = [sentence for plan in plans if (sentence := plan.finding())]
    return CellTable([path], label, names, source, findings + said, native, first)
