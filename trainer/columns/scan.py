"""Each column of a written table read once, for all that is reckoned from its values.

Reading and unpacking a column costs as much as any of it, and a pass of numpy over what lies in the cache costs a
fraction of an aggregate of the table engine.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from trainer.columns.bins import Bins
from trainer.columns.distinct import Distinct
from trainer.columns.fingerprint import Fingerprint
from trainer.columns.moments import Moments
from trainer.columns.picked import SECOND, Picked

Ends = tuple[float, float]
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Scanned:
    """What one reading of a column gives. All but ``digest`` and ``picked`` are of numbers and datetimes (in seconds
    since 1970) only.
    """

    digest: bytes
    picked: pa.Array
    distinct: int = 0
    exact: bool = False
    """Whether the different values were counted, not estimated."""
    mean: float | None = None
    deviation: float | None = None
    whole: bool = False
    counts: list[int] | None = None
    """Of 20 bins between the ends, where those are not too far apart to be reckoned with."""


def scan(
    table: Path, ends: dict[str, Ends | None], step: int, threads: int, tell: Callable[[int], None]
) -> dict[str, Scanned]:
    """Read these columns. ``ends``: the least and greatest value of numbers and datetimes; None of texts and of columns
    without values. ``step``: every how many-th cell is picked. ``tell`` hears how many are done, and may raise.

    Memory is bounded by one column of a row group per thread.
    """
    footer = pq.read_metadata(table)
    texts_first = sorted(ends, key=lambda id: ends[id] is not None)  # they take longest
    found: dict[str, Scanned] = {}
    pool = ThreadPoolExecutor(threads)
    try:
        results = pool.map(lambda id: scan_column(chunks(table, footer, id), ends[id], step), texts_first)
        for id, result in zip(texts_first, results, strict=True):
            found[id] = result
            tell(len(found))
    finally:
        pool.shutdown(cancel_futures=True)
    return found


def chunks(table: Path, footer: pq.FileMetaData, id: str) -> Iterator[pa.Array]:
    """A column of a table, row group by row group."""
    with pq.ParquetFile(table, metadata=footer) as file:
        for group in range(file.num_row_groups):
            yield from file.read_row_group(group, columns=[id], use_threads=False).column(0).chunks


def scan_column(cells: Iterator[pa.Array], ends: Ends | None, step: int) -> Scanned:
    """Read one column."""
    fingerprint, picked = Fingerprint(), Picked(step)
    if ends is None:
        for chunk in cells:
            fingerprint.add(chunk)
            picked.add(chunk)
        return Scanned(fingerprint.digest(), picked.cells())
    distinct, moments, whole = Distinct(), Moments(*ends), True
    bins = Bins(*ends) if np.isfinite(ends[1] - ends[0]) else None
    for chunk in cells:
        fingerprint.add(chunk)
        picked.add(chunk)
        values = as_floats(chunk)
        distinct.add(values)
        moments.add(values)
        whole = whole and bool((values == np.trunc(values)).all())
        if bins:
            bins.add(values)
    return Scanned(
        fingerprint.digest(), picked.cells(), distinct.count(), distinct.exact(), moments.mean, moments.deviation,
        whole, bins.counts.tolist() if bins else None,
    )  # fmt: skip


def as_floats(chunk: pa.Array) -> Numbers:
    """The values that are there, as float64."""
    there = chunk.drop_null() if chunk.null_count else chunk
    if pa.types.is_timestamp(there.type):
        micro = pc.cast(there, pa.timestamp("us"), safe=False)
        seconds: Numbers = micro.view(pa.int64()).to_numpy() / SECOND
        return seconds
    values: Numbers = there.to_numpy()
    return values
