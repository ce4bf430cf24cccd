"""Tables: one, or several with the same columns."""

from trainer.contract.dataset import Profile, Schema
from trainer.contract.documents import write_document
from trainer.sources.rejects import Rejects
from trainer.sources.table import Table
from trainer.work.desk import Desk
from trainer.work.reading.look import look
from trainer.work.reading.several import read_several
from trainer.work.reading.typed import write_table


def read_tables(tables: list[Table], desk: Desk, rejects: Rejects) -> tuple[Schema, Profile]:
    """The table of what was brought: typed, written, measured. Several with the same columns become one."""
    if len(tables) > 1:
        return read_several(tables, desk, rejects)
    table = tables[0]
    guesses = write_table(table, desk, rejects, desk.version.table)
    names = dict(zip(table.ids(), table.names, strict=True))
    if table.choices is not None:
        write_document(desk.version.layout, table.choices)
    return look(names, guesses, desk, rejects, table.source, table.findings)
