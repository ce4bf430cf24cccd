"""The bytes of pictures and sounds, row by row."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from trainer.features.given import Rows


def stream(path: Path, rows: Rows) -> Iterator[bytes | None]:
    """The content of rows, one after the other; None where missing."""
    with pa.memory_map(str(path)) as source:
        reader = pa.ipc.open_file(source)
        starts = np.cumsum([0] + [reader.get_batch(i).num_rows for i in range(reader.num_record_batches)])
        at, batch = -1, None
        for row in rows.tolist():
            place = int(np.searchsorted(starts, row, side="right")) - 1
            if place != at:
                at, batch = place, reader.get_batch(place)
            assert batch is not None
            cell = batch.column(0)[row - int(starts[place])]
            yield cell.as_py() if cell.is_valid else None
