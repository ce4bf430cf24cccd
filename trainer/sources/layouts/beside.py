"""Pictures or sounds with a table: one of its columns names the file, the others are what is known about it.

Two rules: Hugging Face's ``imagefolder`` and ``audiofolder``, where each folder may have its ``metadata`` with a column
``file_name``; and any one table in which a column turns out to hold the names of the files.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice

from trainer.sources.brought import Entry
from trainer.sources.layouts.class_folders import KINDS
from trainer.sources.layouts.named_rows import READ, Cells, column_names, read_rows
from trainer.sources.layouts.plan import Cell, Field, Fit, Plan, Row
from trainer.sources.layouts.tree import Finder, Tree, counted
from trainer.sources.rejects import Rejects
from trainer.sources.zips import Damaged

FILE_NAME = "file_name"
LOOKED = 300
"""Rows whose cells are tried as names of files."""
MOST_TABLES = 20
LEAST = 0.5
"""Share of these that must be found."""


@dataclass(frozen=True)
class Named:
    """A table, and which of its columns names the files."""

    entry: Entry
    names: list[str]
    column: int


def look_for_metadata(tree: Tree) -> Fit:
    """Fits where ``metadata`` tables have a column ``file_name``."""
    kind = kind_of(tree)
    if kind is None:
        return Fit("There are no pictures and no sounds.")
    found: list[Named] = []
    for entry in tree.tables:
        if entry.stem.casefold() == "metadata" and entry.ending in READ:
            try:
                names = column_names(tree, entry)
            except Damaged as error:
                return Fit(f"‘{entry.label}’ cannot be read: {error}")
            if FILE_NAME not in names:
                return Fit(f"‘{entry.label}’ has no column ‘{FILE_NAME}’; it has {', '.join(names[:5])}.")
            found.append(Named(entry, names, names.index(FILE_NAME)))
    if not found:
        return Fit("There is no table called metadata (csv, jsonl or parquet).")
    others = [name for name in found[0].names if name != FILE_NAME]
    why = f"{counted(len(found), 'metadata table', 'metadata tables')} with ‘{FILE_NAME}’ and {', '.join(others[:4])}."
    return Fit(why, partial(plan, tree, kind, found))


def look_for_names(tree: Tree) -> Fit:
    """Fits where half of a column's cells are names of files that are there."""
    kind = kind_of(tree)
    if kind is None:
        return Fit("There are no pictures and no sounds.")
    tables = [entry for entry in tree.tables if entry.ending in READ][:MOST_TABLES]
    if not tables:
        return Fit(f"There is no table beside the {KINDS[kind][2]}.")
    finder = Finder(tree, tree.kinds[kind], stems=True)
    best: tuple[float, Named] | None = None
    for entry in tables:
        try:
            found = best_column(tree, entry, finder)
        except Damaged:
            continue
        if found and (best is None or found[0] > best[0]):
            best = found
    if best is None or best[0] < LEAST:
        return Fit(f"No column of a table holds the names of the {KINDS[kind][2]}.")
    named = best[1]
    others = [name for place, name in enumerate(named.names) if place != named.column]
    why = f"Column ‘{named.names[named.column]}’ of ‘{named.entry.file}’ names the {KINDS[kind][2]}"
    known = f"; what is known of them: {', '.join(others[:4])}" if others else ""
    return Fit(f"{why}{known}.", partial(plan, tree, kind, [named]))


def kind_of(tree: Tree) -> str | None:
    """What there is more of."""
    if not tree.pictures and not tree.sounds:
        return None
    return "picture" if len(tree.pictures) >= len(tree.sounds) else "sound"


def best_column(tree: Tree, entry: Entry, finder: Finder) -> tuple[float, Named] | None:
    """The column with most names of files, and their share of its first cells."""
    names = column_names(tree, entry)
    rows = [cells for _, cells in islice(read_rows(tree, entry), LOOKED)]
    shares = [
        sum(
            1
            for cells in rows
            if cells[place] and not isinstance(finder.find(cells[place] or "", entry.folder), str)
        )
        / max(1, len(rows))
        for place in range(len(names))
    ]
    if not shares:
        return None
    place = max(range(len(shares)), key=shares.__getitem__)
    return shares[place], Named(entry, names, place)


def plan(tree: Tree, kind: str, tables: list[Named], rejects: Rejects) -> Plan:
    """A row for each row of the tables whose file is there; the other columns are typed as every table is."""
    name, type, plural = KINDS[kind]
    finder = Finder(tree, tree.kinds[kind], stems=True)
    known: dict[str, None] = {}
    for table in tables:
        known |= dict.fromkeys(n for place, n in enumerate(table.names) if place != table.column)
    others = list(known)
    split = any(tree.part(table.entry) for table in tables)
    used = [*tree.kinds[kind], *(table.entry for table in tables)]
    findings = tree.reject_rest(rejects, used, f"{plural} and their table")
    seen: set[int] = set()

    def rows() -> Iterator[Row]:
        for table in tables:
            for line, thing, cells in named_things(tree, table, finder, rejects):
                seen.add(id(thing))
                by_name = dict(zip(table.names, cells, strict=True))
                row: list[Cell] = [thing, *(by_name.get(other) for other in others)]
                yield Row([*row, *([tree.part(thing)] if split else [])], f"{table.entry.label}, line {line}")
        for thing in tree.kinds[kind]:
            if id(thing) not in seen:
                rejects.add(thing.label, None, "no row of the table names it")

    first = tables[0]
    called = name if first.names[first.column] == FILE_NAME else first.names[first.column]
    if called in others:
        called = f"{called} ({name})"
    fields = [Field(called, type), *(Field(other, "cell") for other in others)]
    if split:
        fields.append(Field("part", "part", "names of the folders"))
    tables_words = ", ".join(f"‘{table.entry.file}’" for table in tables[:2])
    source = f"{tree.brought.words} of {plural} with the table {tables_words}"
    return Plan(fields, rows(), len(tree.kinds[kind]), source, findings)


def named_things(
    tree: Tree, table: Named, finder: Finder, rejects: Rejects
) -> Iterator[tuple[int, Entry, Cells]]:
    """The rows of a table with the files that they name; rows whose file is missing are told."""
    try:
        for line, cells in read_rows(tree, table.entry, rejects):
            called = cells[table.column] or ""
            thing = finder.find(called, near=table.entry.folder) if called.strip() else "it names no file"
            if isinstance(thing, str):
                rejects.add(table.entry.label, line, thing, ", ".join(cell or "" for cell in cells))
            else:
                yield line, thing, cells
    except Damaged as error:
        rejects.add(table.entry.label, None, str(error))
