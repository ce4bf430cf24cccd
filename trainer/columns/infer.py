"""How each column of a table is read: as the file tells, or guessed on its first rows and proved on all of them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import duckdb

from trainer.columns import datetime, number, tags, text
from trainer.columns.measure import one, slices
from trainer.columns.reading import SAID, Reading
from trainer.sources.cells import is_missing
from trainer.sources.table import Native, Table

TWO = ": a choice of two"
LIKELY = 0.9
"""Share of the first rows that must fit before a reading is tried on the whole column."""
DATES_TRIED = 200
TRIED = 4
"""Ways to read a column that are tried at once where its type is asked for."""
CLEAR_COMMA = re.compile(r"[+-]?\d+,(\d{1,2}|\d{4,})$")


@dataclass(frozen=True)
class Guess:
    """How a column is read, and what else may be said of why."""

    reading: Reading
    why: str = ""
    """Appended to the reason: what keeps a column of numbers from being one."""
    two: bool = False
    """Taken for a choice of two numbers, because its start was: holds only if the whole column is."""
    category: bool = False
    """The file says that it is one."""
    infinite: int = 0
    """Cells of a column of numbers that are infinite, which counts as missing."""


def guess(
    table: Table,
    engine: duckdb.DuckDBPyConnection,
    doubted: frozenset[str] = frozenset(),
    wanted: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, Guess]:
    """A reading for each column. Columns that are plain numbers at the start are believed (the reader
    proves them); others with a likely reading are proved here, in one scan. ``doubted``: columns that the
    reader has disproved. ``wanted``: types that columns shall have if all their cells allow it; as text they always do.
    """
    cells = sample(table)
    comma_file = table.comma_numbers and any(
        CLEAR_COMMA.match(cell) for values in cells.values() for cell in values[:200]
    )
    result: dict[str, Guess] = {}
    doubtful: dict[str, list[Reading]] = {}
    for id, values in cells.items():
        if id in table.native:
            if (
                table.native[id].type == "text"
                and id not in wanted
                and (reading := tags.find_reading(values))
            ):
                doubtful[id] = [reading]
                continue
            result[id] = told(table.native[id], as_text=wanted.get(id) == "text")
        elif id in wanted:
            if ways := readings_of(wanted[id], values, comma_file=comma_file):
                doubtful[id] = ways
            else:
                result[id] = Guess(text.READING)
        elif (
            table.parses_numbers
            and id not in doubted
            and all(map(number.plain, values))
            and (kinds := len(set(values))) >= 2
        ):
            result[id] = Guess(fast(values)) if kinds > 2 else Guess(text.READING, TWO, two=True)
        elif likely := likely_readings(values, comma_file=comma_file):
            doubtful[id] = likely
        elif reading := tags.find_reading(values):
            doubtful[id] = [reading]
        else:
            result[id] = Guess(text.READING, text.units(values))
    few = {id for id in doubtful.keys() - wanted.keys() if len({cell.strip() for cell in cells[id]}) <= 2}
    for some in slices(list(doubtful)):
        result |= prove(table, engine, {id: doubtful[id] for id in some}, few)
    return {id: result[id] for id in table.ids()}


def fast(values: list[str]) -> Reading:
    """The quickest way to read a column that starts with plain numbers."""
    return number.FAST_WHOLE if all(map(number.whole, values)) else number.FAST


def readings_of(kind: str, values: list[str], *, comma_file: bool) -> list[Reading]:
    """The ways to read a column as this type, those that fit its first cells best first. None for text."""
    found: tuple[Reading, ...] = ()
    if kind == "number":
        found = number.readings(comma_file=comma_file)
    elif kind == "datetime":
        found = datetime.READINGS
    elif kind == "tags":
        found = (tags.find_reading(values) or tags.JSON_LIST,)
    few = [value.strip() for value in values[:DATES_TRIED]]
    ordered = sorted(found, key=lambda reading: -share(reading, few)) if few else list(found)
    return ordered[:TRIED]


def told(native: Native, *, as_text: bool = False) -> Guess:
    """A column whose type the file tells."""
    if as_text:
        return Guess(Reading("text", lambda _: True, f"({native.sql})::VARCHAR", native.words, native=True))
    kind = "text" if native.type == "category" else native.type
    reading = Reading(kind, lambda _: True, native.sql, native.words, native=True)
    return Guess(reading, category=native.type == "category")


def sample(table: Table) -> dict[str, list[str]]:
    """The first cells of each column that say something, as they stand there."""
    ids, rows = table.ids(), table.first_rows()
    columns = zip(*rows, strict=True) if rows else [()] * len(ids)
    return {
        id: []
        if id in table.native and table.native[id].type != "text"
        else [cell for cell in values if not is_missing(cell)]
        for id, values in zip(ids, columns, strict=True)
    }


def likely_readings(values: list[str], *, comma_file: bool) -> list[Reading]:
    """Readings that fit nearly all of the first cells, best first."""
    values = [value for value in map(str.strip, values) if not number.SAYS_INFINITE.fullmatch(value)]
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
    table: Table, engine: duckdb.DuckDBPyConnection, doubtful: dict[str, list[Reading]], few: set[str]
) -> dict[str, Guess]:
    """Try the likely readings on every cell: the first that fits all of them holds. Numbers of two kinds
    are a choice; only columns in ``few``, whose start shows at most two, are counted for that.
    """
    asked: list[str] = []
    for id, likely in doubtful.items():
        said = SAID.format(x=id)
        asked.append(f"count({said}), count(*) FILTER ({number.INFINITE.format(x=said)})")
        for reading in likely:
            value = reading.value(id)
            asked.append(f"count({value}), min({said}) FILTER (({value}) IS NULL)")
            asked.append(f"count(DISTINCT {value})" if id in few else "NULL")
    answers = iter(one(engine, f"SELECT {', '.join(asked)} FROM {table.relation()}"))
    result: dict[str, Guess] = {}
    for id, likely in doubtful.items():
        count, infinite = next(answers), next(answers)
        tried = [(reading, next(answers), next(answers), next(answers)) for reading in likely]
        held = next(
            (
                (reading, kinds)
                for reading, fit, _, kinds in tried
                if fit + (infinite if reading.type == "number" else 0) == count
            ),
            None,
        )
        if held is None:
            result[id] = unproved([(reading, fit, example) for reading, fit, example, _ in tried], count)
        elif held[0].type == "number" and held[1] == 2 and not infinite:
            result[id] = Guess(text.READING, TWO)
        else:
            why = f"; {infinite:,} more are infinite and count as missing" if infinite else ""
            number_read = held[0].type == "number"
            result[id] = Guess(held[0], why if number_read else "", infinite=infinite if number_read else 0)
    return result


def unproved(tried: list[tuple[Reading, int, str | None]], count: int) -> Guess:
    """Text after all, with the count and an example of what did not fit."""
    reading, fit, example = max(tried, key=lambda each: each[1])
    kind = {"number": "numbers", "datetime": "dates"}.get(reading.type, "lists of labels")
    if fit * 2 < count:
        return Guess(text.READING)
    return Guess(
        text.READING, f"; {fit:,} of {count:,} are {kind}, but for example ‘{(example or '')[:40]}’ is not"
    )
