"""The name of a version: a hash of what is in it, not of how its files happen to be laid out.

Parquet files of equal tables differ in the bounds of their row groups, so a table is hashed column by
column: values, lengths and holes, whatever the batches are.
"""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from trainer.contract.dataset import VersionFolder
from trainer.contract.folder import sha256

LENGTH = 20


def name_version(version: VersionFolder, source: str, threads: int = 1) -> str:
    """The first 20 hex digits of SHA-256 over table, pictures, schema, rejects and how they were read.

    The profile and its sets of rows are left out: means counted in parallel differ in their last digits.
    """
    whole = hashlib.sha256(source.encode())
    derived = {version.profile, *version.rows("any").parent.glob("*")}
    for path in sorted(path for path in version.path.rglob("*") if path.is_file() and path not in derived):
        found = hash_table(path, threads) if path == version.table else sha256(path)
        whole.update(f"\n{path.relative_to(version.path)} {found}".encode())
    return whole.hexdigest()[:LENGTH]


def hash_table(path: Path, threads: int = 1) -> str:
    """SHA-256 of a table's values. Memory is bounded by one column of a row group per thread."""
    fields = pq.read_schema(path)
    whole = hashlib.sha256("\n".join(f"{field.name} {field.type}" for field in fields).encode())
    with ThreadPoolExecutor(threads) as pool:
        for found in pool.map(lambda name: hash_column(path, name), fields.names):
            whole.update(found)
    return whole.hexdigest()


def hash_column(path: Path, name: str) -> bytes:
    """The hash of one column."""
    stream = Stream()
    with pq.ParquetFile(path) as file:
        for group in range(file.num_row_groups):
            for chunk in file.read_row_group(group, columns=[name], use_threads=False).column(0).chunks:
                stream.add(chunk)
    return stream.digest()


class Stream:
    """One column's values, lengths and holes as three hashes, fed chunk by chunk."""

    def __init__(self) -> None:
        self._values, self._lengths, self._holes = hashlib.sha256(), hashlib.sha256(), hashlib.sha256()
        self._rows = 0

    def add(self, chunk: pa.Array) -> None:
        """Feed a chunk: text, or values of eight bytes."""
        self._rows += len(chunk)
        if chunk.null_count:
            first = self._rows - len(chunk)
            holes = np.flatnonzero(chunk.is_null().to_numpy(zero_copy_only=False)) + first
            self._holes.update(holes.astype(np.int64).tobytes())
        if pa.types.is_string(chunk.type):
            filled = chunk.fill_null("") if chunk.null_count else chunk
            self._lengths.update(pc.binary_length(filled).to_numpy().astype(np.int32).tobytes())
            _, offsets, data = filled.buffers()
            bounds = np.frombuffer(offsets, dtype=np.int32)[filled.offset : filled.offset + len(filled) + 1]
            if data is not None and len(filled):
                self._values.update(memoryview(data)[bounds[0] : bounds[-1]])
            return
        eight = chunk.view(pa.int64())
        self._values.update((eight.fill_null(0) if eight.null_count else eight).to_numpy())

    def digest(self) -> bytes:
        """The three together."""
        return (
            self._values.digest()
            + self._lengths.digest()
            + self._holes.digest()
            + self._rows.to_bytes(8, "big")
        )
