"""Tables: typed and written by DuckDB, measured, and said in words."""

import duckdb

from trainer.columns.infer import Guess, guess, settle
from trainer.columns.measure import count_distinct, measure
from trainer.contract.dataset import Profile, Schema
from trainer.profile import profile
from trainer.sources.csv import TextTable, sift
from trainer.sources.engine import literal, open_engine
from trainer.sources.refusal import Refused
from trainer.sources.rejects import Rejects
from trainer.work.desk import Desk


class BadRows(Exception):
    """DuckDB met lines that are no rows: the table must be sifted first."""


def read_tables(tables: list[TextTable], desk: Desk, rejects: Rejects) -> tuple[Schema, Profile]:
    """The table of what was brought: typed, written, measured."""
    if len(tables) > 1:
        raise Refused("These are several tables. Bring one at a time.")
    table = tables[0]
    guesses = write_table(table, desk, rejects)
    names = dict(zip(table.ids(), table.names, strict=True))
    return look(names, guesses, table, desk, rejects)


def write_table(table: TextTable, desk: Desk, rejects: Rejects) -> dict[str, Guess]:
    """Write one table, sifted first where it has damaged lines; how each column was read."""
    try:
        return write_typed(table, desk)
    except BadRows:
        size = table.path.stat().st_size
        desk.begin("sorting out damaged lines", size, "bytes")
        table = sift(
            table,
            desk.scratch,
            rejects,
            lambda done: desk.progress("sorting out damaged lines", done, size, "bytes"),
        )
    try:
        return write_typed(table, desk)
    except BadRows as error:
        raise Refused(
            f"The table cannot be read: {error}. Save it again as CSV (UTF-8, values with commas in quotes)."
        ) from error


def look(
    names: dict[str, str], guesses: dict[str, Guess], table: TextTable, desk: Desk, rejects: Rejects
) -> tuple[Schema, Profile]:
    """What is in the table that was written: its columns in words, and its profile."""
    with open_engine(desk.version.path, threads=desk.threads, scratch=desk.scratch) as engine:
        kinds: dict[str, str] = {id: guesses[id].reading.type for id in names}
        with desk.watching(engine, "looking at columns", len(names), "columns"):
            rows, measured = measure(engine, desk.version.table, kinds)
        if rows == 0:
            why = f" All {rejects.count:,} lines were refused; {rejects.first}." if rejects.count else ""
            raise Refused(f"The file has a header but no rows.{why} Add rows below the header.")
        columns = settle(engine, desk.version.table, rows, names, guesses, measured)
        told = (rejects.count, rejects.first)
        found = profile(
            engine, desk.version.table, rows, columns, measured, table.source, table.findings, told
        )
    return Schema(rows=rows, columns=columns), found


def write_typed(table: TextTable, desk: Desk) -> dict[str, Guess]:
    """Write ``table.parquet``; how each column was read. Columns that turn out not to be what their start
    promised are read again with more care. Raises BadRows when lines are no rows.
    """
    doubted: frozenset[str] = frozenset()
    size = table.path.stat().st_size
    while True:
        with open_engine(
            desk.scratch, table.path.parent, desk.version.path, threads=desk.threads, scratch=desk.scratch
        ) as engine:
            try:
                with desk.watching(engine, "checking columns", size, "bytes"):
                    guesses = guess(table, engine, doubted)
                readers = {id: "DOUBLE" for id, found in guesses.items() if found.reading.fast}
                values = ", ".join(f"{found.reading.value(id)} AS {id}" for id, found in guesses.items())
                target = literal(str(desk.version.table))
                with desk.watching(engine, "reading the table", size, "bytes"):
                    engine.execute(
                        f"COPY (SELECT {values} FROM {table.relation(readers)}) TO {target} (FORMAT "
                        "parquet, PRESERVE_ORDER true)"
                    )
            except (duckdb.InvalidInputException, duckdb.ConversionException) as error:
                raise BadRows(str(error).splitlines()[0]) from error
            bad, miscast = faults(engine)
        if bad:
            raise BadRows(bad)
        wrong = miscast | not_two(guesses, desk)
        if not wrong - doubted:
            return guesses
        doubted |= wrong


def not_two(guesses: dict[str, Guess], desk: Desk) -> frozenset[str]:
    """Columns that were taken for a choice of two and, as written, are none."""
    taken = [id for id, found in guesses.items() if found.two]
    if not taken:
        return frozenset()
    with open_engine(desk.version.path, threads=desk.threads, scratch=desk.scratch) as engine:
        return frozenset(
            id for id, kinds in count_distinct(engine, desk.version.table, taken).items() if kinds != 2
        )


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
