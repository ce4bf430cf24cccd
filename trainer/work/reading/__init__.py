"""What a person brought -> the files of a version. Each kind of thing has a file of its own."""

from trainer.contract.dataset import Profile, Schema
from trainer.contract.order import ImportOrder
from trainer.sources import open_source
from trainer.sources.refusal import Refused
from trainer.sources.rejects import Rejects
from trainer.work.desk import Desk
from trainer.work.reading.archive import find_brought, read_brought
from trainer.work.reading.sample import make_sample
from trainer.work.reading.tables import read_tables


def read(order: ImportOrder, desk: Desk) -> tuple[Schema, Profile]:
    """Fill the version folder but for its documents. Raises Refused in words."""
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
            tables.append(open_source(file.path, file.filename, scratch, rejects, order.rule))
        return read_tables(tables, desk, rejects)
