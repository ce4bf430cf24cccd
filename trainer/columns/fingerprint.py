"""The content of a column as a hash: its values, lengths and holes, however its file is laid out."""

import hashlib

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


class Fingerprint:
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
