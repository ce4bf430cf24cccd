"""What each column of a text table is: guessed on its first rows, proved on all of them, said in words."""

import re
from dataclasses import dataclass
from pathlib import Path

import duckdb

from trainer.columns import category, datetime, number, text
from trainer.columns.measure import Measured, most_frequent, numbers_rows, one, slices
from trainer.columns.reading import SAID, Reading
from trainer.contract.dataset import Column
from trainer.sources.cells import is_missing
from trainer.sources.csv import TextTable

TWO = ": a choice of two"
LIKELY = 0.9
"""Share of the first rows that must fit before a reading is tried on the whole column."""
DATES_TRIED = 200
ID_NAME = re.compile(r"(^|[^a-zA-Z])(id|uuid|key|index|no|nr)$|[a-z](Id|ID)$", re.IGNORECASE)
CLEAR_COMMA = re.compile(r"[+-]?\d+,(\d{1,2}|\d{4,})$")


@dataclass(frozen=True)
class Guess:
    """How a column is read, and what else may be said of why."""

    reading: Reading
    why: str = ""
    """Appended to the reason: what keeps a column of numbers from being one."""
    two: bool = False
    """Taken for a choice of two numbers, because its start was: holds only if the whole column is."""


def guess(
    table: TextTable, engine: duckdb.DuckDBPyConnection, doubted: frozenset[str] = frozenset()
) -> dict[str, Guess]:
    """A reading for each column. Columns that are plain numbers at the start are believed (the reader
    proves them); others with a likely reading are proved here, in one scan. ``doubted``: columns that the
    reader has disproved.
    """
    cells = sample(table)
    comma_file = table.layout.delimiter != "," and any(
        CLEAR_COMMA.match(cell) for values in cells.values() for cell in values[:200]
    )
    result: dict[str, Guess] = {}
    doubtful: dict[str, list[Reading]] = {}
    for id, values in cells.items():
        if id not in doubted and all(map(number.plain, values)) and (kinds := len(set(values))) >= 2:
            result[id] = Guess(number.FAST) if kinds > 2 else Guess(text.READING, TWO, two=True)
        elif likely := likely_readings(values, comma_file=comma_file):
            doubtful[id] = likely
        else:
            result[id] = Guess(text.READING)
    few = {id for id in doubtful if len({cell.strip() for cell in cells[id]}) <= 2}
    for some in slices(list(doubtful)):
        result |= prove(table, engine, {id: doubtful[id] for id in some}, few)
    return {id: result[id] for id in table.ids()}


def sample(table: TextTable) -> dict[str, list[str]]:
    """The first cells of each column that say something, as they stand there."""
    columns = zip(*table.layout.rows, strict=True) if table.layout.rows else [()] * table.layout.width
    return {
        id: [cell for cell in values if not is_missing(cell)]
        for id, values in zip(table.ids(), columns, strict=True)
    }


def likely_readings(values: list[str], *, comma_file: bool) -> list[Reading]:
    """Readings that fit nearly all of the first cells, best first."""
    values = [value.strip() for value in values]
    if not values:
        return []
    found = [r for r in number.readings(comma_file=comma_file) if share(r, values) >= LIKELY]
    few = values[:DATES_TRIED]
    if not found and sum(map(datetime.may_be_date, few)) >= LIKELY * len(few):
        found = [reading for reading in datetime.READINGS if share(reading, few) >= LIKELY]
    return sorted(found, key=lambda reading: -share(reading, values[:1000]))


def share(reading: Reading, values: list[str]) -> float:
    """Share of cells that fit."""
    return sum(map(reading.fits, values)) / len(values)


def prove(
    table: TextTable, engine: duckdb.DuckDBPyConnection, doubtful: dict[str, list[Reading]], few: set[str]
) -> dict[str, Guess]:
    """Try the likely readings on every cell: the first that fits all of them holds. Numbers of two kinds
    are a choice; only columns in ``few``, whose start shows at most two, are counted for that.
    """
    asked: list[str] = []
    for id, likely in doubtful.items():
        said = SAID.format(x=id)
        asked.append(f"count({said})")
        for reading in likely:
            value = reading.value(id)
            asked.append(f"count({value}), min({said}) FILTER (({value}) IS NULL)")
            asked.append(f"count(DISTINCT {value})" if id in few else "NULL")
    answers = iter(one(engine, f"SELECT {', '.join(asked)} FROM {table.relation()}"))
    result: dict[str, Guess] = {}
    for id, likely in doubtful.items():
        count = next(answers)
        tried = [(reading, next(answers), next(answers), next(answers)) for reading in likely]
        held = next(((reading, kinds) for reading, fit, _, kinds in tried if fit == count), None)
        if held is None:
            result[id] = unproved([(reading, fit, example) for reading, fit, example, _ in tried], count)
        elif held[0].type == "number" and held[1] == 2:
            result[id] = Guess(text.READING, TWO)
        else:
            result[id] = Guess(held[0])
    return result


def unproved(tried: list[tuple[Reading, int, str | None]], count: int) -> Guess:
    """Text after all, with the count and an example of what did not fit."""
    reading, fit, example = max(tried, key=lambda each: each[1])
    kind = "numbers" if reading.type == "number" else "dates"
    if fit * 2 < count:
        return Guess(text.READING)
    return Guess(
        text.READING, f"; {fit:,} of {count:,} are {kind}, but for example ‘{(example or '')[:40]}’ is not"
    )


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
        elif category.is_category(found, rows):
            top = most_frequent(engine, table, id, category.MOST)
            result.append(category.column(id, name, found, top, guessed.why + absent(found, rows)))
        else:
            result.append(text.column(id, name, found, rows, guessed.why + absent(found, rows)))
    return result


def number_column(id: str, name: str, found: Measured, rows: int, guessed: Guess) -> Column:
    """A number column, unless it only numbers the rows or never changes."""
    kind = "whole numbers" if found.whole else "numbers"
    reason = f"all {found.count:,} values are {kind}{guessed.reading.words}" + absent(found, rows)
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
