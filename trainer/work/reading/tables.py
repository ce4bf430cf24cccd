"""Tables: one, or several with the same columns."""

from collections.abc import Mapping
from types import MappingProxyType

from trainer.contract.dataset import Profile, Schema
from trainer.contract.documents import write_document
from trainer.sources.rejects import Rejects
from trainer.sources.table import Table
from trainer.work.desk import Desk
from trainer.work.reading.look import look
from trainer.work.reading.several import read_several
from trainer.work.reading.typed import write_table

READ_AS = {"number": "number", "datetime": "datetime", "tags": "tags", "category": "text", "text": "text"}
"""How a column of a type is read from cells."""
NOTHING: Mapping[str, str] = MappingProxyType({})


def read_tables(
    tables: list[Table], desk: Desk, rejects: Rejects, wanted: Mapping[str, str] = NOTHING
) -> tuple[Schema, Profile]:
    """The table of what was brought: typed, written, measured. Several with the same columns become one.

    ``wanted``: types that columns shall have where their cells allow it, by name.
    """
    asked = {name: READ_AS[kind] for name, kind in wanted.items() if kind in READ_AS}
    if len(tables) > 1:
        return read_several(tables, desk, rejects, asked)
    table = tables[0]
    ids = dict(zip(table.names, table.ids(), strict=True))
    wishes = {ids[name]: kind for name, kind in asked.items() if name in ids}
    guesses = write_table(table, desk, rejects, desk.version.table, wishes)
    names = dict(zip(table.ids(), table.names, strict=True))
    if table.choices is not None:
        write_document(desk.version.layout, table.choices)
    return look(names, guesses, desk, rejects, table.source, table.findings)
