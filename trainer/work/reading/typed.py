"""One table, typed and written by DuckDB: read with care where its start promised more than it holds."""

import re
from pathlib import Path

import duckdb

from trainer.columns.infer import Guess, guess
from trainer.columns.measure import count_distinct
from trainer.columns.number import LATE
from trainer.sources.csv import TextTable, sift
from trainer.sources.engine import MEMORY, literal, open_engine
from trainer.sources.refusal import Refused
from trainer.sources.rejects import Rejects
from trainer.sources.table import Table
from trainer.work.desk import Desk

UNPROVED = re.compile(rf"(?:{re.escape(LATE)}|source column )(c\d+)")


WIDE = 500
"""Columns above which one thread writes: each thread holds buffers for every column."""
PER_COLUMN = 0.6
"""Megabytes that the buffers of a column may take, where one thread writes."""
MOST_IN_DICTIONARY = 5_000
"""Values of a column above which no dictionary of them is tried: building one in vain costs a tenth of the time."""


class BadRows(Exception):
    """DuckDB met lines that are no rows: the table must be sifted first."""


class Late(Exception):
    """A column of plain numbers holds something late that is none; ``args[0]`` is its id."""


def write_table(
    table: Table, desk: Desk, rejects: Rejects, target: Path, wanted: dict[str, str] | None = None
) -> dict[str, Guess]:
    """Write one table, sifted first where it has damaged lines; how each column was read.

    ``wanted``: types that columns shall have where their cells allow it, by id.
    """
    try:
        return write_typed(table, desk, target, wanted or {})
    except BadRows as error:
        if not isinstance(table, TextTable) or table.sifted:
            raise unreadable(error) from error
    size = table.size()
    desk.begin("sorting out damaged lines", size, "bytes")
    table = sift(
        table,
        target.parent if target.parent != desk.version.path else desk.scratch,
        rejects,
        lambda done: desk.progress("sorting out damaged lines", done, size, "bytes"),
    )
    try:
        return write_typed(table, desk, target, wanted or {})
    except BadRows as error:
        raise unreadable(error) from error


def unreadable(error: Exception) -> Refused:
    """What is left to say when a table cannot be read."""
    return Refused(
        f"The table cannot be read: {error}. Save it again as CSV (UTF-8, values with commas in quotes)."
    )


def write_typed(table: Table, desk: Desk, target: Path, wanted: dict[str, str]) -> dict[str, Guess]:
    """Write the table to ``target``; how each column was read. Columns that turn out not to be what their start
    promised are read again with more care. Raises BadRows when lines are no rows.
    """
    doubted: frozenset[str] = frozenset()
    while True:
        try:
            guesses, wrong = write_once(table, desk, target, doubted, wanted)
        except Late as late:
            doubted |= {late.args[0]}
            continue
        wrong |= not_two(guesses, desk, target)
        if not wrong - doubted:
            return guesses
        doubted |= wrong


def write_once(
    table: Table, desk: Desk, target: Path, doubted: frozenset[str], wanted: dict[str, str]
) -> tuple[dict[str, Guess], frozenset[str]]:
    """One try: how each column was read, and those that hold cells which the reader could not read so."""
    size, width = table.size(), len(table.ids())
    threads = 1 if width > WIDE else desk.threads
    memory = max(MEMORY, int(width * PER_COLUMN))
    with open_engine(
        desk.scratch, table.folder(), target.parent, threads=threads, scratch=desk.scratch, memory=memory
    ) as engine:
        try:
            with desk.watching(engine, "checking columns", size, "bytes"):
                guesses = guess(table, engine, doubted, wanted)
            readers = {id: "DOUBLE" for id, found in guesses.items() if found.reading.fast}
            values = ", ".join(f"{found.reading.value(id)} AS {id}" for id, found in guesses.items())
            with desk.watching(engine, "reading the table", size, "bytes"):
                engine.execute(
                    f"COPY (SELECT {values} FROM {table.relation(readers)}) TO {literal(str(target))} (FORMAT "
                    f"parquet, PRESERVE_ORDER true, DICTIONARY_SIZE_LIMIT {MOST_IN_DICTIONARY})"
                )
        except (duckdb.InvalidInputException, duckdb.ConversionException) as error:
            if late := UNPROVED.search(str(error)):
                raise Late(late[1]) from None
            raise BadRows(str(error).splitlines()[0]) from error
        bad, miscast = faults(engine) if table.parses_numbers else (None, frozenset())
    if bad:
        raise BadRows(bad)
    return guesses, miscast


def not_two(guesses: dict[str, Guess], desk: Desk, target: Path) -> frozenset[str]:
    """Columns that were taken for a choice of two and, as written, are none."""
    taken = [id for id, found in guesses.items() if found.two]
    if not taken:
        return frozenset()
    with open_engine(target.parent, threads=desk.threads, scratch=desk.scratch) as engine:
        return frozenset(id for id, kinds in count_distinct(engine, target, taken).items() if kinds != 2)


def faults(engine: duckdb.DuckDBPyConnection) -> tuple[str | None, frozenset[str]]:
    """What DuckDB's reader rejected: a line that is no row, and columns with cells that are not numbers."""
    bad: str | None = None
    miscast = set()
    for kind, column, message in engine.execute(
        "SELECT error_type, column_name, error_message FROM reject_errors"
    ).fetchall():
        if kind == "CAST":
            miscast.add(column)
        else:
            bad = bad or str(message)
    return bad, frozenset(miscast)
