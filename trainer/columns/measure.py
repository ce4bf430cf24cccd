"""What DuckDB counts in every column of the typed table, in few scans. Types and profile are decided on
this.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from trainer.sources.engine import literal

AT_ONCE = 200
"""Columns per query: wide tables are measured in slices, so that memory stays bounded."""
COUNT_ALL = 100_000
"""Up to so many rows distinct values are counted exactly everywhere."""
COUNT_FEW = 10_000
"""Above, exactly where there are at most so many, and where every row may have its own."""
HUGE = 1e150
"""Squares of greater values overflow: no deviation is told for such columns."""
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


COUNTS = "count({c}), approx_count_distinct({c})"
SQL = {
    "number": f"{COUNTS}, min({{c}}), max({{c}}), avg({{c}}), coalesce(bool_and({{c}} = trunc({{c}})), false), "
    f"CASE WHEN greatest(-min({{c}}), max({{c}})) < {HUGE} THEN "
    f"stddev_pop(CASE WHEN abs({{c}}) < {HUGE} THEN {{c}} END) END",
    "datetime": f"{COUNTS}, min(epoch({{c}})), max(epoch({{c}})), avg(epoch({{c}})), false, NULL",
    "text": f"{COUNTS}, NULL, NULL, avg(length({{c}})), false, NULL",
}
WIDTH = 7


def measure(
    engine: duckdb.DuckDBPyConnection, table: Path, kinds: dict[str, str]
) -> tuple[int, dict[str, Measured]]:
    """Rows, and what was counted in each column. ``kinds``: id -> number, datetime or text."""
    source = f"read_parquet({literal(str(table))})"
    rows = int(one(engine, f"SELECT count(*) FROM {source}")[0])
    found: dict[str, Measured] = {}
    for some in slices(list(kinds)):
        selected = ", ".join(SQL[kinds[id]].format(c=id) for id in some)
        values = one(engine, f"SELECT {selected} FROM {source}")
        for place, id in enumerate(some):
            count, distinct, low, high, mean, whole, deviation = values[place * WIDTH : (place + 1) * WIDTH]
            text = kinds[id] == "text"
            found[id] = Measured(
                kinds[id], count, min(distinct, count), low, high, None if text else mean, deviation=deviation,
                whole=bool(whole), mean_length=mean if text else None,
            )  # fmt: skip
    return rows, found | count_exactly(engine, table, rows, found)


def count_exactly(
    engine: duckdb.DuckDBPyConnection, table: Path, rows: int, found: dict[str, Measured]
) -> dict[str, Measured]:
    """Distinct values, counted rather than estimated where types hang on them."""
    wanted = [id for id, measured in found.items() if rows <= COUNT_ALL or deserves_count(measured, rows)]
    return {
        id: replace(found[id], distinct=value) for id, value in count_distinct(engine, table, wanted).items()
    }


def count_distinct(engine: duckdb.DuckDBPyConnection, table: Path, ids: list[str]) -> dict[str, int]:
    """Distinct values of these columns, exactly."""
    exact: dict[str, int] = {}
    for some in slices(ids):
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


def slices(ids: list[str]) -> list[list[str]]:
    """At most 200 columns at a time."""
    return [ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE)]


def one(engine: duckdb.DuckDBPyConnection, sql: str) -> tuple[Any, ...]:
    """The one row that a query gives."""
    row = engine.execute(sql).fetchone()
    assert row is not None, sql
    return tuple(row)
