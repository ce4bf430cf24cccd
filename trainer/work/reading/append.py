"""More rows for a version, or rows to test on: columns are matched by name, and what does not fit is told."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from trainer.columns import datetime, number
from trainer.columns.measure import one
from trainer.columns.reading import Reading
from trainer.contract.dataset import Column, Profile, Schema, VersionFolder
from trainer.contract.documents import read_document
from trainer.contract.planned import Plan, PlannedColumn
from trainer.profile import profile
from trainer.sources.engine import literal, open_engine
from trainer.sources.refusal import Refused
from trainer.sources.rejects import Rejects
from trainer.work.desk import Desk
from trainer.work.reading.several import free_name, listed
from trainer.work.recount import count_columns

MEDIA = ("image", "audio", "mask")
WORDS = ("category", "text")
LEAST_FIT = 0.5
"""Share of the new rows that must fit: below, the wrong file was brought."""
NAMED = 5
"""Rows that a refusal names."""
ROW = "file_row_number"


@dataclass
class Match:
    """How a column of the old version gets the cells of the new rows."""

    column: Column
    new: Column | None
    value: str
    """SQL over a new row, whose columns are ``new.c0`` and so on."""
    misfit: str | None = None
    """SQL: whether the cell says something that the column cannot hold."""
    ways: tuple[Reading, ...] = ()
    """Ways to read the new cells, which are text: the one that fits most of them is taken."""


@dataclass
class Matched:
    """All columns, and what is to be said of the match."""

    columns: list[Match]
    said: list[str] = field(default_factory=list)


def append(
    base: VersionFolder, fresh: VersionFolder, label: str, part: str, desk: Desk
) -> tuple[Schema, Profile]:
    """Fill the version folder but for its documents with the rows of ``base``, then those of ``fresh``.

    Raises Refused in words where the columns do not go together.
    """
    old, new = read_document(base.schema, Schema), read_document(fresh.schema, Schema)
    matched = match(old, new)
    columns, parts = with_part(old, matched, part)
    with Rejects(desk.version.rejects) as rejects:
        for folder in (base, fresh):
            rejects.extend(folder.rejects)
        lost = write_rows(base, fresh, matched, parts, desk, rejects, label)
        told = (rejects.count, rejects.first)
    if lost and any(each.column.type in MEDIA for each in matched.columns):
        raise Refused(
            f"{len(lost):,} of the new rows do not fit the columns; {some_of(list(lost.values()))}. Mend them, then "
            "bring the files again."
        )
    for each in matched.columns:
        if each.column.type in MEDIA:
            join_media(base, fresh, each, new.rows, desk)
    added = new.rows - len(lost)
    before, read = read_document(base.profile, Profile), read_document(fresh.profile, Profile)
    said = [
        f"{added:,} {'row was' if added == 1 else 'rows were'} added from ‘{label}’ ({read.source}).",
        *matched.said,
    ]
    source = f"{before.source}; then {added:,} rows: {read.source}"
    plan = Plan(old.rows + added, {c.id: PlannedColumn(c.id, c.name, c.type, c) for c in columns})
    with open_engine(desk.version.path, threads=desk.threads, scratch=desk.scratch) as engine:
        with desk.watching(engine, "looking at columns", len(columns), "columns"):
            rows, found, measured = count_columns(engine, desk.version, plan, rows_changed=True)
        given = {column.id: column for column in columns}
        found = [keep_role(given[each.id], recounted(each, rows), said) for each in found]
        written = profile(engine, desk.version.table, rows, found, measured, source, said, told)
    return Schema(rows=rows, columns=found), written


def recounted(column: Column, rows: int) -> Column:
    """Pictures and sounds are as many as rows now."""
    if column.type not in MEDIA:
        return column
    noun = {"image": "pictures", "audio": "sounds", "mask": "masks"}[column.type]
    return column.model_copy(update={"reason": f"{rows:,} {noun}"})


def keep_role(before: Column, now: Column, said: list[str]) -> Column:
    """Added rows do not change what a column is for; where they make an input of one that said nothing, it is told."""
    if before.role == now.role:
        return now
    if before.role == "constant":
        said.append(
            f"‘{now.name}’ was the same in every row; the new rows bring other values: it is an input now."
        )
        return now
    reason = f"{now.reason}; not an input before the rows were added either"
    return now.model_copy(
        update={"role": before.role, "reason": reason if before.role != "input" else now.reason}
    )


def match(old: Schema, new: Schema) -> Matched:
    """Columns by name. Raises Refused where none is shared, or a picture column would get values."""
    theirs = {column.name: column for column in new.columns}
    found = Matched([])
    for column in old.columns:
        other = theirs.get(column.name)
        found.columns.append(Match(column, None, "NULL") if other is None else fit(column, other))
    shared = {each.column.name for each in found.columns if each.new is not None}
    if not shared - {column.name for column in old.columns if column.role == "part"}:
        raise Refused(
            f"No column of the new file is called like one of the dataset. The dataset has "
            f"{listed([column.name for column in old.columns])}; the file has {listed(list(theirs))}. "
            "Name the columns alike, then bring the file again."
        )
    lacking = [column.name for column in old.columns if column.name not in theirs and column.role != "part"]
    if lacking:
        found.said.append(f"The new rows do not have {listed(lacking)}: missing there.")
    more = [name for name in theirs if name not in shared]
    if more:
        found.said.append(
            f"The new file has {listed(more)} as well, which the dataset does not have: left out."
        )
    return found


def fit(column: Column, other: Column) -> Match:
    """How cells of one type become cells of another. Raises Refused where they cannot."""
    cell = f"new.{other.id}"
    if column.type == other.type or (column.type in WORDS and other.type in WORDS):
        return Match(column, other, cell)
    if column.type in WORDS and other.type in ("number", "datetime"):
        return Match(column, other, f"{cell}::VARCHAR")
    if other.type in WORDS and column.type in ("number", "datetime"):
        ways = number.readings(comma_file=False) if column.type == "number" else datetime.READINGS
        return Match(column, other, cell, ways=ways)
    if other.type in WORDS and column.type == "tags":
        return Match(column, other, f"CASE WHEN {cell} IS NOT NULL THEN to_json([{cell}])::VARCHAR END")
    raise Refused(
        f"‘{column.name}’ holds {column.type} in the dataset and {other.type} in the new file ({other.reason}). "
        "Make them the same, or rename the column."
    )


def with_part(old: Schema, matched: Matched, part: str) -> tuple[list[Column], tuple[str, str] | None]:
    """The columns of the joined table, and what old and new rows say in its column of parts; None without one."""
    columns = list(old.columns)
    own = next((column for column in columns if column.role == "part"), None)
    if own is None and part == "rows":
        return columns, None
    if own is None:
        id = f"c{1 + max(int(column.id[1:]) for column in columns)}"
        own = Column(
            id=id, name=free_name("part", [column.name for column in columns]), type="category", role="part",
            reason="rows to test on were added by themselves",
        )  # fmt: skip
        columns.append(own)
        matched.columns.append(Match(own, None, "NULL"))
    given = next((each for each in matched.columns if each.column.id == own.id), None)
    assert given is not None, own
    said = "'test'" if part == "test" else f"coalesce({given.value}, 'train')"
    before = f"coalesce({own.id}, 'train')" if own in old.columns else "'train'"
    given.value = said
    return columns, (own.id, before)


def write_rows(
    base: VersionFolder, fresh: VersionFolder, matched: Matched, part: tuple[str, str] | None, desk: Desk,
    rejects: Rejects, label: str,
) -> dict[int, str]:  # fmt: skip
    """Write ``table.parquet``; the new rows that were left out, and which cell does not fit its column."""
    kept = {part[0]: part[1]} if part else {}
    before = ", ".join(
        f"{kept.get(each.column.id, each.column.id)} AS {each.column.id}" for each in matched.columns
    )
    first = f"read_parquet({literal(str(base.table))})"
    second = f"read_parquet({literal(str(fresh.table))}, file_row_number=true) AS new"
    with open_engine(
        base.path, fresh.path, desk.version.path, threads=desk.threads, scratch=desk.scratch
    ) as engine:
        find_ways(engine, second, matched)
        after = ", ".join(f"{each.value} AS {each.column.id}" for each in matched.columns)
        bad = " OR ".join(f"({each.misfit})" for each in matched.columns if each.misfit)
        lost = dict(misfits(engine, second, matched, rejects, label)) if bad else {}
        rows = pq.read_metadata(fresh.table).num_rows
        if len(lost) > (1 - LEAST_FIT) * rows:
            raise Refused(
                f"{len(lost):,} of the {rows:,} new rows do not fit the columns of the dataset, which is more than "
                f"half: none was added. {some_of(list(lost.values()))}. Bring a file whose columns hold the same kinds "
                "of values."
            )
        fitting = f" WHERE NOT coalesce({bad}, false)" if bad else ""
        with desk.watching(engine, "adding the rows", rows, "rows"):
            engine.execute(
                f"COPY (SELECT {before} FROM {first} UNION ALL SELECT {after} FROM {second}{fitting}) "
                f"TO {literal(str(desk.version.table))} (FORMAT parquet, PRESERVE_ORDER true)"
            )
    return lost


def find_ways(engine: duckdb.DuckDBPyConnection, source: str, matched: Matched) -> None:
    """For text that shall be numbers or dates: the way to read it that fits most cells."""
    for match in matched.columns:
        if not match.ways:
            continue
        cell = match.value
        values = [way.value(cell) for way in match.ways]
        counts = one(engine, f"SELECT {', '.join(f'count({value})' for value in values)} FROM {source}")
        match.value = values[counts.index(max(counts))]
        match.misfit = f"{cell} IS NOT NULL AND ({match.value}) IS NULL"


def misfits(
    engine: duckdb.DuckDBPyConnection, source: str, matched: Matched, rejects: Rejects, label: str
) -> Iterator[tuple[int, str]]:
    """Tell each new row with a cell that its column cannot hold."""
    doubtful = [each for each in matched.columns if each.misfit and each.new]
    cells = ", ".join(f"({each.misfit}), new.{each.new.id}::VARCHAR" for each in doubtful if each.new)
    bad = " OR ".join(f"({each.misfit})" for each in doubtful)
    answer = engine.execute(f"SELECT {ROW}, {cells} FROM {source} WHERE {bad}")
    while rows := answer.fetchmany(1_000):
        for row, *pairs in rows:
            each, cell = next(
                (each, pairs[2 * place + 1]) for place, each in enumerate(doubtful) if pairs[2 * place]
            )
            kind = "number" if each.column.type == "number" else "date"
            reason = f"row {row + 1:,}: ‘{cell[:60]}’ is no {kind}, as ‘{each.column.name}’ holds"
            rejects.add(label, None, reason, cell)
            yield int(row), reason


def some_of(reasons: list[str]) -> str:
    """The first few, and how many more there are."""
    more = len(reasons) - NAMED
    return "; ".join(reasons[:NAMED]) + (f"; and {more:,} more" if more > 0 else "")


def join_media(base: VersionFolder, fresh: VersionFolder, each: Match, new: int, desk: Desk) -> None:
    """The files of a column, those of the new rows after the old ones: batch by batch, never all in memory."""
    for place in ("media", "thumbs"):
        first: Path = getattr(base, place)(each.column.id)
        if not first.exists():
            continue
        second: Path | None = getattr(fresh, place)(each.new.id) if each.new else None
        target: Path = getattr(desk.version, place)(each.column.id)
        target.parent.mkdir(parents=True, exist_ok=True)
        with pa.memory_map(str(first)) as mapped, pa.OSFile(str(target), "wb") as out:
            reader = pa.ipc.open_file(mapped)
            with pa.ipc.new_file(out, reader.schema) as writer:
                for block in range(reader.num_record_batches):
                    writer.write_batch(reader.get_batch(block))
                    desk.progress("files", block + 1, reader.num_record_batches, "blocks")
                if second is None or not second.exists():
                    writer.write_batch(pa.RecordBatch.from_pylist([{}] * new, schema=reader.schema))
                    continue
                with pa.memory_map(str(second)) as more:
                    theirs = pa.ipc.open_file(more)
                    for block in range(theirs.num_record_batches):
                        writer.write_batch(
                            theirs.get_batch(block).select(reader.schema.names).cast(reader.schema)
                        )
