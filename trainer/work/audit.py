"""A deeper look at a version, as a job: near copies, leaks, likely wrong labels."""

import time
from typing import Any

from trainer.audit import Look, audit
from trainer.audit.parts import read_parts
from trainer.contract.dataset import Column, Schema, VersionFolder
from trainer.contract.documents import read_document
from trainer.contract.events import ProgressPayload
from trainer.contract.folder import EventWriter, JobFolder
from trainer.contract.order import AuditOrder
from trainer.contract.outcome import Outcome
from trainer.contract.results import AuditResults
from trainer.limits import confine
from trainer.split import divide

EVERY = 0.5
"""Seconds between two signs of progress."""
SECONDS = 3 * 3_600
MEMORY = 6 << 30
FILE_BYTES = 1 << 30
SMALL = 500_000
"""Cells of a table."""
FEW_PICTURES = 5_000


class Halted(Exception):
    """A word came from outside."""


class Teller:
    """Passes on how far a phase is, twice a second, and hears the words left meanwhile."""

    def __init__(self, job: JobFolder, tell: EventWriter) -> None:
        self.job, self.tell, self.last, self.phase = job, tell, 0.0, ""

    def hear(self, phase: str, done: float, total: float) -> None:
        """Called at every small step. Raises Halted when a word was left."""
        now = time.monotonic()
        if phase == self.phase and now - self.last < EVERY:
            return
        self.phase, self.last = phase, now
        if self.job.word() is not None:
            raise Halted
        words = phase[:1].upper() + phase[1:]
        self.tell.write(
            "progress", ProgressPayload(phase=phase, done=done, total=max(total, 1), sentence=words)
        )
        self.job.pulse(0, self.job.granted())


def run(
    order: AuditOrder, job: JobFolder, tell: EventWriter, *, confined: bool = False
) -> dict[str, Any] | Outcome:
    """Look deeper. Results: ``AuditResults``; sets of rows lie in ``job.results.rows``."""
    if confined:
        confine(SECONDS, MEMORY, FILE_BYTES)
    version = VersionFolder(order.version)
    schema = read_document(version.schema, Schema)
    look = Look(
        version=version,
        schema=schema,
        folder=job.results.rows("any").parent,
        tell=Teller(job, tell).hear,
        threads=threads_for(schema, job),
        target=find_target(schema, order),
        inputs=[schema.column(id) for id in order.question.inputs] if order.question else None,
        parts=divide(version, order.question).parts if order.question else read_parts(version, schema),
    )
    try:
        found = audit(look)
    except Halted:
        if job.word() == "stop":
            return Outcome(state="stopped", sentence="Stopped: nothing was kept of this look.")
        return Outcome(state="paused", sentence="Paused: the look starts again from its beginning.")
    target = look.target.id if look.target else None
    return AuditResults(target=target, findings=found).model_dump(mode="json")


def threads_for(schema: Schema, job: JobFolder) -> int:
    """One thread where there is little to do: threads that wait for each other take longer than one that does not."""
    pictured = any(c.type in ("image", "audio") for c in schema.columns)
    small = schema.rows * len(schema.columns) < SMALL and not (pictured and schema.rows > FEW_PICTURES)
    return 1 if small else max(1, job.granted())


def find_target(schema: Schema, order: AuditOrder) -> Column | None:
    """The column whose labels are doubted; raises ValueError in words where there is none of that id."""
    id = order.question.target if order.question else order.target
    if id is None:
        return None
    try:
        return schema.column(id)
    except KeyError:
        raise ValueError(
            f"This table has no column ‘{id}’ any more. Choose another one to look at."
        ) from None
