"""Cells picked at equal distances, so that what needs no exactness stays cheap however long the table is."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

ROWS = 100_000
WHOLE = 200_000
"""Tables up to here are read whole: a sample that skips a few outliers may say another relation."""
CELLS = 12_000_000
"""Wide tables have fewer rows in their sample: memory stays bounded."""
CHARACTERS = 500
"""Of a text that are looked at."""
SECOND = 1e6
"""Microseconds."""


def distance(rows: int, columns: int) -> int:
    """Every how many-th row is picked; 1 is all of them."""
    most = max(1_000, min(rows if rows <= WHOLE else ROWS, CELLS // max(1, columns)))
    return max(1, -(-rows // most))


class Picked:
    """Every ``step``-th cell of a column, fed chunk by chunk: numbers, datetimes in seconds since 1970, or the start
    of texts.
    """

    def __init__(self, step: int) -> None:
        self._step = step
        self._next = 0
        self._chunks: list[pa.Array] = []

    def add(self, chunk: pa.Array) -> None:
        """Feed a chunk."""
        places = np.arange(self._next, len(chunk), self._step)
        self._next += len(places) * self._step - len(chunk)
        cells = chunk.take(pa.array(places)) if self._step > 1 else chunk
        if pa.types.is_string(cells.type):
            cells = pc.utf8_slice_codeunits(cells, 0, CHARACTERS)
        elif pa.types.is_timestamp(cells.type):
            micro = pc.cast(cells, pa.timestamp("us"), safe=False).view(pa.int64())
            cells = pc.divide(pc.cast(micro, pa.float64(), safe=False), SECOND)
        self._chunks.append(cells)

    def cells(self) -> pa.Array:
        """All that were picked, in the order of the rows."""
        return pa.concat_arrays(self._chunks) if self._chunks else pa.nulls(0)
