"""What is in a table that was written: its columns in words, and its profile."""

from trainer.columns.infer import Guess
from trainer.columns.measure import measure
from trainer.columns.settle import settle
from trainer.contract.dataset import Profile, Schema
from trainer.profile import profile
from trainer.sources.engine import open_engine
from trainer.sources.refusal import Refused
from trainer.sources.rejects import Rejects
from trainer.work.content import knowing
from trainer.work.desk import Desk


def look(
    names: dict[str, str],
    guesses: dict[str, Guess],
    desk: Desk,
    rejects: Rejects,
    source: str,
    findings: list[str],
) -> tuple[Schema, Profile]:
    """Measure, settle and profile ``table.parquet``, whose columns were read as ``guesses`` say."""
    table = desk.version.table
    with open_engine(desk.version.path, threads=desk.threads, scratch=desk.scratch) as engine:
        kinds = {id: kind_of(guesses[id]) for id in names}
        with desk.watching(engine, "looking at columns", len(names), "columns"):
            rows, measured = measure(
                engine, table, kinds,
                lambda done: desk.progress("looking at columns", done, len(names), "columns"),
            )  # fmt: skip
        desk.known = knowing(table, measured)
        if rows == 0:
            why = f" All {rejects.count:,} lines were refused; {rejects.first}." if rejects.count else ""
            raise Refused(f"The file has a header but no rows.{why} Add rows below the header.")
        findings = findings + infinite(names, guesses)
        columns = settle(engine, table, rows, names, guesses, measured)
        told = (rejects.count, rejects.first)
        found = profile(engine, table, rows, columns, measured, source, findings, told)
    return Schema(rows=rows, columns=columns), found


def infinite(names: dict[str, str], guesses: dict[str, Guess]) -> list[str]:
    """What is said of numbers that cannot be reckoned with."""
    return [
        f"{found.infinite:,} {'value' if found.infinite == 1 else 'values'} of ‘{names[id]}’ "
        f"{'is' if found.infinite == 1 else 'are'} infinite or too great for a number (such as inf or 1e999): "
        f"{'it counts' if found.infinite == 1 else 'they count'} as missing."
        for id, found in guesses.items()
        if id in names and found.infinite
    ]


def kind_of(found: Guess) -> str:
    """How a column is counted: labels of tags lie in text."""
    return "text" if found.reading.type == "tags" else found.reading.type
