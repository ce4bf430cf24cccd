"""What everybody who looks for something is given, and how rows that were found are kept."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from trainer.columns.measure import Measured
from trainer.contract.dataset import Column, ColumnProfile, VersionFolder
from trainer.contract.steps import Exclude
from trainer.profile.sample import Sample
from trainer.sources.engine import literal

MOST_NAMED = 20_000
"""Rows that a step names one by one at most."""


@dataclass(frozen=True)
class Look:
    """A written table, what was counted in it, and a sample."""

    engine: duckdb.DuckDBPyConnection
    version: VersionFolder
    rows: int
    columns: list[Column]
    measured: dict[str, Measured]
    found: dict[str, ColumnProfile]
    sample: Sample

    @property
    def source(self) -> str:
        """The table in SQL, with ``file_row_number``."""
        return f"read_parquet({literal(str(self.version.table))}, file_row_number = true)"

    def of_type(self, *types: str) -> list[Column]:
        """Columns of these types that are no ids and not constant."""
        return [c for c in self.columns if c.type in types and c.role in ("input", "text")]

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of an answer."""
        found: list[tuple[Any, ...]] = self.engine.execute(sql).fetchall()
        return found

    def keep(self, name: str, rows: Any, scores: Any = None) -> str:
        """Keep rows under a name, those with the greatest score first; the name."""
        write_set(self.version.rows(name), np.asarray(rows, np.int64), scores)
        return name

    def exclusion(self, rows: npt.NDArray[np.int64], reason: str) -> Exclude | None:
        """The step that leaves these rows out; None where they are too many to be named."""
        if not 0 < len(rows) <= MOST_NAMED or len(rows) >= self.rows:
            return None
        return Exclude(rows=np.sort(root_rows(self.version, rows)).tolist(), reason=reason)


def root_rows(version: VersionFolder, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The rows of the root version that these were: steps name those."""
    if not version.origin.exists():
        return rows
    origin = pq.read_table(version.origin, columns=["row"]).column(0).to_numpy()
    found: npt.NDArray[np.int64] = origin[rows].astype(np.int64)
    return found


def write_set(
    path: Path, rows: npt.NDArray[np.int64], scores: Any = None, suggested: list[str] | None = None
) -> None:
    """A set of rows as ``VersionFolder.rows`` describes it: the greatest score first, then by row."""
    arrays = {"row": pa.array(rows, pa.int64())}
    arrays["score"] = pa.array([None] * len(rows) if scores is None else scores, pa.float64())
    if suggested is not None:
        arrays["suggested"] = pa.array(suggested, pa.string())
    order = np.argsort(rows, kind="stable") if scores is None else np.lexsort((rows, -np.asarray(scores)))
    path.parent.mkdir(exist_ok=True)
    pq.write_table(pa.table(arrays).take(pa.array(order)), path)


def quoted(names: list[str]) -> str:
    """‘a’, ‘b’ and ‘c’; of many the first three and how many more."""
    said = [f"‘{name}’" for name in names]
    if len(said) > 4:
        said = [*said[:3], f"{len(said) - 3} more columns"]
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"


def percent(share: float) -> str:
    """A share in words: never 0 % or 100 % of what is not."""
    if 0 < share < 0.01:
        return "under 1 %"
    return "over 99 %" if 0.99 < share < 1 else f"{share:.0%}".replace("%", " %")


def counted(count: int, one: str, many: str) -> str:
    """``1 row``, ``12 rows``."""
    return f"{count:,} {one if count == 1 else many}"
