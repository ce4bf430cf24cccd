"""A table of text: found layout, and the SQL that reads it. A file with damaged lines is first sifted
into good and bad.
"""

import csv
import shutil
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from trainer.contract.dataset import Layout as Offer
from trainer.sources.cells import MISSING
from trainer.sources.csv_rules import offer_rules, read_by
from trainer.sources.encoding import as_utf8
from trainer.sources.engine import literal
from trainer.sources.refusal import Refused
from trainer.sources.rejects import Rejects
from trainer.sources.sniff import LONGEST_LINE, SAMPLE_BYTES, Layout, repair_names
from trainer.sources.table import Native

MARKUP = (
    ("<!doctype html", "a web page"), ("<html", "a web page"), ("<svg", "an SVG drawing"), ("<?xml", "an XML file"),
    ("{\\rtf", "a formatted text"), ("%pdf", "a PDF"),
)  # fmt: skip
MOST_HOPELESS = 50
"""After so many quotes that never close, the next are not followed over 1 MB of lines any more."""
SHORT_LOOK = 20


@dataclass(frozen=True)
class TextTable:
    """A CSV file that can be read: in UTF-8, laid out, its columns named."""

    path: Path
    label: str
    """What the person called the file."""
    layout: Layout
    names: list[str]
    source: str
    """How it was read, in words."""
    findings: list[str] = field(default_factory=list)
    markers: tuple[str, ...] = MISSING
    """What the first rows write for missing values: the reader looks for no others, which saves an eighth of its time.
    Columns where others come later are read with more care.
    """
    sifted: bool = False
    """Damaged lines and the header are gone from ``path``."""
    choices: Offer | None = None
    """Other ways to read the same text."""

    @property
    def native(self) -> dict[str, Native]:
        """None: text tells no types."""
        return {}

    @property
    def parses_numbers(self) -> bool:
        """The reader of CSV does."""
        return True

    @property
    def comma_numbers(self) -> bool:
        """Where commas part the cells they are no decimal commas."""
        return self.layout.delimiter != ","

    def first_rows(self) -> list[list[str]]:
        """The first rows, as text."""
        return self.layout.rows

    def folder(self) -> Path:
        """Where the file lies."""
        return self.path.parent

    def size(self) -> int:
        """Bytes of the file."""
        return self.path.stat().st_size

    def ids(self) -> list[str]:
        """``c0``, ``c1``, ... in the order of the file."""
        return [f"c{position}" for position in range(self.layout.width)]

    def relation(self, readers: dict[str, str] | None = None) -> str:
        """The SQL table function that reads the file; ``readers`` tells the columns that are not VARCHAR."""
        columns = ", ".join(f"'{id}': '{(readers or {}).get(id, 'VARCHAR')}'" for id in self.ids())
        quote = literal('"') if self.layout.quoted else "''"
        header = "true" if self.layout.header and not self.sifted else "false"
        missing = ", ".join(map(literal, self.markers))
        return (
            f"read_csv({literal(str(self.path))}, auto_detect=false, columns={{{columns}}}, header={header}, "
            f"delim={literal(self.layout.delimiter)}, quote={quote}, escape={quote}, nullstr=[{missing}], "
            f"max_line_size={LONGEST_LINE}, strict_mode=true, store_rejects=true, rejects_limit=100)"
        )


def open_csv(
    path: Path, label: str, scratch: Path, rule: str | None = None, *, offer: bool = False
) -> TextTable:
    """Find out how a file of text is laid out. Reads it once; writes a copy into ``scratch`` only if it is not in
    UTF-8 or titles stand above the table. ``rule`` is one of those that it has ``choices`` of with ``offer``.

    Raises Refused in words.
    """
    path, words = as_utf8(path, scratch)
    whole = path.stat().st_size <= SAMPLE_BYTES
    with path.open("rb") as file:
        text = file.read(SAMPLE_BYTES).decode("utf-8", errors="replace")
    refuse_markup(text)
    layout = read_by(rule, text, whole=whole)
    names, said = repair_names(layout.names, layout.width)
    if not layout.header:
        said = [f"No header was found: the columns are called ‘column 1’ to ‘column {layout.width}’."]
    if layout.skip:
        said.insert(0, left_out(text, layout.skip))
        path = without_titles(path, layout.skip, scratch)
    source = f"{'TSV' if layout.delimiter == chr(9) else 'CSV'}, {layout.words()}, {words}"
    seen = {cell for row in layout.rows for cell in row}
    markers = ("", *(marker for marker in MISSING[1:] if marker in seen))
    choices = offer_rules(text, rule, whole=whole) if offer else None
    return TextTable(path, label, layout, names, source, said, markers, choices=choices)


def left_out(text: str, lines: int) -> str:
    """What stood above the table, in words."""
    above = text.split("\n", lines)[:lines]
    title = next((line.strip(" \t\r,;|") for line in above if line.strip(" \t\r,;|")), "")
    such = f", such as ‘{title[:60]}’" if title else ""
    were = "1 line above the table was" if lines == 1 else f"{lines} lines above the table were"
    return f"{were} left out{such}."


def without_titles(path: Path, lines: int, scratch: Path) -> Path:
    """A copy of the file that begins below its titles."""
    below = scratch / "below.csv"
    with path.open("rb") as file, below.open("wb") as out:
        for _ in range(lines):
            file.readline()
        shutil.copyfileobj(file, out, SAMPLE_BYTES)
    return below


