"""ARFF, the tables of Weka: a head that names and types the columns, then lines of values."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from trainer.sources.cell_table import CellTable, CellWriter
from trainer.sources.encoding import as_utf8
from trainer.sources.refusal import Refused
from trainer.sources.rejects import Rejects
from trainer.sources.sniff import LONGEST_LINE, MOST_COLUMNS, repair_names
from trainer.sources.table import Native

LOOKS = re.compile(r"(\s*(%[^\n]*)?\n)*\s*@relation\b", re.IGNORECASE)
ATTRIBUTE = re.compile(
    r"""@attribute\s+(?P<name>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^\s{]+)\s*(?P<type>.+?)\s*$""",
    re.IGNORECASE,
)
VALUE = re.compile(r"""\s*('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^,'"\t]*?)\s*(,|\t|$)""")
"""One value and what ends it. A quote inside a bare value is none: such lines are told."""
ESCAPE = re.compile(r"\\(.)")
ESCAPED = {"n": "\n", "t": "\t", "r": "\r"}
NUMERIC = frozenset({"numeric", "real", "integer"})
NUMBER = Native("number", "CASE WHEN isfinite(TRY_CAST({x} AS DOUBLE)) THEN TRY_CAST({x} AS DOUBLE) END", "")
NOMINAL = Native("category", "{x}", " (nominal in the file)")
TEXT = Native("text", "{x}", "")
JAVA_DATES = (
    ("yyyy", "%Y"),
    ("yy", "%y"),
    ("MM", "%m"),
    ("dd", "%d"),
    ("HH", "%H"),
    ("mm", "%M"),
    ("ss", "%S"),
    ("'T'", "T"),
)
"""The letters of Java's date patterns, as strptime has them."""
ISO = ("yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd", "yyyy-MM-dd HH:mm:ss")
FIRST = 1 << 16


def looks_like_arff(head: str) -> bool:
    """Whether a text starts with comments and then ``@relation``."""
    return bool(LOOKS.match(head))


def open_arff(path: Path, label: str, scratch: Path, rejects: Rejects) -> CellTable:
    """Read an ARFF file as a table. Lines that are no rows go to ``rejects``; raises Refused in words."""
    path, words = as_utf8(path, scratch)
    writer = CellWriter(scratch, "the file")
    try:
        with path.open("rb") as file:
            names, types, line = read_head(file)
            natives = [native_of(name, kind) for name, kind in zip(names, types, strict=True)]
            for place in range(len(names)):
                writer.column(str(place))
            for number, text in lines_of(file, line):
                read_row(text, number, label, natives, writer, rejects)
        writer.close(rejects.first)
    except BaseException:
        writer.abandon()
        raise
    repaired, said = repair_names(names, len(names))
    native = {f"c{place}": one for place, one in enumerate(natives)}
    return CellTable(writer.pieces, label, repaired, f"ARFF, {words}", said, native, writer.sample())


def read_head(file: BinaryIO) -> tuple[list[str], list[str], int]:
    """Names and types of the columns, and the number of the line of ``@data``."""
    names: list[str] = []
    types: list[str] = []
    for number, text in lines_of(file, 0):
        word = text.split(None, 1)[0].casefold()
        if word == "@data":
            if not names:
                raise Refused("The ARFF file names no columns: there is no @attribute above @data.")
            return names, types, number
        if word == "@attribute":
            found = ATTRIBUTE.match(text)
            if found is None:
                raise Refused(f"Line {number:,} is no @attribute with a name and a type: ‘{text[:80]}’.")
            names.append(unquoted(found["name"]))
            types.append(found["type"])
            if len(names) > MOST_COLUMNS:
                raise Refused(
                    f"The table has more than {MOST_COLUMNS:,} columns. Leave out what is not needed."
                )
        elif word != "@relation":
            raise Refused(
                f"Line {number:,} of the ARFF file is not understood: ‘{text[:80]}’. @attribute or @data was expected."
            )
    raise Refused("The ARFF file has no @data: it is cut off, or only a head. Bring the whole file.")


def lines_of(file: BinaryIO, number: int) -> Iterator[tuple[int, str]]:
    """Lines that say something, with their number. Of a line over 1 MB only the start is read: it fits no table."""
    while raw := file.readline(LONGEST_LINE + 2):
        number += 1
        while len(raw) > LONGEST_LINE and not raw.endswith(b"\n") and (more := file.readline(LONGEST_LINE)):
            raw = raw[:LONGEST_LINE] + more[-1:]
        text = raw.decode("utf-8", errors="replace").strip()
        if text and not text.startswith("%"):
            yield number, text


def native_of(name: str, kind: str) -> Native:
    """How a column is read. Raises Refused in words for what is no type."""
    if kind.startswith("{"):
        return NOMINAL
    word, _, rest = kind.partition(" ")
    word = word.casefold()
    if word in NUMERIC:
        return NUMBER
    if word == "string":
        return TEXT
    if word == "date":
        pattern = unquoted(rest.strip()) or ISO[0]
        if pattern in ISO:
            return Native("datetime", "TRY_CAST({x} AS TIMESTAMP)", "")
        form = pattern
        for java, ours in JAVA_DATES:
            form = form.replace(java, ours)
        if "'" in form or "{" in form or re.search(r"(?<!%)[A-Za-z]{2,}", form):
            raise Refused(
                f"The dates of ‘{name[:100]}’ are written as {pattern[:60]}, which is not understood. Use yyyy-MM-dd."
            )
        return Native("datetime", f"try_strptime({{x}}, '{form}')", f" written {pattern}")
    if word == "relational":
        raise Refused(
            f"‘{name[:100]}’ holds tables in a table (relational), which Skillet does not read. Leave it out."
        )
    raise Refused(f"‘{name[:100]}’ is of the type ‘{kind[:60]}’, which ARFF does not have.")


def read_row(
    text: str, number: int, label: str, natives: list[Native], writer: CellWriter, rejects: Rejects
) -> None:
    """One line of values: a row, or a reject."""
    if text.startswith("{") and text.endswith("}"):
        raise Refused(
            f"Line {number:,} is written in the sparse way of ARFF, {{place value, …}}, which Skillet does not read. "
            "Save the file with all values (in Weka: SparseToNonSparse)."
        )
    cells = values_of(text)
    if cells is None:
        rejects.add(label, number, "a quote stands where none may stand, or is never closed", text)
    elif len(cells) != len(natives):
        values = "value" if len(cells) == 1 else "values"
        rejects.add(label, number, f"has {len(cells)} {values}, the table has {len(natives)} columns", text)
    else:
        writer.add({str(place): cell for place, cell in enumerate(cells) if cell is not None})


def values_of(text: str) -> list[str | None] | None:
    """The values of a line, None for a missing one; None for a line that cannot be taken apart."""
    cells: list[str | None] = []
    at = 0
    while True:
        found = VALUE.match(text, at)
        if found is None:
            return None
        cell = found[1]
        cells.append(None if cell in ("?", "") else unquoted(cell))
        if not found[2]:
            return cells if found.end() == len(text) else None
        at = found.end()


def unquoted(text: str) -> str:
    """Without the quotes around it and the backslashes in it."""
    if len(text) > 1 and text[0] in "'\"" and text[-1] == text[0]:
        return ESCAPE.sub(lambda found: ESCAPED.get(found[1], found[1]), text[1:-1])
    return text
