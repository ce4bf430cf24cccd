"""How a table of text is laid out: delimiter, quotes, header, width. Decided on its first megabyte."""

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from typing import Literal

from trainer.sources.cells import is_missing, looks_numeric
from trainer.sources.refusal import Refused

SAMPLE_BYTES = 1 << 20
SAMPLE_ROWS = 4_000
TRIED_ROWS = 400
LONGEST_LINE = 1_000_000
MOST_COLUMNS = 5_000
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
NO_DELIMITER = "\x1f"
"""Stands for "one column": a character that text does not have."""
STEADY = 0.6
"""Least share of rows with the same number of cells for a character to count as the delimiter."""
DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}")
LONGEST_NAME = 100

csv.field_size_limit(LONGEST_LINE)


@dataclass(frozen=True)
class Layout:
    """How the file is laid out, and its first rows (without the header)."""

    delimiter: str
    quoted: bool
    header: bool
    width: int
    names: list[str]
    rows: list[list[str]]

    def words(self) -> str:
        """In words: "comma, header in line 1"."""
        delimiter = DELIMITERS.get(self.delimiter, "one column")
        return f"{delimiter}, {'header in line 1' if self.header else 'no header'}"


def sniff(text: str, *, whole: bool) -> Layout:
    """Lay out a table from its first text; ``whole`` says that there is no more than that.

    Raises Refused for an empty file, a first line over 1 MB, or more than 5,000 columns.
    """
    if not text.strip():
        raise Refused("The file is empty: there is nothing in it to learn from. Choose another file.")
    if not whole:
        cut = text.rfind("\n")
        if cut < 0:
            raise Refused(
                f"The first line is longer than {LONGEST_LINE:,} characters. A table has one row a line; "
                "save it as CSV with line ends."
            )
        text = text[: cut + 1]
    delimiter, quoted = best_delimiter(text)
    rows = parse(text, delimiter, quoted=quoted, limit=SAMPLE_ROWS, whole=whole)
    width = Counter(len(row) for row in rows[1:] or rows).most_common(1)[0][0]
    header = has_header(rows, width)
    if header and len(rows[0]) > width and any(cell.strip() for cell in rows[0][width:]):
        width = len(
            rows[0]
        )  # a header that names more than the rows hold: the short rows are told, one by one
    if width > MOST_COLUMNS:
        raise Refused(
            f"The table has {width:,} columns; Skillet reads up to {MOST_COLUMNS:,}. "
            "Leave out the columns that are not needed, or check the delimiter."
        )
    names = rows[0][:width] if header else []
    body = [row for row in (rows[1:] if header else rows) if len(row) == width]
    return Layout(delimiter, quoted, header, width, names, body)


def best_delimiter(text: str) -> tuple[str, bool]:
    """The delimiter, and whether quotes mean something, that give the steadiest rows."""
    best: tuple[float, bool, int] = (0.0, False, 0)
    found = (NO_DELIMITER, '"' in text and parses_quoted(text))
    for delimiter in DELIMITERS:
        score = steadiness(parse(text, delimiter, quoted=True, limit=TRIED_ROWS, whole=False))
        quoted = True
        if '"' in text:
            plain = parse(text, delimiter, quoted=False, limit=TRIED_ROWS, whole=False)
            if steadiness(plain) >= score and has_stray_quotes(plain):
                score, quoted = steadiness(plain), False
        if score[2] >= 2 and score[0] >= STEADY and score > best:
            best, found = score, (delimiter, quoted)
    return found


def steadiness(rows: list[list[str]]) -> tuple[float, bool, int]:
    """Share of rows of the commonest width, whether the first is of it, and that width."""
    if not rows:
        return 0.0, False, 0
    body = rows[1:] or rows
    width, often = Counter(len(row) for row in body).most_common(1)[0]
    return round(often / len(body), 3), len(rows[0]) == width, width


def has_stray_quotes(rows: list[list[str]]) -> bool:
    """Whether, read without quoting, more cells hold a quote somewhere than are wrapped in a pair of them."""
    wrapped = stray = 0
    for row in rows:
        for cell in row:
            if '"' in cell:
                pair = len(cell) > 1 and cell.startswith('"') and cell.endswith('"')
                wrapped, stray = wrapped + pair, stray + (not pair)
    return stray > wrapped


def parses_quoted(text: str) -> bool:
    """Whether quotes close in a one-column text."""
    try:
        list(csv.reader(io.StringIO(text, newline=""), delimiter=NO_DELIMITER, strict=True))
    except csv.Error:
        return False
    return True


def parse(text: str, delimiter: str, *, quoted: bool, limit: int, whole: bool) -> list[list[str]]:
    """Up to ``limit`` rows, blank lines left out; a last row that may be cut off is dropped unless
    ``whole``.
    """
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quoting=quoting)
    rows: list[list[str]] = []
    try:
        for row in reader:
            if row:
                rows.append(row)
            if len(rows) >= limit:
                return rows
    except csv.Error:
        return rows  # a cell over 1 MB: the rows before it tell the layout, reading tells the fault
    if not whole and len(rows) > 2 and len(rows[-1]) != len(rows[-2]):
        rows.pop()
    return rows


def has_header(rows: list[list[str]], width: int) -> bool:
    """Whether the first row names the columns: its cells differ in kind from what stands below them."""
    first, below = rows[0], [row for row in rows[1:] if len(row) == width]
    names = [cell.strip() for cell in first]
    if not below or len(first) > width + 1:
        return not any(looks_numeric(name) for name in names if name)
    for_header = against = 0
    for position, name in enumerate(names[:width]):
        cells = [row[position].strip() for row in below[:1_000] if not is_missing(row[position])]
        if not cells:
            continue
        numbers = sum(map(looks_numeric, cells)) + sum(bool(DATE.match(cell)) for cell in cells)
        if numbers >= 0.9 * len(cells):
            if looks_numeric(name) or DATE.match(name):
                against += 1
            elif name and not is_missing(name):
                for_header += 1
        elif (name and name in set(cells)) or looks_numeric(name) or len(name) > LONGEST_NAME:
            against += 1
    if for_header != against:
        return for_header > against
    filled = [name for name in names if name]
    return len(set(filled)) == len(filled) and not any(looks_numeric(name) for name in filled)


def repair_names(names: list[str], width: int) -> tuple[list[str], list[str]]:
    """Names that are there, different and short, and what was repaired, in words."""
    said: list[str] = []
    seen: set[str] = set()
    result: list[str] = []
    for position in range(width):
        name = " ".join((names[position] if position < len(names) else "").split())
        name = "".join(letter for letter in name if letter.isprintable())[:LONGEST_NAME]
        if not name:
            name = f"column {position + 1}"
            if names:
                said.append(f"Column {position + 1} had no name; it is called ‘{name}’.")
        unique, number = name, 1
        while unique in seen:
            number += 1
            unique = f"{name} ({number})"
        if unique != name:
            said.append(f"The name ‘{name}’ stood there more than once; the {number}. is called ‘{unique}’.")
        seen.add(unique)
        result.append(unique)
    return result, said
