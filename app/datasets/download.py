"""Rows as a CSV file for people, streamed: a block of rows at a time, safe to open in a spreadsheet."""

import csv
import io
from collections.abc import Iterator
from typing import Any

from app.datasets.conditions import Condition, condition
from app.datasets.engine import SOURCE, ask
from app.datasets.grid import BLOCK, count_blocks
from app.datasets.selections import Selection
from app.datasets.words import cell_text
from trainer.contract.dataset import Column, Schema, VersionFolder

TOGETHER = 10_000
"""Rows that are read at a time."""
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a spreadsheet may take for a formula at the start of a text."""


def stream_csv(folder: VersionFolder, schema: Schema, selection: Selection) -> Iterator[bytes]:
    """The rows in the order of the table, with a line of names; UTF-8 with a mark, by which Excel knows it."""
    yield b"\xef\xbb\xbf" + written([safe(column.name) for column in schema.columns])
    names = ", ".join(f'"{column.id}"' for column in schema.columns)
    for asked in pieces(folder, schema, selection):
        sql = f"SELECT {names} FROM {SOURCE} WHERE {asked.sql} ORDER BY file_row_number"  # noqa: S608
        rows = ask(folder.path.parent, sql, [str(folder.table), *asked.bound])
        yield b"".join(
            written([cell(column, value) for column, value in zip(schema.columns, row, strict=True)])
            for row in rows
        )


def pieces(folder: VersionFolder, schema: Schema, selection: Selection) -> Iterator[Condition]:
    """The selection as conditions, each on a bounded number of rows."""
    if selection.numbers is not None:
        for start in range(0, len(selection.numbers), TOGETHER):
            numbers = selection.numbers[start : start + TOGETHER]
            among = Condition(f"file_row_number IN ({', '.join('?' * len(numbers))})", numbers)
            yield among.also("file_row_number BETWEEN ? AND ?", numbers[0], numbers[-1])
        return
    asked = condition(folder, schema, selection.view, selection.picked)
    blocks = count_blocks(folder.table, asked) if asked.sql else range(-(-schema.rows // BLOCK))
    for block in blocks:
        for low in range(block * BLOCK, min((block + 1) * BLOCK, schema.rows), TOGETHER):
            yield asked.also(
                "file_row_number BETWEEN ? AND ?", low, min(low + TOGETHER, (block + 1) * BLOCK) - 1
            )


def cell(column: Column, value: Any) -> str:
    """A cell as a person's file would write it; "" for a hole."""
    if value is None:
        return ""
    return cell_text(column, value) if column.type in ("number", "datetime") else safe(str(value))


def safe(text: str) -> str:
    """A text that no spreadsheet runs: NUL removed, and an apostrophe before what could begin a formula."""
    text = text.replace("\x00", "")
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA) else text


def written(cells: list[str]) -> bytes:
    """One line."""
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue().encode("utf-8", errors="replace")
