"""Fifty rows out of any number, sorted and filtered by DuckDB.

A view is the state in the address: page, sort, filters. Columns are ids from the version's schema, checked
against it before they reach a query; every value is a bound parameter. The engine is memory-limited and sees
the folder of dataset versions only.
"""

import functools
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import duckdb

from app.errors import BadInput
from trainer.contract.dataset import Column, Schema, VersionFolder

PAGE = 50
WALL = 120
"""Pictures on a page of the wall."""
LONGEST = 500
"""Characters of a filter value; longer ones are a mistake or an attack."""

SOURCE = "read_parquet(?, file_row_number = true)"

Bound = float | datetime
Cell = str | float | bool | datetime | None
Queries = Iterable[tuple[str, str]]


@dataclass(frozen=True)
class Filter:
    """What one column must be. Several values are alternatives; everything else must hold together."""

    column: str
    values: tuple[str, ...] = ()
    low: Bound | None = None
    high: Bound | None = None
    below: Bound | None = None
    """Upper end that does not belong to it: the bars of a histogram meet without overlap."""
    contains: str = ""
    missing: bool = False


@dataclass(frozen=True)
class View:
    """What the address says: which rows, in which order, which page of them."""

    page: int = 1
    sort: str | None = None
    descending: bool = False
    filters: tuple[Filter, ...] = ()
    duplicates: bool = False
    wall: bool = False

    @property
    def size(self) -> int:
        """Rows on a page."""
        return WALL if self.wall else PAGE

    def filter(self, column: str) -> Filter | None:
        """The filter of a column, if any."""
        return next((f for f in self.filters if f.column == column), None)

    def query(self) -> str:
        """The state as a query string, shortest form; the empty view is ``""``."""
        return urlencode(self.pairs())

    def pairs(self) -> list[tuple[str, str]]:
        """The state as pairs of an address, or as the hidden fields of a form."""
        pairs: list[tuple[str, str]] = []
        if self.wall:
            pairs.append(("view", "wall"))
        if self.sort:
            pairs.append(("sort", self.sort))
            if self.descending:
                pairs.append(("desc", "1"))
        if self.duplicates:
            pairs.append(("show", "duplicates"))
        for one in self.filters:
            pairs += filter_pairs(one)
        if self.page > 1:
            pairs.append(("page", str(self.page)))
        return pairs

    def with_sort(self, column: str) -> "View":
        """Sorted by this column; asked again, the other way round. Back on the first page."""
        again = self.sort == column and not self.descending
        return replace(self, sort=column, descending=again, page=1)

    def with_page(self, page: int) -> "View":
        """Another page."""
        return replace(self, page=page)

    def with_filter(self, new: Filter) -> "View":
        """With this filter instead of the column's old one. Back on the first page."""
        return replace(self, filters=(*(f for f in self.filters if f.column != new.column), new), page=1)

    def without(self, column: str) -> "View":
        """Without the column's filter."""
        return replace(self, filters=tuple(f for f in self.filters if f.column != column), page=1)

    def as_wall(self, *, wall: bool) -> "View":
        """As a wall of pictures, or as rows. Back on the first page: their pages differ in size."""
        return replace(self, wall=wall, page=1)

    def with_all(self) -> "View":
        """Without any filter."""
        return replace(self, filters=(), duplicates=False, page=1)


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


def read_view(pairs: Queries, schema: Schema) -> View:
    """Read the state of an address; raises BadInput in words for anything that is not in the schema."""
    found: dict[str, list[str]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    sort = found.get("sort", [""])[-1] or None
    if sort is not None:
        known_column(schema, sort)
    wall = found.get("view", [""])[-1] == "wall" and any(c.type == "image" for c in schema.columns)
    return View(
        page=read_page_number(found.get("page", ["1"])[-1]),
        sort=sort,
        descending=found.get("desc", [""])[-1] == "1",
        filters=read_filters(found, schema),
        duplicates=found.get("show", [""])[-1] == "duplicates",
        wall=wall,
    )


def read_page_number(text: str) -> int:
    """A page number from an address: whole, at least 1. One past the end is clamped when rows are counted."""
    if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) < 1:
        raise BadInput(f"There is no page ‘{text[:40]}’. Page numbers are whole and start at 1.")
    return int(text)


