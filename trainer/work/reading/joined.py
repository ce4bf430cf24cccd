"""Tables that lie in an archive or a folder: the one, or several with the same columns as one."""

from trainer.contract.dataset import Finding, Profile, Schema
from trainer.sources import open_source
from trainer.sources.layouts.plan import Tables
from trainer.sources.layouts.tree import Tree
from trainer.sources.rejects import Rejects
from trainer.work.desk import Desk
from trainer.work.reading.tables import read_tables


def read_files(
    tables: Tables, tree: Tree, desk: Desk, rejects: Rejects, sheet: str | None
) -> tuple[Schema, Profile]:
    """The tables as they are read when they are brought by themselves. ``sheet``: the rule of a workbook's sheet."""
    opened = [
        open_source(tree.on_disk(entry), entry.file, tree.room(), rejects, sheet) for entry in tables.files
    ]
    schema, profile = read_tables(opened, desk, rejects)
    said = [Finding(kind="other", sentence=sentence) for sentence in tables.findings]
    return schema, profile.model_copy(update={"findings": [*said, *profile.findings]})
