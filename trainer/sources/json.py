"""Tables in JSON: a list of records, JSON Lines, or columns. Nested objects are laid flat once."""

import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from trainer.sources.cell_table import CellTable, CellWriter
from trainer.sources.encoding import as_utf8
from trainer.sources.json_records import Broken, read_lines, read_list, read_object
from trainer.sources.rejects import Rejects
from trainer.sources.sniff import repair_names
from trainer.sources.table import Native

LOOKS = re.compile(r"\s*(\{|\[\s*[\[{])")
EXACT = 2**53
"""Whole numbers above this lose digits as float64: they stay text."""
VALUE = "value"
NATIVE = {
    "number": Native("number", "TRY_CAST({x} AS DOUBLE)", ""),
    "bool": Native("category", "{x}", " (true or false)"),
    "tags": Native("tags", "{x}", ""),
    "json": Native("text", "{x}", ""),
}
LONG = Native("text", "{x}", "; some are whole numbers too long to reckon with exactly")
TOLD = 5


def looks_like_json(head: str) -> bool:
    """Whether a text starts like JSON with records in it."""
    return bool(LOOKS.match(head))


def open_json(path: Path, label: str, scratch: Path, rejects: Rejects) -> CellTable:
    """Read a JSON file as a table. Lines that are no records go to ``rejects``; raises Refused in words."""
    path, _ = as_utf8(path, scratch)
    form, records = find_records(path)
    writer = CellWriter(scratch, "the file")
    reader = Flattener(writer)
    first: Broken | None = None
    try:
        for place, record in records:
            if isinstance(record, Broken):
                first = first or record
                rejects.add(label, place, record.reason, record.raw)
            elif (row := reader.row(record)) is None:
                rejects.add(label, place, "is no object with names and values", json.dumps(record)[:2_000])
            elif row:
                writer.add(row)
        writer.close(rejects.first)
    except BaseException:
        writer.abandon()
        raise
    names, said = repair_names(list(writer.keys), len(writer.keys))
    return CellTable(
        writer.pieces, label, names, form, reader.findings() + said, reader.natives(), writer.sample()
    )


def find_records(path: Path) -> tuple[str, Iterator[tuple[int, Any]]]:
    """In which form the records lie, in words, and they themselves, each with its line (or number)."""
    with path.open(encoding="utf-8", errors="replace") as file:
        start = file.read(4096).lstrip()[:1]
    if start == "[":
        return "JSON, a list of records", read_list(path)
    if is_lines(path):
        return "JSON Lines, one record a line", read_lines(path)
    return read_object(path)


def is_lines(path: Path) -> bool:
    """Whether the first line is a record by itself and others follow it."""
    with path.open("rb") as file:
        first = next((line for line in iter(lambda: file.readline(1 << 20), b"") if line.strip()), b"")
        follows = any(line.strip() for line in iter(lambda: file.readline(1 << 20), b""))
    try:
        return isinstance(json.loads(first), dict) and follows
    except (ValueError, RecursionError):
        return False


class Flattener:
    """Records -> rows of text, and what kinds of values each column held."""

    def __init__(self, writer: CellWriter) -> None:
        self._writer = writer
        self._kinds: dict[str, set[str]] = {}
        self._infinite: dict[str, int] = {}
        self._objects: set[str] = set()

    def row(self, record: Any) -> dict[str, str] | None:
        """One record as text cells; None where it is none. A plain list is a record without names."""
        if isinstance(record, list):
            record = {f"column {place + 1}": value for place, value in enumerate(record)}
        elif isinstance(record, (str, int, float)) and not isinstance(record, bool):
            record = {VALUE: record}
        if not isinstance(record, dict):
            return None
        row: dict[str, str] = {}
        for key, value in record.items():
            if isinstance(value, dict):
                self._objects.add(key)
                for inner, one in value.items():
                    self._cell(row, f"{key}.{inner}", one)
            elif value is not None or key not in self._objects:
                self._cell(row, key, value)
        return row

    def _cell(self, row: dict[str, str], key: str, value: Any) -> None:
        self._writer.column(key)
        if isinstance(value, float) and not math.isfinite(value):
            self._infinite[key] = self._infinite.get(key, 0) + 1
            return
        kind, text = as_text(value)
        if text is not None:
            self._kinds.setdefault(key, set()).add(kind)
            row[key] = text

    def natives(self) -> dict[str, Native]:
        """The columns whose values are all of one kind; the others are guessed as text."""
        result = {}
        for key, kinds in self._kinds.items():
            native = LONG if "long" in kinds else NATIVE.get(next(iter(kinds))) if len(kinds) == 1 else None
            if native:
                result[f"c{self._writer.keys[key]}"] = native
        return result

    def findings(self) -> list[str]:
        """Columns of which something is to be said."""
        deep = [key for key, kinds in self._kinds.items() if "json" in kinds]
        said = [
            f"‘{key[:100]}’ holds lists or objects inside objects; they are kept as text in JSON."
            for key in deep[:TOLD]
        ]
        if len(deep) > TOLD:
            said.append(f"{len(deep) - TOLD} more columns hold lists or objects, kept as text in JSON.")
        said += [
            f"{'1 value' if count == 1 else f'{count:,} values'} of ‘{key[:100]}’ {'is' if count == 1 else 'are'} "
            f"infinite or not a number and {'counts' if count == 1 else 'count'} as missing."
            for key, count in self._infinite.items()
        ]
        return said


def as_text(value: Any) -> tuple[str, str | None]:
    """What kind of value it is, and the cell; None for a missing one."""
    if value is None or value == "":
        return "", None
    if isinstance(value, bool):
        return "bool", "true" if value else "false"
    if isinstance(value, int):
        return ("number" if abs(value) <= EXACT else "long"), as_digits(value)
    if isinstance(value, float):
        return "number", repr(value)
    if isinstance(value, str):
        return "text", value.replace("\0", "\ufffd")
    if isinstance(value, list) and value and all(isinstance(one, str) for one in value):
        return "tags", json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if isinstance(value, list) and not value:
        return "tags", "[]"
    return "json", json.dumps(value, ensure_ascii=False)


def as_digits(value: int) -> str:
    """A whole number as text. Python itself refuses to write more than 4,300 digits."""
    try:
        return str(value)
    except ValueError:
        return hex(value)
