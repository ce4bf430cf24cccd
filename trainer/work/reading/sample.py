"""One of the samples: written as a file, then read as if a person had brought it."""

from dataclasses import replace

from trainer.contract.dataset import Profile, Schema
from trainer.contract.order import ImportOrder, SourceFile
from trainer.contract.samples import SAMPLES
from trainer.sources.csv import open_csv
from trainer.sources.refusal import Refused
from trainer.sources.rejects import Rejects
from trainer.sources.samples import MAKERS
from trainer.work.desk import Desk
from trainer.work.reading.archive import find_brought, read_brought
from trainer.work.reading.tables import read_tables


def make_sample(sample: str, desk: Desk, rejects: Rejects) -> tuple[Schema, Profile]:
    """A sample by its key. Raises Refused where there is none."""
    if sample not in SAMPLES:
        raise Refused(f"There is no sample ‘{sample}’. Choose one of {', '.join(SAMPLES)}.")
    said = SAMPLES[sample]
    source = f"sample: {said.title}. {said.origin} {said.later}".rstrip()
    desk.begin("making the sample", said.rows, "rows")
    path = MAKERS[sample](desk.scratch)
    order = ImportOrder(datasets=desk.version.path.parent, files=[SourceFile(path=path, filename=path.name)])
    brought = find_brought(order, desk.scratch)
    if brought is None:
        return read_tables([replace(open_csv(path, said.title, desk.scratch), source=source)], desk, rejects)
    with brought:
        schema, found = read_brought(brought, order, desk, rejects)
    return schema, found.model_copy(update={"source": source})
