"""Tables in an archive: the only one, or several with the same columns, as one table that names their files."""

from functools import partial

from trainer.sources.brought import Entry
from trainer.sources.layouts.named_rows import table_of
from trainer.sources.layouts.plan import Fit, Tables
from trainer.sources.layouts.tree import Tree, counted
from trainer.sources.refusal import Refused
from trainer.sources.rejects import Rejects

TEXT = ("csv", "tsv", "tab", "txt")
MOST_TEXTS = 20
"""So many texts are looked at for columns: more of them are no tables."""
STEADY = 0.9
"""Share of its first lines that must have the same number of cells for a .txt to be a table."""


def find_tables(tree: Tree) -> list[Entry]:
    """Files that are tables: by their ending, or texts with columns where there is nothing else."""
    if tree.tables or tree.pictures or tree.sounds or len(tree.texts) > MOST_TEXTS:
        return tree.tables
    return [entry for entry in tree.texts if is_table(tree, entry)]


def is_table(tree: Tree, entry: Entry) -> bool:
    """Whether a text has columns: at least two, and nearly the same number in every line."""
    try:
        layout = table_of(tree, entry).layout
    except Refused:
        return False
    if layout.width < 2 or not layout.rows:
        return False
    with table_of(tree, entry).path.open("rb") as file:
        lines = sum(1 for line in file.read(1 << 18).splitlines() if line.strip())
    return len(layout.rows) + layout.header >= STEADY * min(lines, len(layout.rows) + 400)


def look_for_one(tree: Tree) -> Fit:
    """Fits where there is one table."""
    tables = find_tables(tree)
    if not tables:
        return Fit("There is no table.")
    if len(tables) > 1:
        return Fit(f"There are {len(tables):,} tables.")
    return Fit(f"‘{tables[0].file}’ is a table.", partial(plan, tree, tables))


def look_for_several(tree: Tree) -> Fit:
    """Fits where there are tables with the same columns."""
    tables = find_tables(tree)
    if len(tables) < 2:
        return Fit(f"There {'is one table' if tables else 'are no tables'}.")
    names: set[str] | None = None
    for entry in tables:
        if entry.ending not in TEXT:
            continue  # what else is a table tells its columns only when it is read
        try:
            found = table_of(tree, entry).names
        except Refused as error:
            return Fit(f"‘{entry.file}’: {error}")
        if names is not None and set(found) != names:
            return Fit(
                f"The tables have different columns: ‘{tables[0].file}’ has {', '.join(sorted(names)[:5])}; "
                f"‘{entry.file}’ has {', '.join(found[:5])}."
            )
        names = set(found)
    columns = f" with the same columns ({', '.join(sorted(names)[:5])})" if names else ""
    return Fit(f"{counted(len(tables), 'table', 'tables')}{columns}.", partial(plan, tree, tables))


def plan(tree: Tree, tables: list[Entry], rejects: Rejects) -> Tables:
    """The files of the tables; the others are told."""
    return Tables(tables, tree.reject_rest(rejects, tables, "tables"))
