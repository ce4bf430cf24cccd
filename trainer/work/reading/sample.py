"""One of the samples: a table goes the way of every CSV, pictures the way of every archive."""

from dataclasses import replace

from trainer.contract.dataset import Profile, Schema
from trainer.contract.samples import SAMPLES
from trainer.sources.csv import open_csv
from trainer.sources.refusal import Refused
from trainer.sources.rejects import Rejects
from trainer.sources.samples import MAKERS
from trainer.sources.synthetic import PICTURES
from trainer.work.desk import Desk
from trainer.work.reading.rows import read_plan
from trainer.work.reading.tables import read_tables


def make_sample(sample: str, desk: Desk, rejects: Rejects) -> tuple[Schema, Profile]:
    """A sample by its key. Raises Refused where there is none."""
    if sample not in SAMPLES:
        raise Refused(f"There is no sample ‘{sample}’. Choose one of {', '.join(SAMPLES)}.")
    said = SAMPLES[sample]
    if sample not in PICTURES:
        source = f"sample: {said.title}. {said.origin} {said.later}".rstrip()
        table = replace(open_csv(MAKERS[sample](desk.scratch), said.title, desk.scratch), source=source)
        return read_tables([table], desk, rejects)
    return read_plan(PICTURES[sample](), desk, rejects)
