"""Tables that name a picture or a sound in each row: how they are read, whatever their format."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from trainer.sources.brought import Entry
from trainer.sources.csv import TextTable, open_csv
from trainer.sources.layouts.tree import Tree
from trainer.sources.refusal import Refused
from trainer.sources.rejects import Rejects
from trainer.sources.zips import Damaged

READ = ("csv", "tsv", "tab", "jsonl", "ndjson", "parquet")
MOST_KEYS = 1_000
BATCH = 1_000
LONGEST_LINE = 1_000_000
Cells = list[str | None]


def column_names(tree: Tree, entry: Entry) -> list[str]:
    """The names of a table's columns. Raises Damaged where it cannot be read."""
    key = f"names {id(entry)}"
    if key not in tree.kept:
        try:
            tree.kept[key] = find_names(tree, entry)
        except Refused as error:
            raise Damaged(str(error)) from error
    names: list[str] = tree.kept[key]
    return names


def find_names(tree: Tree, entry: Entry) -> list[str]:
    """The names, read from the header, from the first thousand objects, or from the file's own schema."""
    if entry.ending == "parquet":
        return list(open_parquet(tree.on_disk(entry)).schema_arrow.names)
    if entry.ending in ("jsonl", "ndjson"):
        names: dict[str, None] = {}
        for _, found, _ in objects(tree.on_disk(entry), BATCH):
            names |= dict.fromkeys(found or ())
        return list(names)[:MOST_KEYS]
    return table_of(tree, entry).names


def table_of(tree: Tree, entry: Entry) -> TextTable:
    """The layout of a table of text."""
    key = f"table {id(entry)}"
    if key not in tree.kept:
        tree.kept[key] = open_csv(tree.on_disk(entry), entry.file, tree.room())
    table: TextTable = tree.kept[key]
    return table


def read_rows(tree: Tree, entry: Entry, rejects: Rejects | None = None) -> Iterator[tuple[int, Cells]]:
    """The rows as text, each with its line or number, in the order of ``column_names``. Bad lines are told."""
    names = column_names(tree, entry)
    if entry.ending == "parquet":
        yield from parquet_rows(tree.on_disk(entry), names)
    elif entry.ending in ("jsonl", "ndjson"):
        for number, found, why in objects(tree.on_disk(entry)):
            if found is not None:
                yield number, [as_text(found.get(name)) for name in names]
            elif rejects is not None:
                rejects.add(entry.label, number, why)
    else:
        yield from text_rows(tree, entry, rejects)


def text_rows(tree: Tree, entry: Entry, rejects: Rejects | None) -> Iterator[tuple[int, Cells]]:
    """The rows of a table of text."""
    table = table_of(tree, entry)
    layout = table.layout
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if layout.quoted else csv.QUOTE_NONE
    with table.path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        reader = csv.reader(file, delimiter=layout.delimiter, quoting=quoting)
        header = layout.header
        while True:
            try:
                cells = next(reader, None)
            except csv.Error:
                if rejects is not None:
                    rejects.add(
                        entry.label,
                        layout.skip + reader.line_num,
                        "the line is longer than 1,000,000 characters",
                    )
                continue
            if cells is None:
                return
            if not any(cell.strip() for cell in cells):
                continue
            if header:
                header = False
            elif len(cells) == layout.width:
                yield layout.skip + reader.line_num, list(cells)
            elif rejects is not None:
                said = f"has {len(cells)} values, the table has {layout.width} columns"
                rejects.add(entry.label, layout.skip + reader.line_num, said, layout.delimiter.join(cells))


def objects(path: Path, most: int | None = None) -> Iterator[tuple[int, dict[str, Any] | None, str]]:
    """The objects of a JSONL file with their lines, or why a line is none."""
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        number = 0
        while (line := file.readline(LONGEST_LINE)) and (most is None or number < most):
            number += 1
            if not line.strip():
                continue
            try:
                found = json.loads(line)
            except (ValueError, RecursionError):
                yield number, None, "the line is not a JSON object"
                continue
            yield (
                (number, found, "")
                if isinstance(found, dict)
                else (number, None, "the line is not a JSON object")
            )


def open_parquet(path: Path) -> pq.ParquetFile:
    """A Parquet file. Raises Damaged where it is none."""
    try:
        return pq.ParquetFile(path)
    except (pa.ArrowException, OSError) as error:
        raise Damaged("it is no Parquet file that can be read") from error


def parquet_rows(path: Path, names: list[str]) -> Iterator[tuple[int, Cells]]:
    """The rows of a Parquet file as text."""
    number = 0
    try:
        for batch in open_parquet(path).iter_batches(BATCH, columns=names):
            batch.validate(full=True)
            for row in batch.to_pylist():
                number += 1
                yield number, [as_text(row.get(name)) for name in names]
    except (pa.ArrowException, OSError) as error:
        raise Damaged("its Parquet data is damaged") from error


def as_text(value: object) -> str | None:
    """A value as a table of text would hold it."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, bytes):
        return None
    return str(value)
