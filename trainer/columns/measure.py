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


ENDS = {
    "number": "count({c}), min({c}), max({c})",
    "datetime": "count({c}), min(epoch({c})), max(epoch({c}))",
    "text": "count({c}), NULL, NULL",
}
"""Of the whole table: the footer of the file says them nearly for nothing."""
LOOKED = 2_048
"""First rows that tell whether it is worth asking if all numbers are whole."""


def measure(
    engine: duckdb.DuckDBPyConnection, table: Path, kinds: dict[str, str]
) -> tuple[int, dict[str, Measured]]:
    """Rows, and what was counted in each column. ``kinds``: id -> number, datetime or text."""
    source = f"read_parquet({literal(str(table))})"
    rows = int(one(engine, f"SELECT count(*) FROM {source}")[0])
    found: dict[str, Measured] = {}
    for some in slices(list(kinds)):
        found |= find_ends(engine, source, {id: kinds[id] for id in some})
        found |= find_middles(engine, source, {id: found[id] for id in some})
    return rows, found | count_exactly(engine, table, rows, found)


def find_ends(engine: duckdb.DuckDBPyConnection, source: str, kinds: dict[str, str]) -> dict[str, Measured]:
    """How many values there are, the least and the greatest; and for numbers whether they start as whole ones."""
    selected = ", ".join(ENDS[kind].format(c=id) for id, kind in kinds.items())
    values = iter(one(engine, f"SELECT {selected} FROM {source}"))
    ends = {id: (next(values), next(values), next(values)) for id in kinds}
    numbers = [id for id, kind in kinds.items() if kind == "number"]
    starts = ", ".join(f"bool_and({id} = trunc({id}))" for id in numbers)
    whole = one(engine, f"SELECT {starts} FROM (FROM {source} LIMIT {LOOKED})") if numbers else ()
    may_be = {id: found is not False for id, found in zip(numbers, whole, strict=True)}
    return {
        id: Measured(kinds[id], count, 0, low, high, whole=count > 0 and may_be.get(id, False))
        for id, (count, low, high) in ends.items()
    }


def find_middles(
    engine: duckdb.DuckDBPyConnection, source: str, found: dict[str, Measured]
) -> dict[str, Measured]:
    """Distinct values, mean, deviation and length, in one scan.

    Squares are taken of the distance to the middle between both ends: the variance is at least a share 1/2n of the
    range squared, so that no digits are lost, whatever the numbers are.
    """
    values = iter(
        one(engine, f"SELECT {', '.join(middle(id, each) for id, each in found.items())} FROM {source}")
    )
    result = {}
    for id, each in found.items():
        distinct, mean, square, whole = next(values), next(values), next(values), next(values)
        changes: dict[str, Any] = {"distinct": min(distinct, each.count), "whole": bool(whole)}
        if each.kind == "text":
            changes["mean_length"] = mean
        elif mean is not None:
            changes["mean"] = centre(each) + mean
            changes["deviation"] = None if square is None else max(0.0, square - mean * mean) ** 0.5
        result[id] = replace(each, **changes)
    return result


def middle(id: str, found: Measured) -> str:
    """What is asked of a column: four values."""
    distinct = f"approx_count_distinct({id})"
    if found.kind == "text":
        return f"{distinct}, avg(length({id})), NULL, false"
    if found.minimum is None or found.maximum is None:
        return f"{distinct}, NULL, NULL, false"
    cell = f"epoch({id})" if found.kind == "datetime" else id
    away = f"({cell} - ({centre(found)!r}::DOUBLE))"
    squares = found.kind == "number" and max(-found.minimum, found.maximum) < HUGE
    square = f"avg({away} * {away})" if squares else "NULL"
    whole = f"bool_and({id} = trunc({id}))" if found.whole else "false"
    return f"{distinct}, avg({away}), {square}, {whole}"


def centre(found: Measured) -> float:
    """The middle between the least and the greatest value."""
    assert found.minimum is not None, found
    assert found.maximum is not None, found
    return found.minimum / 2 + found.maximum / 2


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
