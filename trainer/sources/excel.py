"""Workbooks: .xlsx, .xlsb, .xls and .ods. One sheet is a table; the others are a click away."""

import datetime
import math
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import python_calamine

from trainer.contract.dataset import Branch, Layout, Rule
from trainer.sources.cell_table import CellTable, CellWriter
from trainer.sources.refusal import Refused
from trainer.sources.sheet import Grid, find_table
from trainer.sources.sniff import MOST_COLUMNS, repair_names
from trainer.sources.table import Native
from trainer.sources.zips import Archive, Damaged, read_pieces

MOST_UNPACKED = 2 << 30
MOST_CELLS = 60_000_000
"""Cells of the rectangle around everything in a sheet: the reader holds it in memory."""
LARGEST_OLD = 128 << 20
"""Bytes of an .xls file: it has 65,536 rows a sheet at most."""
PLACE = re.compile(rb'<(?:\w+:)?c\b[^>]*?\sr="([A-Z]{1,3})(\d{1,7})"')
ERROR = re.compile(rb'<(?:\w+:)?c\b[^>]*?\st="e"')
SHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
OVERLAP = 4096
NATIVE = {
    "number": Native(
        "number", "CASE WHEN isfinite(TRY_CAST({x} AS DOUBLE)) THEN TRY_CAST({x} AS DOUBLE) END", ""
    ),
    "datetime": Native("datetime", "TRY_CAST({x} AS TIMESTAMP)", ""),
    "bool": Native("category", "{x}", " (true or false)"),
}
KEY = "sheet:"


@dataclass(frozen=True)
class Sheet:
    """A sheet with its table, if it holds one."""

    name: str
    grid: Grid | None
    why: str
    """What speaks for it, or against."""


def is_workbook(archive: Archive) -> bool:
    """Whether a zip is a workbook of Excel or LibreOffice."""
    names = {info.filename.casefold() for info in archive.files}
    if "[content_types].xml" in names:
        return any(name.startswith("xl/workbook.") for name in names)
    if "mimetype" in names and "content.xml" in names:
        info = next(info for info in archive.files if info.filename.casefold() == "mimetype")
        try:
            return b"spreadsheet" in next(read_pieces(archive.zip, info), b"")
        except Damaged:
            return False
    return False


def open_workbook(
    path: Path, label: str, scratch: Path, rule: str | None, archive: Archive | None
) -> CellTable:
    """The first sheet that holds a table, or the one that ``rule`` names (``sheet:Prices``). Raises Refused in words.

    ``archive``: the same file as a zip that was found sound; None for the old binary form.
    """
    errors = 0
    if archive is None:
        if path.stat().st_size > LARGEST_OLD:
            raise Refused(f"An old Excel file may have {LARGEST_OLD >> 20} MB here. Save it as .xlsx or CSV.")
    else:
        errors = check(archive)
    try:
        with python_calamine.load_workbook(path) as book:
            sheets = [look(book, meta) for meta in book.sheets_metadata if is_visible(meta)]
            chosen = choose(sheets, rule)
            return write(chosen, sheets, label, scratch, errors)
    except python_calamine.PasswordError:
        raise Refused(
            "The workbook is locked with a password. Save it without one, then bring it again."
        ) from None
    except (python_calamine.CalamineError, zipfile.BadZipFile) as error:
        raise Refused(
            "The workbook is damaged: it cannot be opened. Save it again, or save the table as CSV."
        ) from error


def is_visible(meta: Any) -> bool:
    """Whether people see the sheet, and it is one of cells."""
    return bool(
        meta.visible == python_calamine.SheetVisibleEnum.Visible
        and meta.typ == python_calamine.SheetTypeEnum.WorkSheet
    )


def check(archive: Archive) -> int:
    """Refuse workbooks that would unfold to far more than they hold; how many cells hold an error.

    The reader makes a rectangle around all cells of a sheet: two cells at the corners would fill the memory.
    """
    total = sum(info.file_size for info in archive.files)
    if total > MOST_UNPACKED:
        raise Refused(
            f"Unpacked, the workbook has {total / 1e9:,.1f} GB; Skillet reads up to {MOST_UNPACKED / 1e9:,.0f}. "
            "Save the table as CSV."
        )
    errors = 0
    for info in archive.files:
        if not SHEET.fullmatch(info.filename):
            continue
        right = low = 0
        rest = b""
        try:
            for piece in read_pieces(archive.zip, info):
                rest += piece
                for letters, row in PLACE.findall(rest):
                    low = max(low, int(row))
                    right = max(right, column_number(letters))
                errors += len(ERROR.findall(rest))
                rest = rest[rest.rfind(b"<", -OVERLAP) :] if b"<" in rest[-OVERLAP:] else b""
        except Damaged as error:
            raise Refused(f"The workbook is damaged: {error}. Save it again.") from error
        if low * right > MOST_CELLS:
            raise Refused(
                f"A sheet of the workbook reaches to row {low:,} and column {right:,}: more cells than the "
                f"{MOST_CELLS / 1e6:.0f} million Skillet reads. Save it as CSV, or delete the cells far off."
            )
    return errors


