"""What could not be read: file, line, reason, raw text. Nothing is dropped in silence."""

from pathlib import Path
from types import TracebackType

import pyarrow as pa
import pyarrow.parquet as pq

SCHEMA = pa.schema(
    [("file", pa.string()), ("line", pa.int64()), ("reason", pa.string()), ("raw", pa.string())]
)
LONGEST_RAW = 2_000
BATCH = 5_000


class Rejects:
    """Writes ``rejects.parquet`` batch by batch; ``count`` is how many there are."""

    def __init__(self, path: Path) -> None:
        self.count = 0
        self.first: str | None = None
        self._path = path
        self._writer = pq.ParquetWriter(path, SCHEMA)
        self._rows: list[tuple[str, int | None, str, str]] = []

    def add(self, file: str, line: int | None, reason: str, raw: str = "") -> None:
        """Keep one rejected line or picture."""
        self.count += 1
        if self.first is None:
            self.first = f"line {line}: {reason}" if line else f"{file}: {reason}"
        self._rows.append((file, line, reason, raw[:LONGEST_RAW]))
        if len(self._rows) >= BATCH:
            self._flush()

    def extend(self, path: Path) -> None:
        """Keep what another import rejected."""
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(BATCH):
                for one in batch.to_pylist():
                    self.add(one["file"], one["line"], one["reason"], one["raw"] or "")

    def _flush(self) -> None:
        if self._rows:
            columns = zip(*self._rows, strict=True)
            arrays = [
                pa.array(list(values), field.type) for values, field in zip(columns, SCHEMA, strict=True)
            ]
            self._writer.write_table(pa.Table.from_arrays(arrays, schema=SCHEMA))
            self._rows.clear()

    def close(self) -> None:
        """Write what is left; the file is complete after this."""
        self._flush()
        self._writer.close()

    def __enter__(self) -> "Rejects":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self.close()
