"""From a job's folder into rows: every event once, in order, whatever died in between.

The trainer appends to ``events.jsonl``; ``job.offset`` says how many bytes of it are rows. Both move in one
transaction, so a file that is read again is never stored twice, and events written while the database was
away are taken over later.

The row's ``seq`` is given when an event is stored (``app.jobs.record``). Payload, kind and time stay the
trainer's, save for ``state``: the row is the truth about states, so of the trainer's own only *running* is
taken over, and only while nothing else was asked for. How it ended is told by the outcome, in the
transaction that ends the row.
"""

from dataclasses import dataclass
from itertools import islice

from pydantic import ValidationError
from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.jobs.record import next_row, storable
from app.jobs.tables import Job, JobEvent
from trainer.contract.events import Event
from trainer.contract.folder import JobFolder

AT_ONCE = 1000
RUNNING = "Running."


@dataclass(frozen=True)
class Taken:
    """What one look found: how many events, and what could not be read (the job cannot go on then)."""

    events: int
    broken: str | None = None


def take_over(db: Session, job: Job, folder: JobFolder, at_once: int = AT_ONCE) -> Taken:
    """Store at most ``at_once`` new events of a held job's folder."""
    start = job.offset
    rows = []
    broken = None
    seen = 0
    try:
        for event, after in islice(folder.read_events(job.offset), at_once):
            job.offset = after
            seen += 1
            if event.kind == "state":
                if not _starts(job, event):
                    continue
            elif job.state == "starting":
                rows.append(next_row(job, "state", {"state": "running", "sentence": RUNNING}, event.time))
                job.state, job.sentence = "running", RUNNING
            elif event.kind == "progress" and job.state == "running" and event.payload.get("sentence"):
                job.sentence = storable(str(event.payload["sentence"]))
            rows.append(next_row(job, event.kind, event.payload, event.time))
    except ValidationError:
        broken = f"Line {seen + 1} after byte {start} of {folder.events_file.name} is not an event."
    db.flush()
    if rows:
        db.execute(insert(JobEvent), rows)
    return Taken(seen, broken)


def take_over_all(db: Session, job: Job, folder: JobFolder) -> None:
    """Store every event that can be read, at a job's end."""
    while True:
        taken = take_over(db, job, folder)
        if taken.broken or not taken.events:
            return


def _starts(job: Job, event: Event) -> bool:
    """Whether a state that the trainer tells is news: it runs, and nobody asked for anything else."""
    if event.payload.get("state") != "running" or job.state not in ("starting", "running"):
        return False
    job.state, job.sentence = "running", storable(str(event.payload.get("sentence") or RUNNING))
    return True
