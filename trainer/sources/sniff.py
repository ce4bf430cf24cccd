"""How a table of text is laid out: delimiter, quotes, header, width. Decided on its first megabyte."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
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
FILLED = 0.6
"""Share of the columns that a line fills at least to be no title above the table."""
MOST_TITLES = 20
MOST_RAGGED, LONGEST_SHORT_NAME = 0.75, 40
"""Share of lines that may have another width than a header of short names where no delimiter is steady."""
IN_MOST = 0.8
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
    skip: int = 0
    """Lines above the table: titles, which are left out."""

    def words(self) -> str:
        """In words: "comma, header in line 1"."""
        delimiter = DELIMITERS.get(self.delimiter, "one column")
        return f"{delimiter}, {f'header in line {self.skip + 1}' if self.header else 'no header'}"


@dataclass(frozen=True)
class Wish:
    """What a person knows better than the first look; None: as it looks."""

    delimiter: str | None = None
    header: bool | None = None
    skip: int | None = None


AS_IT_LOOKS = Wish()


def sniff(text: str, *, whole: bool, wish: Wish = AS_IT_LOOKS) -> Layout:
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
    skip = wish.skip or 0
    text = text.split("\n", skip)[-1]
    delimiter, quoted, steady = find_delimiter(text, wish.delimiter)
    rows = parse(text, delimiter, quoted=quoted, limit=SAMPLE_ROWS, whole=whole)
    width = Counter(len(row) for row in rows[1:] or rows).most_common(1)[0][0]
    if wish.skip is None and (titles := count_titles(rows, width)):
        skip, rows = lines_above(text, delimiter, titles, quoted=quoted), rows[titles:]
    if not steady:
        width = len(rows[0])
    header = has_header(rows, width) if wish.header is None else wish.header
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
    return Layout(delimiter, quoted, header, width, names, body, skip)


def find_delimiter(text: str, wished: str | None) -> tuple[str, bool, bool]:
    """The delimiter, whether quotes mean something, and whether most lines have the same number of cells with it.

    Where none is steady, the one of a header of names counts.
    """
    tried = {
        delimiter: try_delimiter(text, delimiter) for delimiter in DELIMITERS if wished in (None, delimiter)
    }
    steady = {key: score for key, (score, _) in tried.items() if score[2] >= 2 and score[0] >= STEADY}
    if steady:
        best = max(steady, key=lambda key: steady[key])
        return best, tried[best][1], True
    named = wished if wished in DELIMITERS else None if wished else delimiter_of_names(text)
    if named is not None:
        return named, tried[named][1], False
    return NO_DELIMITER, '"' in text and parses_quoted(text), True


def try_delimiter(text: str, delimiter: str) -> tuple[tuple[float, bool, int], bool]:
    """How steady the rows are with it, and whether quotes mean something."""
    score = steadiness(parse(text, delimiter, quoted=True, limit=TRIED_ROWS, whole=False))
    if '"' in text:
        plain = parse(text, delimiter, quoted=False, limit=TRIED_ROWS, whole=False)
        if steadiness(plain) >= score and has_stray_quotes(plain):
            return steadiness(plain), False
    return score, True


def delimiter_of_names(text: str) -> str | None:
    """The delimiter that makes short names of the first line, stands in most lines, and gives some of them the
    header's width; the lines of other widths are told one by one. None: the text is one column.
    """
    for delimiter in DELIMITERS:
        rows = parse(text, delimiter, quoted=True, limit=TRIED_ROWS, whole=False)
        names, below = (rows[0], rows[1:]) if rows else ([], [])
        if len(names) < 2 or not below or not all(map(is_short_name, names)) or len(set(names)) < len(names):
            continue
        parted = sum(len(row) > 1 for row in below)
        right = sum(len(row) == len(names) for row in below)
        if parted >= IN_MOST * len(below) and right >= (1 - MOST_RAGGED) * len(below):
            return delimiter
    return None


def is_short_name(cell: str) -> bool:
    """Whether a cell may name a column; words after a comma in prose begin with a blank."""
    return bool(cell) and cell[0] != " " and len(cell) <= LONGEST_SHORT_NAME and not looks_numeric(cell)


def count_titles(rows: list[list[str]], width: int) -> int:
    """How many first rows are titles: they fill few cells, the first one before all, and a header that is filled
    across follows.
    """
    for place, row in enumerate(rows[: MOST_TITLES + 1]):
        filled = [bool(cell.strip()) for cell in row]
        if sum(filled) >= FILLED * width:
            return place if place and all(filled) and has_header(rows[place:], width) else 0
        if any(filled) and not filled[0]:
            return 0
    return 0


def lines_above(text: str, delimiter: str, place: int, *, quoted: bool) -> int:
    """How many lines stand above the row at ``place``; blank lines are no rows."""
    ended = 0

    def lines() -> Iterator[str]:
        nonlocal ended
        for line in io.StringIO(text, newline=""):
            ended += line.endswith("\n")
            yield line

    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE
    before = 0
    for row in csv.reader(lines(), delimiter=delimiter, quoting=quoting):
        if row and place == 0:
            return before
        place -= bool(row)
        before = ended
    return before


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
