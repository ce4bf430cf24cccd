"""What a person brought -> the files of a version. Each kind of thing has a file of its own."""

from collections.abc import Mapping

from trainer.contract.dataset import Profile, Schema, VersionFolder
from trainer.contract.documents import read_document, write_document
from trainer.contract.order import ImportOrder
from trainer.sources import open_source
from trainer.sources.refusal import Refused
from trainer.sources.rejects import Rejects
from trainer.work.desk import Desk
from trainer.work.reading.append import append
from trainer.work.reading.archive import find_brought, read_brought
from trainer.work.reading.sample import make_sample
from trainer.work.reading.tables import read_tables


def read(order: ImportOrder, desk: Desk) -> tuple[Schema, Profile]:
    """Fill the version folder but for its documents. Raises Refused in words."""
    if order.onto is None:
        return read_new(order, desk, {})
    base = VersionFolder(order.onto)
    fresh = VersionFolder(desk.scratch / "fresh")
    fresh.path.mkdir()
    wanted = {column.name: column.type for column in read_document(base.schema, Schema).columns}
    schema, found = read_new(order, desk.into(fresh), wanted)
    write_document(fresh.schema, schema)
    write_document(fresh.profile, found)
    names = ", ".join(file.filename for file in order.files[:3]) + (", …" if order.files[3:] else "")
    return append(base, fresh, names, order.part, desk)


def read_new(order: ImportOrder, desk: Desk, wanted: Mapping[str, str]) -> tuple[Schema, Profile]:
    """Read what was brought by itself. ``wanted``: types that columns of a table shall have if they can, by name."""
    rule = order.rule or (f"sheet:{order.sheet}" if order.sheet else None)
    with Rejects(desk.version.rejects) as rejects:
        if order.sample is not None:
            return make_sample(order.sample, desk, rejects)
        if not order.files:
            raise Refused("The order names neither a file nor a sample.")
        brought = find_brought(order, desk.scratch)
        if brought is not None:
            with brought:
                return read_brought(brought, order, desk, rejects)
        tables = []
        for place, file in enumerate(order.files):
            scratch = desk.scratch / f"source-{place}"
            scratch.mkdir()
            tables.append(open_source(file.path, file.filename, scratch, rejects, rule))
        return read_tables(tables, desk, rejects, wanted)
