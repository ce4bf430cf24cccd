"""Rows picked at equal distances (``trainer.columns.picked``), and what is reckoned of them."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from trainer.columns.measure import Measured
from trainer.columns.picked import distance
from trainer.contract.dataset import Column

MOST_TEXTS = 20_000
Numbers = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Sample:
    """Some rows of a table, column by column. ``step``: every how many-th row; 1 is all of them."""

    rows: int
    step: int
    table: dict[str, pa.Array]
    kept: dict[str, Any] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        """Whether it is the table itself."""
        return self.step == 1

    def numbers(self, id: str) -> Numbers:
        """A number column, or datetimes in seconds since 1970; nan where missing."""
        if id not in self.kept:
            values = self.table[id]
            self.kept[id] = np.asarray(values.to_numpy(zero_copy_only=False), dtype=np.float64)
        found: Numbers = self.kept[id]
        return found

    def present(self, id: str) -> Numbers:
        """The numbers that are there."""
        numbers = self.numbers(id)
        return numbers[np.isfinite(numbers)]

    def unique(self, id: str) -> tuple[Numbers, Codes]:
        """Each number that is there, ascending, and how often."""
        key = f"{id} unique"
        if key not in self.kept:
            self.kept[key] = np.unique(self.present(id), return_counts=True)
        found: tuple[Numbers, Codes] = self.kept[key]
        return found

    def codes(self, id: str) -> tuple[Codes, list[str]]:
        """A column of texts as numbers of its different values (-1 where missing), and those values."""
        key = f"{id} codes"
        if key not in self.kept:
            encoded = pc.dictionary_encode(self.table[id])
            numbers = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
            self.kept[key] = (numbers, encoded.dictionary.to_pylist())
        found: tuple[Codes, list[str]] = self.kept[key]
        return found

    def texts(self, id: str) -> list[str | None]:
        """The first 20,000 texts of the sample, none longer than 500 characters."""
        found: list[str | None] = self.table[id].slice(0, MOST_TEXTS).to_pylist()
        return found

    def said(self) -> str:
        """What a sentence adds where the sample is not the table."""
        return "" if self.whole else f" (of a sample of {self.rows:,} rows)"


def take_sample(rows: int, columns: list[Column], measured: dict[str, Measured]) -> Sample:
    """The cells that were picked of the columns that hold numbers, dates and texts."""
    found: dict[str, pa.Array] = {}
    for column in columns:
        scanned = measured[column.id].scanned
        if column.type in ("number", "datetime", "category", "text") and scanned is not None:
            found[column.id] = scanned.picked
    step = distance(rows, len(measured))
    return Sample(rows=len(next(iter(found.values()))) if found else 0, step=step, table=found)


def write_value(value: float) -> str:
    """A number as people write it: whole ones without a point."""
    return f"{int(value)}" if value == int(value) and abs(value) < 1e15 else f"{value:.6g}"
