"""The name of a version: a hash of what is in it, not of how its files happen to be laid out.

Parquet files of equal tables differ in the bounds of their row groups, so a table is hashed column by
column: values, lengths and holes, whatever the batches are.
"""

import hashlib
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from trainer.contract.dataset import VersionFolder
from trainer.contract.folder import sha256

LENGTH = 20


def name_version(version: VersionFolder, source: str) -> str:
    """The first 20 hex digits of SHA-256 over table, pictures, schema, rejects and how they were read.

    The profile is left out: means counted in parallel differ in their last digits.
    """
    whole = hashlib.sha256(source.encode())
    for path in sorted(
        path for path in version.path.rglob("*") if path.is_file() and path != version.profile
    ):
        found = hash_table(path) if path == version.table else sha256(path)
        whole.update(f"\n{path.relative_to(version.path)} {found}".encode())
    return whole.hexdigest()[:LENGTH]


def hash_table(path: Path) -> str:
    """SHA-256 of a table's values. Memory is bounded by a row group."""
    with pq.ParquetFile(path) as file:
        names = file.schema_arrow.names
        streams = {name: Stream() for name in names}
        for group in range(file.num_row_groups):
            table = file.read_row_group(group)
            for name in names:
                for chunk in table.column(name).chunks:
                    streams[name].add(chunk)
        kinds = [f"{field.name} {field.type}" for field in file.schema_arrow]
    whole = hashlib.sha256("\n".join(kinds).encode())
    for name in names:
        whole.update(streams[name].digest())
    return whole.hexdigest()


class Stream:
    """One column's values, lengths and holes as three hashes, fed chunk by chunk."""

    def __init__(self) -> None:
        self._values, self._lengths, self._holes = hashlib.sha256(), hashlib.sha256(), hashlib.sha256()

    def add(self, chunk: pa.Array) -> None:
        """Feed a chunk: text, or values of eight bytes."""
        self._holes.update(chunk.is_null().to_numpy(zero_copy_only=False).tobytes())
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
        return self._values.digest() + self._lengths.digest() + self._holes.digest()
