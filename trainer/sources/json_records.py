"""The records in a JSON file, one by one: memory is bounded by the longest record, but for files of columns."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, TextIO

from trainer.sources.refusal import Refused

CHUNK = 1 << 20
LONGEST = 8 << 20
"""Characters of one record."""
LARGEST_OBJECT = 128 << 20
"""Bytes of a file that is one object: it must be read whole."""
HOLDERS = ("data", "records", "rows", "items", "results")
Placed = Iterator[tuple[int, Any]]
BLANK = " \t\r\n"
DECODER = json.JSONDecoder()


@dataclass(frozen=True)
class Broken:
    """Something that is no JSON, and why."""

    reason: str
    raw: str


def read_lines(path: Path) -> Placed:
    """The records of a JSON Lines file by line number. A damaged line is ``Broken``, not the end."""
    with path.open("rb") as file:
        for line in count(1):
            raw = file.readline(LONGEST)
            if not raw:
                return
            if len(raw) >= LONGEST and not raw.endswith(b"\n"):
                raise Refused(
                    f"Line {line:,} is longer than {LONGEST:,} characters. Shorten it, or leave it out."
                )
            if raw.strip():
                yield line, parsed(raw)


def parsed(raw: bytes) -> Any:
    """One line as a value, or ``Broken``."""
    try:
        return json.loads(raw.decode())
    except UnicodeDecodeError as error:
        return Broken(f"byte {error.start + 1} of the line is not UTF-8 text", raw.decode(errors="replace"))
    except ValueError as error:
        return Broken(
            f"is no JSON: {str(error).split(':')[0][:100].lower()}", raw.decode(errors="replace").rstrip()
        )
    except RecursionError:
        return Broken("nests lists or objects far too deep", raw[:200].decode(errors="replace"))


def read_list(path: Path) -> Placed:
    """The elements of one long list by number, each parsed for itself. Raises Refused where the list breaks."""
    with path.open(encoding="utf-8", errors="replace") as file:
        text = Window(file)
        text.peek()
        text.at += 1
        for number in count(1):
            if text.peek() == "]":
                break
            yield number, text.take(number)
            if text.peek() == ",":
                text.at += 1
            elif text.peek() != "]":
                raise text.broken(number, "a comma or the closing bracket is missing")
        text.at += 1
        if text.peek():
            raise Refused("After the list in the file something else follows. Bring one list of records.")


class Window:
    """A piece of a long text that moves forward: what is behind ``at`` is forgotten."""

    def __init__(self, file: TextIO) -> None:
        self.at = 0
        self._file = file
        self._text = ""
        self._line = 1

    def more(self) -> bool:
        """Read on; False at the end of the file."""
        piece = self._file.read(CHUNK)
        self._line += self._text.count("\n", 0, self.at)
        self._text, self.at = self._text[self.at :] + piece, 0
        return bool(piece)

    def peek(self) -> str:
        """The next letter that is not blank; nothing at the end."""
        while True:
            while self.at < len(self._text) and self._text[self.at] in BLANK:
                self.at += 1
            if self.at < len(self._text):
                return self._text[self.at]
            if not self.more():
                return ""

    def take(self, number: int) -> Any:
        """The value that stands here, record ``number``. A number at the very end may go on behind it."""
        while True:
            try:
                value, end = DECODER.raw_decode(self._text, self.at)
            except RecursionError:
                raise Refused(
                    f"Record {number:,} nests lists or objects far too deep. It was not read further."
                ) from None
            except ValueError as error:
                if len(self._text) - self.at >= LONGEST or not self.more():
                    raise self.broken(number, str(error).split(":")[0].lower()) from None
            else:
                if end < len(self._text) or not self.more():
                    self.at = end
                    return value

    def broken(self, number: int, what: str) -> Refused:
        """Where the list stops being JSON."""
        line = self._line + self._text.count("\n", 0, self.at)
        return Refused(
            f"The file is damaged or cut off: record {number:,}, in line {line:,}, is no JSON ({what}). Save it again."
        )


def read_object(path: Path) -> tuple[str, Placed]:
    """A file that is one object: a holder of records, or columns. Read whole, so its size is bounded."""
    size = path.stat().st_size
    if size > LARGEST_OBJECT:
        raise Refused(
            f"The file is one JSON object of {size / 1e6:,.0f} MB; such files are read up to "
            f"{LARGEST_OBJECT / 1e6:,.0f} MB. Save it as JSON Lines, one record a line."
        )
    try:
        found = json.loads(path.read_bytes().decode())
    except RecursionError:
        raise Refused("The file nests lists or objects far too deep. It was not read.") from None
    except ValueError as error:
        raise Refused(
            f"The file starts like JSON but is damaged or cut off: {where(error)}. Save it again."
        ) from None
    if isinstance(found, dict):
        if (laid := split_form(found)) is not None:
            return "JSON, columns and data apart", laid
        for holder in HOLDERS:
            if isinstance(found.get(holder), list):
                return f"JSON, a list of records in ‘{holder}’", iter(enumerate(found[holder], 1))
        lists = [
            key
            for key, value in found.items()
            if isinstance(value, list) and any(isinstance(one, dict) for one in value)
        ]
        if len(lists) == 1:
            return f"JSON, a list of records in ‘{lists[0][:60]}’", iter(enumerate(found[lists[0]], 1))
        if (laid := columns_form(found)) is not None:
            return "JSON, a list for each column", laid
        if (nested := nested_form(found)) is not None:
            return nested
    raise Refused(
        "The file is one JSON object in which no table was found. Bring a list of records, "
        '[{"age": 31, "city": "Rome"}, …], or one record a line.'
    )


def where(error: ValueError) -> str:
    """Where parsing stopped, in words."""
    if isinstance(error, json.JSONDecodeError):
        return f"line {error.lineno:,}, {error.msg.lower()}"
    return "it is not UTF-8 text"


def split_form(found: dict[str, Any]) -> Placed | None:
    """``{"columns": [...], "data": [[...], ...]}``."""
    names, rows = found.get("columns"), found.get("data")
    if not (
        isinstance(names, list) and isinstance(rows, list) and all(isinstance(row, list) for row in rows)
    ):
        return None
    return ((number, dict(zip(map(str, names), row, strict=False))) for number, row in enumerate(rows, 1))


def columns_form(found: dict[str, Any]) -> Placed | None:
    """``{"a": [1, 2], "b": [3, 4]}``."""
    lists = {key: value for key, value in found.items() if isinstance(value, list)}
    if not lists or len(lists) < len(found) or len({len(value) for value in lists.values()}) != 1:
        return None
    return (
        (number, dict(zip(lists, row, strict=True)))
        for number, row in enumerate(zip(*lists.values(), strict=True), 1)
    )


def nested_form(found: dict[str, Any]) -> tuple[str, Placed] | None:
    """``{"a": {"0": 1, "1": 2}, ...}``: columns whose rows are numbered; else an object of records by name."""
    inner = [value for value in found.values() if isinstance(value, dict)]
    if len(inner) < len(found) or not inner:
        return None
    rows = list(dict.fromkeys(key for value in inner for key in value))
    if all(row.isdecimal() for row in rows):
        records: Placed = (
            (number, {name: found[name].get(row) for name in found}) for number, row in enumerate(rows, 1)
        )
        return "JSON, an object for each column", records
    if len(found) < 2 or all(isinstance(one, dict) for value in inner for one in value.values()):
        return None
    named: Placed = ((number, {"key": key, **value}) for number, (key, value) in enumerate(found.items(), 1))
    return "JSON, records by name", named
