"""What the rest of the app asks of jobs: queue one, ask it to pause, resume or stop, read what it told."""

from collections.abc import Iterable
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import new_id, now
from app.jobs.record import LIVE, hold, move, record
from app.jobs.tables import Job, JobEvent
from app.people.tables import User
from app.storage import Store
from trainer.contract.events import ENDED, Kind
from trainer.contract.order import Body, Order

Wish = Literal["pause", "resume", "stop"]

QUEUED = "Waiting for a free core."
PAUSED = "Paused. Nothing is lost: press Resume to go on from here."
STOPPED = "Stopped before it started."
RESUMED = "Waiting for a free core, then going on."
PAUSING = "Pausing: the step at hand is finished and saved first."
STOPPING = "Stopping: the step at hand is finished and what was learned is kept."
KEEPING = "Stopping: what was learned so far is being judged and kept."


def queue_job(db: Session, store: Store, owner: User, body: Body, lane: str = "cpu") -> Job:
    """A new job: first its folder with the order, then its row, seen by a worker when ``db`` is committed."""
    id = new_id()
    store.job(id).create(Order(job=id, body=body))
    job = Job(id=id, owner_id=owner.id, verb=body.verb, lane=lane, state="queued", sentence=QUEUED, seq=0)
    job.term = job.losses = job.offset = 0
    db.add(job)
    db.flush()
    record(db, job, "state", {"state": "queued", "sentence": QUEUED})
    return job


def ask(db: Session, job: Job, wish: Wish) -> None:
    """Take up what its owner wants: the state changes at once. Asking twice changes nothing.

    A job that never worked stops here, without its kind's ending being called: there is nothing to enter.
    """
    hold(db, job.id)
    if job.state in ENDED:
        return
    {"pause": _pause, "resume": _resume, "stop": _stop}[wish](db, job)


def _pause(db: Session, job: Job) -> None:
    if job.state == "queued" and job.wants is None:
        move(db, job, "paused", PAUSED)
    elif job.state in ("starting", "running"):
        job.wants = "pause"
        move(db, job, "pausing", PAUSING)


def _resume(db: Session, job: Job) -> None:
    if job.state == "paused":
        move(db, job, "queued", RESUMED if job.started_at else QUEUED)
    elif (
        job.state == "pausing"
    ):  # the process may have been told already: then it leaves and is claimed again
        job.wants = None
        move(db, job, "running", "Going on.")


def _stop(db: Session, job: Job) -> None:
    if job.state in LIVE:
        if job.state != "stopping":
            job.wants = "stop"
            move(db, job, "stopping", STOPPING)
    elif job.verb == "train" and find_last(db, job.id, "points") is not None:
        if job.wants != "stop":  # it has learned something: claimed once more, to judge and keep it
            job.wants = "stop"
            move(db, job, "queued", KEEPING)
    else:
        job.wants = None
        job.ended_at = now()
        move(db, job, "stopped", STOPPED)


def list_events(
    db: Session, job_id: str, after: int = 0, kinds: Iterable[Kind] | None = None
) -> list[JobEvent]:
    """Events after ``seq``, in order."""
    wanted = select(JobEvent).where(JobEvent.job_id == job_id, JobEvent.seq > after).order_by(JobEvent.seq)
    if kinds is not None:
        wanted = wanted.where(JobEvent.kind.in_(list(kinds)))
    return list(db.scalars(wanted))


def find_last(db: Session, job_id: str, kind: Kind) -> JobEvent | None:
    """The newest event of a kind."""
    wanted = select(JobEvent).where(JobEvent.job_id == job_id, JobEvent.kind == kind)
    return db.scalar(wanted.order_by(JobEvent.seq.desc()).limit(1))


def cursor(jobs: Iterable[Job]) -> str:
    """Where a page that shows these jobs stands: ``JOB:seq,JOB:seq``, for ``data-after`` of its stream."""
    return ",".join(f"{job.id}:{job.seq}" for job in jobs)
