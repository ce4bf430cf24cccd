"""Columns and pictures of a version as numpy arrays."""

import io
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from trainer.contract.dataset import VersionFolder

Array = npt.NDArray[Any]


def read_columns(version: VersionFolder, ids: Sequence[str], rows: Array | None = None) -> dict[str, Array]:
    """Whole columns, or those ``rows``: float64 with nan, object (text or None), or datetime64[us] with
    NaT.
    """
    table = pq.read_table(version.table, columns=list(ids))
    if rows is not None:
        table = table.take(pa.array(np.asarray(rows, dtype=np.int64)))
    return {id: as_array(table.column(id)) for id in ids}


def as_array(column: pa.ChunkedArray) -> Array:
    """One Arrow column as numpy."""
    if pa.types.is_floating(column.type):
        return np.asarray(column.combine_chunks().to_numpy(zero_copy_only=False), dtype=np.float64)
    if pa.types.is_timestamp(column.type):
        return np.asarray(column.to_numpy(), dtype="datetime64[us]")
    return np.asarray(column.to_numpy(zero_copy_only=False), dtype=object)


def read_pictures(
    version: VersionFolder,
    column: str,
    rows: Sequence[int] | Array,
    *,
    thumbs: bool = False,
    side: int | None = None,
) -> Iterator[npt.NDArray[np.uint8]]:
    """Pictures of these rows, each uint8 [H, W, 3]; previews with ``thumbs``. The file is memory-mapped.

    With ``side`` a JPEG may come smaller, but no side shorter than that: quicker where details do not matter.
    """
    path = version.thumbs(column) if thumbs else version.media(column)
    with pa.memory_map(str(path)) as source:
        reader = pa.ipc.open_file(source)
        starts = np.cumsum([0] + [reader.get_batch(i).num_rows for i in range(reader.num_record_batches)])
        current, batch = -1, None
        for row in rows:
            if not 0 <= row < starts[-1]:
                raise IndexError(f"There is no row {row}: the column has {starts[-1]:,} pictures.")
            place = int(np.searchsorted(starts, row, side="right")) - 1
            if place != current:
                current, batch = place, reader.get_batch(place)
            assert batch is not None
            cell = batch.column(0)[int(row) - int(starts[place])]
            if not cell.is_valid:
                raise ValueError(f"Row {row} has no picture.")
            with Image.open(io.BytesIO(cell.as_buffer()), formats=("PNG", "JPEG")) as image:
                if side is not None:
                    image.draft(None, (side, side))
                yield np.asarray(image.convert("RGB"))
