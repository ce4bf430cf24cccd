"""Where the table is in a sheet: below titles, beside empty columns, between empty rows."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from trainer.sources.sniff import has_header

LOOKED = 400
"""Rows that are looked at to find the header."""
FILLED = 0.6
"""Share of the usual number of cells that a header has at least."""


@dataclass(frozen=True)
class Grid:
    """A table in a sheet."""

    names: list[str]
    rows: list[list[Any]]
    header: bool
    line: int
    """Which row of the sheet is the first of the table, from 1."""
    said: list[str] = field(default_factory=list)


def find_table(cells: list[list[Any]], above: int = 0) -> Grid | None:
    """The table in these cells, which ``above`` rows of the sheet precede; None where there is none.

    What is left out is said.
    """
    filled = [(place, row) for place, row in enumerate(cells) if any(map(says, row))]
    if len(filled) < 2:
        return None
    counts = [sum(map(says, row)) for _, row in filled[:LOOKED]]
    usual = Counter(counts[1:]).most_common(1)[0][0]
    start = next((place for place, count in enumerate(counts) if count >= FILLED * usual), 0)
    said = []
    if start:
        title = next(str(cell) for cell in filled[0][1] if says(cell))
        rows = "1 row" if start == 1 else f"{start} rows"
        said.append(
            f"{rows} above the table {'was' if start == 1 else 'were'} left out, such as ‘{title[:60]}’."
        )
    body = filled[start:]
    columns = [place for place in range(len(body[0][1])) if any(says(row[place]) for _, row in body)]
    table = [[row[place] for place in columns] for _, row in body]
    texts = [[written(cell) for cell in row] for row in table[:LOOKED]]
    header = len(table) > 1 and has_header(texts, len(columns))
    rows_left = table[1:] if header else table
    if not rows_left or not columns:
        return None
    between = body[-1][0] - body[0][0] + 1 - len(body)
    if between:
        rows = "1 empty row in the table was" if between == 1 else f"{between:,} empty rows in the table were"
        said.append(f"{rows} left out.")
    return Grid(texts[0] if header else [""] * len(columns), rows_left, header, above + body[0][0] + 1, said)


def says(cell: Any) -> bool:
    """Whether a cell holds anything."""
    return cell is not None and cell != "" and not (isinstance(cell, str) and not cell.strip())


def written(cell: Any) -> str:
    """A cell as a person sees it: for the header and the look at it."""
    if isinstance(cell, float) and abs(cell) < 1e15 and cell == int(cell):
        return str(int(cell))
    return "" if cell is None else str(cell)