def refuse_markup(text: str) -> None:
    """Say what a text is that is no table."""
    start = text.lstrip()[:200].casefold()
    for sign, what in MARKUP:
        if start.startswith(sign):
            raise Refused(f"This is {what}, not a table. Save the table as CSV or TSV and bring that.")


def sift(table: TextTable, scratch: Path, rejects: Rejects, tell: Callable[[int], None]) -> TextTable:
    """Copy the rows that can be read into ``scratch`` and tell the rest to ``rejects``, with line, reason
    and text.

    ``tell`` hears how many bytes are done. The slow and careful pass, for files with damaged lines only.
    """
    target = scratch / "sifted.csv"
    quoting = csv.QUOTE_MINIMAL if table.layout.quoted else csv.QUOTE_NONE
    delimiter = table.layout.delimiter
    told = 0
    with table.path.open("rb") as file, target.open("wb") as out:
        records = Records(file, quoted=table.layout.quoted, above=table.layout.skip)
        first = True
        for record in records:
            if records.position - told > SAMPLE_BYTES:
                told = records.position
                tell(told)
            if first and record.raw.strip() and record.reason is None:
                first = False
                if table.layout.header:
                    continue
            reason = record.reason or fault(record.raw, delimiter, quoting, table.layout.width)
            if reason is None:
                out.write(record.raw.rstrip(b"\r\n") + b"\n")
            elif reason:
                rejects.add(
                    table.label,
                    record.line,
                    reason,
                    record.raw.decode("utf-8", errors="replace").rstrip("\r\n"),
                )
                if record.continued:
                    records.retry(record)
    return replace(table, path=target, sifted=True)


def fault(raw: bytes, delimiter: str, quoting: int, width: int) -> str | None:
    """Why a record cannot be a row: None where it can, empty for a blank line."""
    if not raw.strip(b"\r\n"):
        return "" if width > 1 else None
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        return f"byte {error.start + 1} of the line is not UTF-8 text"
    lines = text.rstrip("\r\n").splitlines(keepends=True) if '"' in text else [text.rstrip("\r\n")]
    try:
        rows = list(csv.reader(lines, delimiter=delimiter, quoting=quoting, strict=True))  # type: ignore[arg-type]
    except csv.Error:
        return "a quote stands where none may stand, or is never closed"
    cells = rows[0] if len(rows) == 1 else []
    if len(cells) == width + 1 and cells[-1] == "":
        return None  # a delimiter at the end of the line
    if len(cells) != width:
        return f"has {len(cells)} {'value' if len(cells) == 1 else 'values'}, the table has {width} columns"
    return None


@dataclass(frozen=True)
class Record:
    """One row of text with the line it starts in; ``reason`` is set where it cannot even be delimited."""

    line: int
    raw: bytes
    reason: str | None = None
    continued: bool = False
    """It goes over several lines, because a quote stayed open."""


class Records:
    """Splits a file into records: lines, joined while a quote is open. Memory is bounded by the longest
    line.
    """

    def __init__(self, file: BinaryIO, *, quoted: bool, above: int = 0) -> None:
        self.position = 0
        self._file = file
        self._quoted = quoted
        self._line = above
        self._waiting: deque[bytes] = deque()
        self._hopeless = 0

    def __iter__(self) -> Iterator[Record]:
        while (raw := self._next()) is not None:
            start = self._line
            if len(raw) > LONGEST_LINE:
                yield Record(start, raw[:2_000], f"the line is longer than {LONGEST_LINE:,} characters")
                continue
            if not self._quoted or raw.count(b'"') % 2 == 0:
                yield Record(start, raw)
                continue
            yield self._join(start, raw)

    def retry(self, record: Record) -> None:
        """The record was no row: read the lines after its first one again, each for itself."""
        lines = [line + b"\n" for line in record.raw.removesuffix(b"\n").split(b"\n")][1:]
        self._waiting.extendleft(reversed(lines))
        self._line -= len(lines)
        self._hopeless += 1

    def _join(self, start: int, raw: bytes) -> Record:
        """Follow an open quote to where it closes; give up after 1 MB and go on with the next line."""
        parts, size = [raw], len(raw)
        most = SHORT_LOOK if self._hopeless > MOST_HOPELESS else LONGEST_LINE
        while size <= LONGEST_LINE and len(parts) <= most and (more := self._next()) is not None:
            parts.append(more)
            size += len(more)
            if more.count(b'"') % 2:
                return Record(start, b"".join(parts), continued=True)
        self._hopeless += 1
        self._waiting.extendleft(reversed(parts[1:]))
        self._line -= len(parts) - 1
        return Record(start, raw, "a quote is opened and never closed")

    def _next(self) -> bytes | None:
        """The next line, whole; of a line over 1 MB only the start is kept."""
        if self._waiting:
            self._line += 1
            return self._waiting.popleft()
        raw = self._file.readline(LONGEST_LINE + 2)
        if not raw:
            return None
        self.position += len(raw)
        if len(raw) > LONGEST_LINE and not raw.endswith(b"\n"):
            while more := self._file.readline(LONGEST_LINE):
                self.position += len(more)
                if more.endswith(b"\n"):
                    break
        self._line += 1
        return raw
