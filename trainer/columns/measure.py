"""What is counted in every column of the typed table: each is read once. Types and profile are decided on this."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from trainer.columns.picked import distance
from trainer.columns.scan import Scanned, scan
from trainer.sources.engine import literal

AT_ONCE = 200
"""Columns per query: wide tables are measured in slices, so that memory stays bounded."""
COUNTED_AT_ONCE = 64
"""Columns whose distinct values are counted exactly in one query: each takes 4 MB even for a few rows."""
COUNT_ALL = 100_000
"""Up to so many rows distinct values are counted exactly everywhere."""
COUNT_FEW = 10_000
"""Above, exactly where there are at most so many, and where every row may have its own."""
TOP = 20


@dataclass(frozen=True)
class Measured:
    """Counts of one column. ``minimum`` to ``deviation`` are of numbers; of datetimes in seconds since 1970."""

    kind: str
    count: int
    distinct: int
    minimum: float | None = None
    maximum: float | None = None
    mean: float | None = None
    deviation: float | None = None
    whole: bool = False
    mean_length: float | None = None
    scanned: Scanned | None = None
    """What reading the column once gave besides."""

    @property
    def ends(self) -> tuple[float, float] | None:
        """Least and greatest value, where there are some."""
        return None if self.minimum is None or self.maximum is None else (self.minimum, self.maximum)


ENDS = {
    "number": "count({c}), min({c}), max({c})",
    "datetime": "count({c}), min(epoch({c})), max(epoch({c}))",
    "text": "count({c}), NULL, NULL",
}
"""Of the whole table: the footer of the file says them nearly for nothing."""


def measure(
    engine: duckdb.DuckDBPyConnection, table: Path, kinds: dict[str, str],
    tell: Callable[[int], None] = lambda _done: None,
) -> tuple[int, dict[str, Measured]]:  # fmt: skip
    """Rows, and what was counted in each column. ``kinds``: id -> number, datetime or text. ``tell`` hears how many
    columns are done, and may raise to stop.
    """
    source = f"read_parquet({literal(str(table))})"
    rows = int(one(engine, f"SELECT count(*) FROM {source}")[0])
    found: dict[str, Measured] = {}
    for some in slices(list(kinds)):
        found |= find_ends(engine, source, {id: kinds[id] for id in some})
    threads = int(one(engine, "SELECT current_setting('threads')")[0])
    ends = {id: each.ends for id, each in found.items()}
    scanned = scan(table, ends, distance(rows, len(kinds)), threads, tell)
    found = {id: with_scan(each, scanned[id]) for id, each in found.items()}
    texts = [id for id, kind in kinds.items() if kind == "text"]
    for some in slices(texts):
        found |= find_lengths(engine, source, {id: found[id] for id in some})
    return rows, found | count_exactly(engine, table, rows, found)


def find_ends(engine: duckdb.DuckDBPyConnection, source: str, kinds: dict[str, str]) -> dict[str, Measured]:
    """How many values there are, the least and the greatest."""
    selected = ", ".join(ENDS[kind].format(c=id) for id, kind in kinds.items())
    values = iter(one(engine, f"SELECT {selected} FROM {source}"))
    return {id: Measured(kind, next(values), 0, next(values), next(values)) for id, kind in kinds.items()}


def with_scan(found: Measured, scanned: Scanned) -> Measured:
    """What reading the column gave, put to its ends."""
    number = found.kind == "number"
    return replace(
        found,
        distinct=min(scanned.distinct, found.count),
        mean=scanned.mean,
        deviation=scanned.deviation if number else None,
        whole=number and scanned.whole and found.count > 0,
        scanned=scanned,
    )


def find_lengths(
    engine: duckdb.DuckDBPyConnection, source: str, found: dict[str, Measured]
) -> dict[str, Measured]:
    """Distinct texts, about, and their mean length."""
    asked = ", ".join(f"approx_count_distinct({id}), avg(length({id}))" for id in found)
    values = iter(one(engine, f"SELECT {asked} FROM {source}"))
    return {
        id: replace(each, distinct=min(next(values), each.count), mean_length=next(values))
        for id, each in found.items()
    }


def count_exactly(
    engine: duckdb.DuckDBPyConnection, table: Path, rows: int, found: dict[str, Measured]
) -> dict[str, Measured]:
    """Distinct values, counted rather than estimated where types hang on them."""
    wanted = [
        id
        for id, measured in found.items()
        if not (measured.scanned and measured.scanned.exact)
        and (rows <= COUNT_ALL or deserves_count(measured, rows))
    ]
    return {
        id: replace(found[id], distinct=value) for id, value in count_distinct(engine, table, wanted).items()
    }


def count_distinct(engine: duckdb.DuckDBPyConnection, table: Path, ids: list[str]) -> dict[str, int]:
    """Distinct values of these columns, exactly."""
    exact: dict[str, int] = {}
    for some in slices(ids, COUNTED_AT_ONCE):
        counts = ", ".join(f"count(DISTINCT {id})" for id in some)
        values = one(engine, f"SELECT {counts} FROM read_parquet({literal(str(table))})")
        exact |= dict(zip(some, map(int, values), strict=True))
    return exact


def deserves_count(measured: Measured, rows: int) -> bool:
    """Few values, or perhaps one for each row."""
    if measured.distinct <= COUNT_FEW * 1.1:
        return True
    every = measured.count == rows and measured.distinct > 0.8 * rows
    return every and (measured.kind == "text" or (measured.whole and numbers_rows(measured, rows)))


def numbers_rows(measured: Measured, rows: int) -> bool:
    """Whether least and greatest value are as far apart as rows are many."""
    if measured.minimum is None or measured.maximum is None:
        return False
    return measured.maximum - measured.minimum + 1 == rows


def most_frequent(
    engine: duckdb.DuckDBPyConnection, table: Path, id: str, most: int = TOP
) -> list[tuple[str, int]]:
    """Values of a text column with their counts, most frequent first, equals by name."""
    found = engine.execute(
        f"SELECT {id}, count(*) AS n FROM read_parquet({literal(str(table))}) WHERE {id} IS NOT NULL "
        f"GROUP BY 1 ORDER BY n DESC, 1 LIMIT {most}"
    ).fetchall()
    return [(str(value), int(count)) for value, count in found]


def slices(ids: list[str], most: int = AT_ONCE) -> list[list[str]]:
    """At most so many columns at a time."""
    return [ids[start : start + most] for start in range(0, len(ids), most)]


def one(engine: duckdb.DuckDBPyConnection, sql: str) -> tuple[Any, ...]:
    """The one row that a query gives."""
    row = engine.execute(sql).fetchone()
    assert row is not None, sql
    return tuple(row)