def known_column(schema: Schema, id: str) -> Column:
    """The column of this id; raises BadInput in words."""
    try:
        return schema.column(id)
    except KeyError:
        raise BadInput(
            f"This table has no column ‘{id[:40]}’. Its columns are c0 to c{len(schema.columns) - 1}."
        ) from None


def read_filters(found: Mapping[str, list[str]], schema: Schema) -> tuple[Filter, ...]:
    """``filter.c3=…``, ``filter.c3.from``, ``.to``, ``.below``, ``.missing``: a Filter a column."""
    parts: dict[str, dict[str, list[str]]] = {}
    for key, values in found.items():
        if not key.startswith("filter."):
            continue
        _, id, *rest = key.split(".")
        known_column(schema, id)
        part = ".".join(rest)
        if part not in ("", "from", "to", "below", "missing"):
            raise BadInput(f"A filter has no part ‘{part[:40]}’; it has from, to, below and missing.")
        said = [v.strip() for v in values if v.strip()]
        if any(len(v) > LONGEST for v in said):
            raise BadInput(f"A filter may hold {LONGEST} characters; this one is longer.")
        if said:
            parts.setdefault(id, {})[part] = said
    return tuple(read_filter(column, parts[column.id]) for column in schema.columns if column.id in parts)


def read_filter(column: Column, said: Mapping[str, list[str]]) -> Filter:
    """The filter of one column, its values read by the column's type."""
    missing = "missing" in said
    values = said.get("", [])
    if column.type in ("number", "datetime"):
        low, high, below = (
            read_bound(column, said[p][-1]) if p in said else None for p in ("from", "to", "below")
        )
        if values:
            low = high = read_bound(column, values[-1])
        return Filter(column.id, low=low, high=high, below=below, missing=missing)
    if said.keys() & {"from", "to", "below"}:
        raise BadInput(
            f"{column.name} holds {column.type}, not numbers or dates: it cannot be filtered by a range."
        )
    if column.type == "category":
        return Filter(column.id, values=tuple(dict.fromkeys(values)), missing=missing)
    return Filter(column.id, contains=values[-1] if values else "", missing=missing)


def read_bound(column: Column, text: str) -> Bound:
    """A number or a time as a person types it."""
    try:
        if column.type == "datetime":
            return datetime.fromisoformat(text).replace(tzinfo=None)
        value = float(text)
    except ValueError:
        wanted = "a date like 2026-01-31" if column.type == "datetime" else "a number like 4.5"
        raise BadInput(f"‘{text[:40]}’ is not {wanted}. {column.name} is filtered by {wanted}.") from None
    if not math.isfinite(value):
        raise BadInput(
            f"‘{text[:40]}’ is not a finite number. {column.name} is filtered by a number like 4.5."
        )
    return value


def filter_pairs(one: Filter) -> list[tuple[str, str]]:
    """A filter as pairs of the address."""
    name = f"filter.{one.column}"
    pairs = [(name, value) for value in one.values]
    if one.contains:
        pairs.append((name, one.contains))
    for part, bound in (("from", one.low), ("to", one.high), ("below", one.below)):
        if bound is not None:
            pairs.append((f"{name}.{part}", bound_text(bound)))
    if one.missing:
        pairs.append((f"{name}.missing", "1"))
    return pairs


def bound_text(bound: Bound) -> str:
    """A bound as a person would write it."""
    if isinstance(bound, datetime):
        return (
            bound.isoformat(sep=" ")
            if (bound.hour or bound.minute or bound.second)
            else bound.date().isoformat()
        )
    return repr(int(bound)) if bound == int(bound) and abs(bound) < 1e15 else repr(bound)


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
