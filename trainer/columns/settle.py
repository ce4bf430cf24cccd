"""What the columns of a written table are: type, role and reason, from how they were read and what was counted."""

import re
from pathlib import Path

import duckdb

from trainer.columns import category, tags, text
from trainer.columns.infer import Guess
from trainer.columns.measure import Measured, most_frequent, numbers_rows
from trainer.contract.dataset import Column

ID_NAME = re.compile(r"(^|[^a-zA-Z])(id|uuid|key|index|no|nr)$|[a-z](Id|ID)$", re.IGNORECASE)


def settle(
    engine: duckdb.DuckDBPyConnection,
    table: Path,
    rows: int,
    names: dict[str, str],
    guesses: dict[str, Guess],
    measured: dict[str, Measured],
) -> list[Column]:
    """The columns of the written table, with type, role and reason."""
    result = []
    for id, name in names.items():
        found, guessed = measured[id], guesses[id]
        if guessed.reading.type == "number":
            result.append(number_column(id, name, found, rows, guessed))
        elif guessed.reading.type == "datetime":
            reason = f"all {found.count:,} values are dates{guessed.reading.words}" + absent(found, rows)
            role = "constant" if found.distinct == 1 else "input"
            result.append(Column(id=id, name=name, type="datetime", reason=reason, role=role))
        elif guessed.reading.type == "tags":
            why = guessed.reading.words + absent(found, rows)
            result.append(tags.column(engine, table, id, name, found, why))
        elif category.is_category(found, rows) or (guessed.category and found.count):
            top = most_frequent(engine, table, id, category.MOST)
            why = guessed.reading.words + guessed.why + absent(found, rows)
            result.append(category.column(id, name, found, top, why))
        else:
            why = guessed.reading.words + guessed.why + absent(found, rows)
            result.append(text.column(id, name, found, rows, why))
    return result


def number_column(id: str, name: str, found: Measured, rows: int, guessed: Guess) -> Column:
    """A number column, unless it only numbers the rows or never changes."""
    kind = "whole numbers" if found.whole else "numbers"
    reason = f"all {found.count:,} values are {kind}{guessed.reading.words}{guessed.why}" + absent(
        found, rows
    )
    role = "input"
    if found.distinct == 1:
        role, reason = "constant", f"every value is {found.minimum:g}" + absent(found, rows)
    elif found.whole and found.distinct == found.count == rows and rows > text.FEW_ROWS:
        if numbers_rows(found, rows):
            role, reason = "id", f"numbers the rows from {found.minimum:,.0f} to {found.maximum:,.0f}"
        elif ID_NAME.search(name):
            role, reason = "id", f"all {rows:,} whole numbers differ and the name says that it is an id"
    return Column(id=id, name=name, type="number", reason=reason, role=role, whole=found.whole)


def absent(found: Measured, rows: int) -> str:
    """ "; 177 missing", or nothing."""
    return f"; {rows - found.count:,} missing" if found.count < rows else ""
