"""How a job's row and its events change: under the row's lock, gap-free, refused when the term is stale.

**Who numbers events.** ``JobEvent.seq`` is given here, when an event is stored: ``job.seq + 1`` in the
transaction that holds the row. Events of the trainer and the states that only the app knows (queued,
paused, lost and resuming ...) are thus one gap-free sequence, and the id of the event stream. The number
inside ``events.jsonl`` is the trainer's own and is not used; how far that file was taken over is
``job.offset``, moved in the same transaction.
"""

import time
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.jobs.tables import Job, JobEvent
from trainer.contract.events import ENDED, State

LIVE = frozenset({"starting", "running", "pausing", "stopping"})
"""A process works on it, or should."""
WAITING = frozenset({"queued", "paused"})
SHORT = ("import", "baseline", "mend", "rank")
"""Verbs that a person waits for, looking at the page: they go first and take one thread."""


class StaleTerm(Exception):
    """The job was given to another claim meanwhile: what this one still writes must not count."""


def hold(db: Session, job_id: str, term: int | None = None) -> Job:
    """The job, locked until the transaction ends (SQLite: its transactions lock from their start).

    With ``term`` only while that claim is the job's; else, or when the job was deleted, raises StaleTerm.
    """
    wanted = select(Job).where(Job.id == job_id, *(() if term is None else (Job.term == term,)))
    job = db.scalar(wanted.with_for_update().execution_options(populate_existing=True))
    if job is None:
        raise StaleTerm(f"Job {job_id} is no longer in term {term}.")
    return job


def record(db: Session, job: Job, kind: str, payload: dict[str, Any], at: float | None = None) -> None:
    """Store the next event of a held job."""
    db.execute(insert(JobEvent), [next_row(job, kind, payload, time.time() if at is None else at)])


def next_row(job: Job, kind: str, payload: dict[str, Any], at: float) -> dict[str, Any]:
    """The row of the next event of a held job, for one insert of many."""
    job.seq += 1
    return {
        "job_id": job.id,
        "seq": job.seq,
        "owner_id": job.owner_id,
        "time": at,
        "kind": kind,
        "payload": payload,
    }


def move(db: Session, job: Job, state: State, sentence: str) -> None:
    """Change a held job's state and tell it."""
    sentence = storable(sentence)
    job.state, job.sentence = state, sentence
    if state in WAITING or state in ENDED:
        job.worker = job.lease_until = None
    db.flush()
    record(db, job, "state", {"state": state, "sentence": sentence})


def storable(text: str) -> str:
    """Text without NUL, which PostgreSQL's text cannot hold."""
    return text.replace("\x00", "")
