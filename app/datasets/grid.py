"""Fifty rows out of any number, sorted and filtered by DuckDB.

A view (``app.datasets.view``) is turned into a query in which every value is a bound parameter. The engine is
memory-limited and sees the folder of dataset versions only.
"""

import functools
import math
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from app.datasets.view import PAGE, Filter, View
from trainer.contract.dataset import Schema, VersionFolder

SOURCE = "read_parquet(?, file_row_number = true)"

Cell = str | float | bool | datetime | None


@dataclass(frozen=True)
class Row:
    """One example: its number (0-based position in the version) and its cells in the schema's order."""

    number: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Page:
    """Rows of a view, and how many there are in all."""

    rows: list[Row]
    total: int
    view: View

    @property
    def first(self) -> int:
        """1-based place of the first row shown; 0 where there is none."""
        return (self.view.page - 1) * self.view.size + 1 if self.rows else 0

    @property
    def last(self) -> int:
        """1-based place of the last row shown."""
        return self.first + len(self.rows) - 1 if self.rows else 0


def read_rows(folder: VersionFolder, schema: Schema, view: View) -> Page:
    """The page of rows that a view asks for; a page past the end becomes the last one."""
    place = str(folder.table)
    where, bound = condition(schema, view, place)
    engine = open_engine(folder.path.parent).cursor()
    total = schema.rows
    if where:
        counted = engine.execute(f"SELECT count(*) FROM {SOURCE} WHERE {where}", [place, *bound]).fetchone()  # noqa: S608
        total = int(counted[0]) if counted else 0
    pages = max(1, math.ceil(total / view.size))
    view = view.with_page(min(view.page, pages))
    order = "file_row_number"
    if view.sort:
        order = f'"{view.sort}" {"DESC" if view.descending else "ASC"} NULLS LAST, file_row_number'
    names = ", ".join(f'"{column.id}"' for column in schema.columns)
    chosen = f"SELECT file_row_number, {names} FROM {SOURCE} WHERE {where or 'true'}"  # noqa: S608
    rows = engine.execute(
        f"{chosen} ORDER BY {order} LIMIT ? OFFSET ?",
        [place, *bound, view.size, (view.page - 1) * view.size],
    ).fetchall()
    return Page([Row(int(row[0]), tuple(row[1:])) for row in rows], total, view)


def find_row(folder: VersionFolder, schema: Schema, number: int) -> Row | None:
    """One row by its number."""
    if not 0 <= number < schema.rows:
        return None
    names = ", ".join(f'"{column.id}"' for column in schema.columns)
    found = (
        open_engine(folder.path.parent)
        .cursor()
        .execute(
            f"SELECT {names} FROM {SOURCE} WHERE file_row_number = ?",  # noqa: S608
            [str(folder.table), number],
        )
        .fetchone()
    )
    return None if found is None else Row(number, tuple(found))


@dataclass(frozen=True)
class Reject:
    """What could not be read: a line of a file, or a picture of an archive."""

    file: str
    line: int | None
    reason: str
    raw: str | None


@dataclass(frozen=True)
class Rejects:
    """A page of rejects, and how many there are in all."""

    lines: list[Reject]
    total: int
    page: int


def read_rejects(folder: VersionFolder, total: int, page: int) -> Rejects:
    """A page of what could not be read, in the order of the file."""
    page = min(page, max(1, math.ceil(total / PAGE)))
    if not total:
        return Rejects([], 0, page)
    lines = (
        open_engine(folder.path.parent)
        .cursor()
        .execute(
            f"SELECT file, line, reason, raw FROM {SOURCE} ORDER BY file_row_number LIMIT ? OFFSET ?",  # noqa: S608
            [str(folder.rejects), PAGE, (page - 1) * PAGE],
        )
        .fetchall()
    )
    return Rejects([Reject(*line) for line in lines], total, page)


def condition(schema: Schema, view: View, place: str) -> tuple[str, list[Any]]:
    """SQL after WHERE, with its bound parameters; ``""`` where every row is meant."""
    clauses: list[str] = []
    bound: list[Any] = []
    for one in view.filters:
        clause, values = filter_condition(one)
        clauses.append(clause)
        bound += values
    if view.duplicates:
        names = ", ".join(f'"{column.id}"' for column in schema.columns)
        counted = f"SELECT file_row_number AS n, count(*) OVER (PARTITION BY {names}) AS times FROM {SOURCE}"  # noqa: S608
        clauses.append(f"file_row_number IN (SELECT n FROM ({counted}) WHERE times > 1)")  # noqa: S608
        bound.append(place)
    return " AND ".join(clauses), bound


def filter_condition(one: Filter) -> tuple[str, list[Any]]:
    """SQL of one filter. Its column was checked against the schema when it was read."""
    name = f'"{one.column}"'
    together: list[str] = []
    bound: list[Any] = []
    if one.values:
        together.append(f"{name} IN ({', '.join('?' * len(one.values))})")
        bound += one.values
    if one.contains:
        together.append(f"contains(lower({name}), lower(?))")
        bound.append(one.contains)
    for sign, value in ((">=", one.low), ("<=", one.high), ("<", one.below)):
        if value is not None:
            together.append(f"{name} {sign} ?")
            bound.append(value)
    clause = " AND ".join(together)
    if not one.missing:
        return clause, bound
    return (f"(({clause}) OR {name} IS NULL)" if clause else f"{name} IS NULL"), bound


@functools.lru_cache(maxsize=8)
def open_engine(datasets: Path) -> duckdb.DuckDBPyConnection:
    """The engine for this folder: in memory, 256 MB, no extension, no file outside, settings locked."""
    engine = duckdb.connect(
        ":memory:",
        config={
            "threads": "1",
            "memory_limit": "256MB",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        },
    )
    engine.execute(f"SET allowed_directories = ['{str(datasets.resolve()).replace(chr(39), chr(39) * 2)}/']")
    engine.execute("SET enable_external_access = false")
    engine.execute("SET lock_configuration = true")
    return engine
