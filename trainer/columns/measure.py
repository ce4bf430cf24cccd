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
SAMPLE_ROWS = 200_000
"""Above so many rows the median is that of a sample."""
HUGE = 1e150
"""Squares of greater values overflow: no deviation is told."""
TOP = 20


@dataclass(frozen=True)
class Measured:
    """Counts of one column. ``minimum`` to ``median`` are of numbers; of datetimes in seconds since 1970."""

    kind: str
    count: int
    distinct: int
    minimum: float | None = None
    maximum: float | None = None
    mean: float | None = None
    deviation: float | None = None
    median: float | None = None
    whole: bool = False
    mean_length: float | None = None


COUNTS = "count({c}), approx_count_distinct({c})"
SQL = {
    "number": f"{COUNTS}, min({{c}}), max({{c}}), avg({{c}}), coalesce(bool_and({{c}} = trunc({{c}})), false)",
    "datetime": f"{COUNTS}, min(epoch({{c}})), max(epoch({{c}})), avg(epoch({{c}})), false",
    "text": f"{COUNTS}, NULL, NULL, avg(length({{c}})), false",
}
WIDTH = 6


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
            count, distinct, low, high, mean, whole = values[place * WIDTH : (place + 1) * WIDTH]
            text = kinds[id] == "text"
            found[id] = Measured(
                kinds[id], count, min(distinct, count), low, high, None if text else mean, whole=bool(whole),
                mean_length=mean if text else None,
            )  # fmt: skip
    found |= count_exactly(engine, table, rows, found)
    return rows, found | spread(engine, source, rows, found)


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


def spread(
    engine: duckdb.DuckDBPyConnection, source: str, rows: int, found: dict[str, Measured]
) -> dict[str, Measured]:
    """Deviation and median of number columns."""
    numbers = [id for id, measured in found.items() if measured.kind == "number" and measured.count]
    calm = [id for id in numbers if max(abs(found[id].minimum or 0), abs(found[id].maximum or 0)) < HUGE]
    result = {id: found[id] for id in numbers}
    sampled = f"(SELECT * FROM {source} WHERE hash(file_row_number) % {max(1, rows // SAMPLE_ROWS)} = 0)"
    sampled = sampled.replace("table.parquet')", "table.parquet', file_row_number=true)")
    for some in slices(calm):
        values = one(engine, f"SELECT {', '.join(f'stddev_pop({id})' for id in some)} FROM {source}")
        result |= {id: replace(result[id], deviation=value) for id, value in zip(some, values, strict=True)}
    for some in slices(numbers):
        place = source if rows <= SAMPLE_ROWS else sampled
        values = one(engine, f"SELECT {', '.join(f'median({id})' for id in some)} FROM {place}")
        result |= {id: replace(result[id], median=value) for id, value in zip(some, values, strict=True)}
    return result


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
