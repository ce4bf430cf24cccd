"""A table that was read cell by cell into Parquet pieces of our own: from workbooks, JSON, ARFF, Arrow.

Cells whose type is to be guessed are text there, as in a CSV file.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from trainer.contract.dataset import Layout
from trainer.sources.engine import literal
from trainer.sources.refusal import Refused
from trainer.sources.sniff import LONGEST_LINE, MOST_COLUMNS, SAMPLE_ROWS
from trainer.sources.table import Native

BATCH = 20_000
BATCH_CELLS = 1_000_000
BATCH_CHARACTERS = 16 << 20


@dataclass(frozen=True)
class CellTable:
    """A ``trainer.sources.table.Table`` over Parquet pieces."""

    pieces: list[Path]
    label: str
    names: list[str]
    source: str
    findings: list[str] = field(default_factory=list)
    native: dict[str, Native] = field(default_factory=dict)
    rows: list[list[str]] = field(default_factory=list)
    choices: Layout | None = None
    comma_numbers: bool = True
    parses_numbers: bool = False

    def ids(self) -> list[str]:
        """``c0``, ``c1``, ... in the order of the file."""
        return [f"c{position}" for position in range(len(self.names))]

    def first_rows(self) -> list[list[str]]:
        """The first rows, as text."""
        return self.rows

    def relation(self, readers: dict[str, str] | None = None) -> str:  # noqa: ARG002 - Parquet has types of its own
        """The SQL table function that reads the pieces, one after the other."""
        pieces = ", ".join(literal(str(piece)) for piece in self.pieces)
        return f"read_parquet([{pieces}], union_by_name=true)"

    def folder(self) -> Path:
        """Where the pieces lie."""
        return self.pieces[0].parent

    def size(self) -> int:
        """Bytes of all pieces."""
        return sum(piece.stat().st_size for piece in self.pieces)


class CellWriter:
    """Writes rows of text cells into pieces. A column that is met late begins a new piece: nothing is read twice."""

    def __init__(self, scratch: Path, what: str) -> None:
        self.keys: dict[str, int] = {}
        """The columns so far, by key, with their place."""
        self.first: list[dict[str, str]] = []
        """The first 4,000 rows."""
        self.count = 0
        self.pieces: list[Path] = []
        self._scratch = scratch
        self._what = what
        self._rows: list[Mapping[str, str]] = []
        self._characters = 0
        self._writer: pq.ParquetWriter | None = None
        self._width = 0

    def column(self, key: str) -> None:
        """Make room for a column. Raises Refused above 5,000."""
        if key not in self.keys:
            if len(self.keys) >= MOST_COLUMNS:
                raise Refused(
                    f"The table has more than {MOST_COLUMNS:,} columns; Skillet reads up to {MOST_COLUMNS:,}. "
                    "Leave out the columns that are not needed."
                )
            self.keys[key] = len(self.keys)

    def add(self, row: dict[str, str]) -> None:
        """One row: key -> cell. What is missing is left out. Raises Refused for a cell over 1 MB."""
        self.count += 1
        for key, cell in row.items():
            self.column(key)
            if len(cell) > LONGEST_LINE:
                raise Refused(
                    f"Row {self.count:,} of {self._what} has {len(cell):,} characters in ‘{key[:100]}’; Skillet reads "
                    f"cells of up to {LONGEST_LINE:,}. Shorten it, or leave the column out."
                )
            self._characters += len(cell)
        if len(self.first) < SAMPLE_ROWS:
            self.first.append(row)
        self._rows.append(row)
        cells = len(self._rows) * max(1, len(self.keys))
        if len(self._rows) >= BATCH or cells >= BATCH_CELLS or self._characters >= BATCH_CHARACTERS:
            self._flush()

    def _flush(self) -> None:
        if not self._rows:
            return
        if self._writer is None or len(self.keys) > self._width:
            if self._writer is not None:
                self._writer.close()
            self._width = len(self.keys)
            self.pieces.append(self._scratch / f"cells-{len(self.pieces)}.parquet")
            schema = pa.schema([(f"c{place}", pa.string()) for place in self.keys.values()])
            self._writer = pq.ParquetWriter(self.pieces[-1], schema, compression="snappy")
        arrays = [pa.array([row.get(key) for row in self._rows], pa.string()) for key in self.keys]
        self._writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=self._writer.schema))
        self._rows, self._characters = [], 0

    def close(self, rejected: str | None = None) -> None:
        """Write what is left. Raises Refused where there was no row at all, with the first that was rejected."""
        self._flush()
        if self._writer is not None:
            self._writer.close()
        if not self.pieces:
            why = f" Everything in it was refused; {rejected}." if rejected else ""
            raise Refused(f"There are no rows in {self._what}.{why} Add some, then bring it again.")

    def abandon(self) -> None:
        """Close the file at hand: the table was refused."""
        if self._writer is not None:
            self._writer.close()

    def sample(self) -> list[list[str]]:
        """The first rows, all columns, missing cells empty."""
        return [[row.get(key, "") for key in self.keys] for row in self.first]
