"""A page of rows out of any number, sorted and filtered, without reading more than it must.

In the order of the table a page is found by counts per block of rows, which are kept for each view: a deep page
costs what the first one does. Sorted pages come from windows of row numbers that are kept too.
"""

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from pathlib import Path
from typing import Any

from app.datasets.conditions import Condition, Picked, condition
from app.datasets.engine import SOURCE, ask
from app.datasets.view import View
from trainer.contract.dataset import Column, Schema, VersionFolder

BLOCK = 122_880
"""Rows that are counted together: the row group that DuckDB writes, so that a block is read alone."""
WINDOW = 2_400
"""Row numbers of a sorted view that are kept together: whole pages of both sizes."""
LONGEST_TEXT = 400
"""Characters of a text that leave the table for the grid; a document may have a million."""

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

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, math.ceil(self.total / self.view.size))


def read_rows(folder: VersionFolder, schema: Schema, view: View, picked: Picked | None = None) -> Page:
    """The page of rows that a view asks for; a page past the end becomes the last one."""
    asked = condition(folder, schema, view, picked)
    blocks = count_blocks(folder.table, asked) if asked.sql else None
    total = sum(blocks.values()) if blocks is not None else schema.rows
    view = view.with_page(min(view.page, max(1, math.ceil(total / view.size))))
    start, count = (view.page - 1) * view.size, view.size
    if view.sort is None and picked is None:
        rows = read_in_order(folder, schema, asked, blocks, start, count)
    else:
        rows = read_numbers(folder, schema, sorted_numbers(folder, asked, view, picked, total)[:count])
    return Page(rows, total, view)


def find_row(folder: VersionFolder, schema: Schema, number: int) -> Row | None:
    """One row by its number, its texts whole."""
    if not 0 <= number < schema.rows:
        return None
    names = ", ".join(f'"{column.id}"' for column in schema.columns)
    sql = f"SELECT {names} FROM {SOURCE} WHERE file_row_number = ?"  # noqa: S608
    found = ask(folder.path.parent, sql, [str(folder.table), number])
    return Row(number, tuple(found[0])) if found else None


def list_numbers(
    folder: VersionFolder, schema: Schema, view: View, picked: Picked | None = None, most: int | None = None
) -> list[int]:
    """The numbers of the rows of a view, ascending; not many more than ``most``, which tells that there are more."""
    asked = condition(folder, schema, view, picked)
    limit = f"LIMIT {most + 1}" if most is not None else ""
    sql = f"SELECT file_row_number FROM {SOURCE} WHERE {asked.sql or 'true'} ORDER BY file_row_number {limit}"  # noqa: S608
    return [int(line[0]) for line in ask(folder.path.parent, sql, [str(folder.table), *asked.bound])]


def read_in_order(
    folder: VersionFolder,
    schema: Schema,
    asked: Condition,
    blocks: dict[int, int] | None,
    start: int,
    count: int,
) -> list[Row]:
    """Rows in the order of the table: only the blocks that hold them are opened."""
    if blocks is None:
        return select_rows(folder, schema, Condition(), start, start + count - 1)
    ends = list(accumulate(blocks.values()))
    places = [i for i, end in enumerate(ends) if end > start]
    if not places:
        return []
    first = places[0]
    last = next((i for i, end in enumerate(ends) if end >= start + count), len(ends) - 1)
    numbers = list(blocks)
    skip = start - (ends[first - 1] if first else 0)
    low, high = numbers[first] * BLOCK, (numbers[last] + 1) * BLOCK - 1
    return select_rows(folder, schema, asked, low, high, f"LIMIT {count} OFFSET {skip}")


def read_numbers(folder: VersionFolder, schema: Schema, numbers: Sequence[int]) -> list[Row]:
    """These rows, in this order."""
    if not numbers:
        return []
    among = Condition(f"file_row_number IN ({', '.join('?' * len(numbers))})", tuple(numbers))
    found = {row.number: row for row in select_rows(folder, schema, among, min(numbers), max(numbers))}
    return [found[number] for number in numbers if number in found]


def select_rows(
    folder: VersionFolder, schema: Schema, asked: Condition, low: int, high: int, limit: str = ""
) -> list[Row]:
    """Rows ``low`` to ``high`` that meet the condition, in the order of the table."""
    cells = ", ".join(shown_cell(column) for column in schema.columns)
    among = asked.also("file_row_number BETWEEN ? AND ?", low, high)
    sql = f"SELECT file_row_number, {cells} FROM {SOURCE} WHERE {among.sql} ORDER BY file_row_number {limit}"  # noqa: S608
    found = ask(folder.path.parent, sql, [str(folder.table), *among.bound])
    return [Row(int(line[0]), tuple(line[1:])) for line in found]


def shown_cell(column: Column) -> str:
    """A column as the grid takes it."""
    return f'left("{column.id}", {LONGEST_TEXT})' if column.type == "text" else f'"{column.id}"'


@functools.lru_cache(maxsize=256)
def count_blocks(table: Path, asked: Condition) -> dict[int, int]:
    """Block -> rows in it that meet the condition, ascending, blocks without any left out. Versions never change."""
    sql = f"SELECT file_row_number // {BLOCK}, count(*) FROM {SOURCE} WHERE {asked.sql} GROUP BY 1 ORDER BY 1"  # noqa: S608
    found = ask(table.parent.parent, sql, [str(table), *asked.bound])
    return {int(block): int(count) for block, count in found}


@dataclass(frozen=True)
class Order:
    """By a column, or by the scores of a set of rows."""

    sort: str | None
    descending: bool
    own: Path | None

    def sql(self, table: Path, asked: Condition, *, backwards: bool) -> tuple[str, list[Any]]:
        """All row numbers in this order, or from the other end: SQL, and its bound parameters."""
        falling = (self.descending or self.own is not None) != backwards
        key = "p.score" if self.own is not None else f'"{self.sort}"'
        joined = (
            'JOIN (SELECT "row", score FROM read_parquet(?)) p ON p."row" = file_row_number'
            if self.own is not None
            else ""
        )
        sql = (
            f"SELECT file_row_number FROM {SOURCE} {joined} WHERE {asked.sql or 'true'} "  # noqa: S608
            f"ORDER BY {key} {'DESC' if falling else 'ASC'} NULLS {'FIRST' if backwards else 'LAST'}, "
            f"file_row_number {'DESC' if backwards else 'ASC'}"
        )
        return sql, [str(table), *([str(self.own)] if self.own is not None else []), *asked.bound]


def sorted_numbers(
    folder: VersionFolder, asked: Condition, view: View, picked: Picked | None, total: int
) -> tuple[int, ...]:
    """Row numbers of a sorted view from the start of its page on. A set of rows without another order has its own."""
    start = (view.page - 1) * view.size
    at = start // WINDOW * WINDOW
    own = picked.path if picked is not None and view.sort is None else None
    order = Order(view.sort, view.descending, own)
    return window(folder.table, asked, order, total, at)[start - at :]


@functools.lru_cache(maxsize=128)
def window(table: Path, asked: Condition, order: Order, total: int, at: int) -> tuple[int, ...]:
    """``WINDOW`` row numbers from place ``at`` on. Places past the middle are counted from the other end."""
    count = max(0, min(WINDOW, total - at))
    backwards = at > total / 2
    sql, bound = order.sql(table, asked, backwards=backwards)
    sql += f" LIMIT {count} OFFSET {total - at - count if backwards else at}"
    numbers = [int(line[0]) for line in ask(table.parent.parent, sql, bound)]
    return tuple(reversed(numbers) if backwards else numbers)