def column_number(letters: bytes) -> int:
    """``A`` is 1, ``AA`` is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def look(book: Any, meta: Any) -> Sheet:
    """One sheet with the table in it."""
    sheet = book.get_sheet_by_name(meta.name)
    if not sheet.height or not sheet.width:
        return Sheet(meta.name, None, "It is empty.")
    if sheet.height * sheet.width > MOST_CELLS:
        raise Refused(
            f"The sheet ‘{meta.name[:60]}’ has more cells than Skillet reads from a workbook. Save it as CSV."
        )
    grid = find_table(sheet.to_python(skip_empty_area=True), sheet.start[0])
    if grid is None:
        return Sheet(meta.name, None, "It holds no table: there are no rows below a header.")
    return Sheet(meta.name, grid, f"It holds {len(grid.rows):,} rows of {len(grid.names):,} columns.")


def choose(sheets: list[Sheet], rule: str | None) -> Sheet:
    """The sheet that is asked for, else the first with a table. Raises Refused in words."""
    if rule is not None and rule.startswith(KEY):
        wanted = next((sheet for sheet in sheets if KEY + sheet.name == rule), None)
        if wanted is None:
            raise Refused(
                f"The workbook has no sheet ‘{rule.removeprefix(KEY)[:60]}’; it has {listed(sheets)}."
            )
        if wanted.grid is None:
            raise Refused(f"The sheet ‘{wanted.name[:60]}’ cannot be read: {wanted.why}")
        return wanted
    found = next((sheet for sheet in sheets if sheet.grid is not None), None)
    if found is None:
        raise Refused("No sheet of the workbook holds a table: a row of names, and rows of values below it.")
    return found


def listed(sheets: list[Sheet]) -> str:
    """Their names, for a sentence."""
    return ", ".join(f"‘{sheet.name[:60]}’" for sheet in sheets[:10])


def write(chosen: Sheet, sheets: list[Sheet], label: str, scratch: Path, errors: int) -> CellTable:
    """The rows of the sheet as cells, each column with the kinds of its values."""
    grid = chosen.grid
    assert grid is not None
    if len(grid.names) > MOST_COLUMNS:
        raise Refused(
            f"The sheet has {len(grid.names):,} columns; Skillet reads up to {MOST_COLUMNS:,}. Leave some out."
        )
    writer = CellWriter(scratch, f"the sheet ‘{chosen.name[:60]}’")
    kinds: list[set[str]] = [set() for _ in grid.names]
    try:
        for place in range(len(grid.names)):
            writer.column(str(place))
        for row in grid.rows:
            writer.add(dict(cells_of(row, kinds)))
        writer.close()
    except BaseException:
        writer.abandon()
        raise
    names, said = repair_names(grid.names if grid.header else [], len(grid.names))
    if not grid.header:
        said = [f"No header was found: the columns are called ‘column 1’ to ‘column {len(names)}’."]
    if errors:
        cells = "1 cell of the workbook holds" if errors == 1 else f"{errors:,} cells of the workbook hold"
        said.append(f"{cells} an error such as #DIV/0!, which counts as missing.")
    native = {
        f"c{place}": NATIVE[next(iter(found))]
        for place, found in enumerate(kinds)
        if len(found) == 1 and next(iter(found)) in NATIVE
    }
    source = f"workbook, sheet ‘{chosen.name}’, {'header in row ' + str(grid.line) if grid.header else 'no header'}"
    return CellTable(
        writer.pieces,
        label,
        names,
        source,
        grid.said + said,
        native,
        writer.sample(),
        layout_of(sheets, chosen, label),
    )


def cells_of(row: list[Any], kinds: list[set[str]]) -> Iterator[tuple[str, str]]:
    """The cells of a row that say something, as text; ``kinds`` learns what they are."""
    for place, value in enumerate(row):
        kind, text = as_text(value)
        if text is not None:
            kinds[place].add(kind)
            yield str(place), text


def as_text(value: Any) -> tuple[str, str | None]:
    """What kind of value a cell holds, and its text; None for an empty one."""
    if value is None or value == "":
        return "", None
    if isinstance(value, bool):
        return "bool", "true" if value else "false"
    if isinstance(value, (int, float)):
        if not math.isfinite(value):
            return "", None
        return "number", repr(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)
    if isinstance(value, (datetime.datetime, datetime.date)):
        return "datetime", value.isoformat(sep=" ") if isinstance(
            value, datetime.datetime
        ) else value.isoformat()
    if isinstance(value, datetime.timedelta):
        return "text", str(value)
    text = str(value)
    return "text", text.replace("\0", "\ufffd") if text.strip() else None


def layout_of(sheets: list[Sheet], chosen: Sheet, label: str) -> Layout | None:
    """The sheets as rules to choose from, where there is more than one."""
    if len(sheets) < 2:
        return None
    rules = [
        Rule(
            key=KEY + sheet.name, title=f"Sheet ‘{sheet.name}’", why=sheet.why,
            fits=sheet.grid is not None, applied=sheet is chosen,
        )
        for sheet in sheets
    ]  # fmt: skip
    return Layout(tree=Branch(name=label, files=1, kinds={"sheet": len(sheets)}), rules=rules)
