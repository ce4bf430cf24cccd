"""Several tables at once: with the same columns they become one, which says where each row came from."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from trainer.columns.infer import TWO, Guess
from trainer.columns.measure import one
from trainer.columns.reading import Reading
from trainer.contract.dataset import Column, Profile, Schema
from trainer.sources.engine import literal, open_engine
from trainer.sources.refusal import Refused
from trainer.sources.rejects import Rejects
from trainer.sources.table import Table
from trainer.work.desk import Desk
from trainer.work.reading.look import look
from trainer.work.reading.typed import write_table

PARTS = {
    "train": "train", "training": "train", "test": "test", "testing": "test", "holdout": "test", "valid": "validation",
    "validation": "validation", "val": "validation", "dev": "validation", "eval": "validation",
}  # fmt: skip
WORD = re.compile(r"[a-z]+")
MOST = 1_000
NAMED = 5


def read_several(
    tables: Sequence[Table], desk: Desk, rejects: Rejects, wishes: Mapping[str, str]
) -> tuple[Schema, Profile]:
    """One table of all rows, in the order of the files, with a column that says which file or part each came from.

    ``wishes``: how columns shall be read where they can, by name.
    """
    if len(tables) > MOST:
        raise Refused(f"These are {len(tables):,} tables; Skillet joins up to {MOST:,}. Join some before.")
    same_columns(tables)
    names = tables[0].names
    guesses, pieces = write_pieces(tables, desk, rejects, wishes)
    parts = name_parts([table.label for table in tables])
    values = parts or name_files([table.label for table in tables])
    extra = f"c{len(names)}"
    selected = " UNION ALL ".join(
        f"SELECT {', '.join(f'{place} AS c{n}' for n, place in enumerate(places))}, {literal(value)} AS {extra} "
        f"FROM read_parquet({literal(str(piece))})"
        for (piece, places), value in zip(pieces, values, strict=True)
    )
    with open_engine(desk.scratch, desk.version.path, threads=desk.threads, scratch=desk.scratch) as engine:
        target = literal(str(desk.version.table))
        with desk.watching(engine, "joining the tables", len(tables), "tables"):
            engine.execute(f"COPY ({selected}) TO {target} (FORMAT parquet, PRESERVE_ORDER true)")
    kind = "part" if parts else "file"
    ours = dict(zip((f"c{n}" for n in range(len(names))), names, strict=True)) | {
        extra: free_name(kind, names)
    }
    known = {f"c{n}": guesses[name] for n, name in enumerate(names)} | {
        extra: Guess(Reading("text", lambda _: True, "{x}", "", native=True), category=True)
    }
    said = [f"‘{table.label}’: {sentence}" for table in tables for sentence in table.findings]
    sources = list(dict.fromkeys(table.source for table in tables))
    source = (
        f"{len(tables)} tables with the same columns: {'; '.join(sources[:3])}{'; …' if sources[3:] else ''}"
    )
    schema, found = look(ours, known, desk, rejects, source, said)
    columns = [*schema.columns[:-1], said_of(schema.columns[-1], kind, len(tables))]
    return schema.model_copy(update={"columns": columns}), found


def said_of(column: Column, kind: str, files: int) -> Column:
    """The column of parts or files, with its role and reason."""
    if kind == "part":
        reason = f"the names of the {files} files say which part of the split their rows are for"
        return column.model_copy(update={"role": "part", "reason": reason})
    return column.model_copy(update={"reason": f"the names of the {files} files"})


def same_columns(tables: Sequence[Table]) -> None:
    """Raise Refused, in words, where two tables do not have the same columns."""
    first = tables[0]
    for other in tables[1:]:
        lacking = [name for name in first.names if name not in other.names]
        more = [name for name in other.names if name not in first.names]
        if not lacking and not more:
            continue
        differs = []
        if lacking:
            differs.append(f"only ‘{first.label}’ has {listed(lacking)}")
        if more:
            differs.append(f"only ‘{other.label}’ has {listed(more)}")
        raise Refused(
            f"The tables do not have the same columns: {', and '.join(differs)}. Name the columns alike to join the "
            "tables, or bring each table as a dataset of its own."
        )


def listed(names: list[str]) -> str:
    """Some names of columns, for a sentence."""
    shown = ", ".join(f"‘{name[:60]}’" for name in names[:NAMED])
    more = len(names) - NAMED
    return shown + (f" and {more} more {'column' if more == 1 else 'columns'}" if more > 0 else "")


def write_pieces(
    tables: Sequence[Table], desk: Desk, rejects: Rejects, wishes: Mapping[str, str]
) -> tuple[dict[str, Guess], list[tuple[Path, list[str]]]]:
    """Each table as a piece whose columns are of the same types; how each column (by name) was read, and the pieces
    with the ids of their columns in the order of the first table.
    """
    names = tables[0].names
    found: list[dict[str, Guess]] = [{} for _ in tables]
    wanted = {name: kind for name, kind in wishes.items() if name in names}
    stale = set(range(len(tables)))
    targets = []
    for place in range(len(tables)):
        folder = desk.scratch / f"piece-{place}"
        folder.mkdir()
        targets.append(folder / "piece.parquet")
    while stale:
        for place in sorted(stale):
            ids = ids_of(tables[place])
            asked = {ids[name]: kind for name, kind in wanted.items()}
            if found[place]:  # read again: its damaged lines are told already
                with Rejects(desk.scratch / "told.parquet") as told:
                    guesses = write_table(tables[place], desk, told, targets[place], asked)
            else:
                guesses = write_table(tables[place], desk, rejects, targets[place], asked)
            found[place] = {name: guesses[ids[name]] for name in names}
        stale = set()
        for name in names:
            kinds = [guessed[name].reading.type for guessed in found]
            if len(set(kinds)) > 1:
                other = next((kind for kind in kinds if kind != "text"), "text")
                alike = {*kinds} == {other, "text"} and wanted.get(name) != other
                wanted[name] = other if alike else "text"
                stale |= {place for place, kind in enumerate(kinds) if kind != wanted[name]}
        if not stale and (more := not_two_together(names, found, pieces_of(tables, targets), desk)):
            wanted |= dict.fromkeys(more, "number")
            stale = set(range(len(tables)))
    return {name: first_of([guessed[name] for guessed in found]) for name in names}, pieces_of(
        tables, targets
    )


def pieces_of(tables: Sequence[Table], targets: list[Path]) -> list[tuple[Path, list[str]]]:
    """Each piece with the ids of its columns in the order of the first table."""
    return [
        (target, [ids_of(table)[name] for name in tables[0].names])
        for table, target in zip(tables, targets, strict=True)
    ]


def not_two_together(
    names: list[str], found: list[dict[str, Guess]], pieces: list[tuple[Path, list[str]]], desk: Desk
) -> list[str]:
    """Columns that are a choice of two numbers in each table, but not of the same two."""
    taken = [place for place, name in enumerate(names) if all(guessed[name].why == TWO for guessed in found)]
    if not taken:
        return []
    cells = " UNION ALL ".join(
        f"SELECT {', '.join(f'{ids[place]} AS c{place}' for place in taken)} FROM read_parquet({literal(str(piece))})"
        for piece, ids in pieces
    )
    counts = ", ".join(f"count(DISTINCT c{place})" for place in taken)
    with open_engine(desk.scratch, threads=desk.threads, scratch=desk.scratch) as engine:
        kinds = one(engine, f"SELECT {counts} FROM ({cells})")
    return [names[place] for place, count in zip(taken, kinds, strict=True) if count != 2]


def ids_of(table: Table) -> dict[str, str]:
    """Name -> id of the columns of a table."""
    return dict(zip(table.names, table.ids(), strict=True))


def first_of(guesses: list[Guess]) -> Guess:
    """What is said of a column that several tables have: the first that has something to say."""
    return next((one for one in guesses if one.why), guesses[0])


def name_parts(labels: Sequence[str]) -> list[str] | None:
    """train, validation or test for each file, where their names say so; None where they do not.

    A file that says nothing is for training where all others are not.
    """
    found = [
        next((PARTS[word] for word in WORD.findall(label.casefold()) if word in PARTS), None)
        for label in labels
    ]
    if len({*found} - {None}) == 0 or found.count(None) > 1 or len({*found}) < 2:
        return None
    if None in found and "train" in found:
        return None
    return [one or "train" for one in found]


def name_files(labels: Sequence[str]) -> list[str]:
    """The names of files as values of a column: without their ending, all different."""
    stems = [label.rsplit(".", 1)[0] or label for label in labels]
    if len(set(stems)) == len(stems):
        return stems
    return [
        f"{label} ({place + 1})" if labels.count(label) > 1 else label for place, label in enumerate(labels)
    ]


def free_name(name: str, taken: list[str]) -> str:
    """The name, or one like it that no column has."""
    unique, number = name, 1
    while unique in taken:
        number += 1
        unique = f"{name} ({number})"
    return unique
