"""Who works on what: a claim has a term and a lease, and is one UPDATE, so no job is claimed twice."""

from collections.abc import Mapping, Sequence

from sqlalchemy import CursorResult, case, func, select, update
from sqlalchemy.orm import Session

from app.db import now
from app.jobs.clock import db_time
from app.jobs.record import LIVE, SHORT, hold, move
from app.jobs.tables import Job

STARTING = "Starting."


def list_waiting(db: Session, lanes: Sequence[str]) -> set[tuple[str, str]]:
    """Lane and verb of what is queued: one look into an index, cheap enough for every tick."""
    wanted = select(Job.lane, Job.verb).where(Job.lane.in_(lanes), Job.state == "queued").distinct()
    return {(lane, verb) for lane, verb in db.execute(wanted)}


def claim(db: Session, worker: str, lease: float, lane: str, verbs: Sequence[str]) -> Job | None:
    """Take the next job, in a new term, held until the transaction ends; None when nothing waits.

    Order: the owner with the fewest at work; what a person waits for (import, baseline) before training;
    the owner who was served longest ago; age.
    """
    queued = (Job.lane == lane, Job.state == "queued", Job.verb.in_(verbs))
    share = (
        select(
            Job.owner_id,
            func.sum(case((Job.state.in_(LIVE), 1), else_=0)).label("working"),
            func.max(Job.started_at).label("served"),
        )
        .where(Job.owner_id.in_(select(Job.owner_id).where(*queued)))
        .group_by(Job.owner_id)
        .subquery()
    )
    chosen = (
        select(Job.id)
        .join(share, share.c.owner_id == Job.owner_id)
        .where(*queued)
        .order_by(
            share.c.working,
            case((Job.verb.in_(SHORT), 0), else_=1),
            share.c.served.nulls_first(),
            Job.created_at,
            Job.id,
        )
        .limit(1)
        .with_for_update(skip_locked=True, of=Job)
        .scalar_subquery()
    )
    taken = db.execute(
        update(Job)
        .where(Job.id == chosen, Job.state == "queued")
        .values(
            state="starting",
            worker=worker,
            term=Job.term + 1,
            lease_until=db_time() + lease,
            started_at=func.coalesce(Job.started_at, now()),
        )
        .returning(Job.id)
        .execution_options(synchronize_session=False)
    ).scalar()
    if taken is None:
        return None
    job = hold(db, taken)
    move(db, job, "stopping" if job.wants == "stop" else "starting", job.sentence if job.wants else STARTING)
    return job


def renew(db: Session, claims: Mapping[str, int], lease: float) -> set[str]:
    """Prolong the leases of ``{job: term}``; answers those that are no longer this worker's."""
    stale = set()
    for job, term in sorted(claims.items()):
        done = db.execute(
            update(Job)
            .where(Job.id == job, Job.term == term, Job.state.in_(LIVE))
            .values(lease_until=db_time() + lease)
            .execution_options(synchronize_session=False)
        )
        if not isinstance(done, CursorResult) or done.rowcount != 1:
            stale.add(job)
    return stale


def list_at_work(db: Session, lanes: Sequence[str]) -> list[tuple[str, str | None, bool]]:
    """Every job at work: id, worker, and whether that has been silent for longer than its lease."""
    wanted = select(Job.id, Job.worker, Job.lease_until < db_time()).where(
        Job.lane.in_(lanes), Job.state.in_(LIVE)
    )
    return [(id, worker, bool(expired)) for id, worker, expired in db.execute(wanted)]


def is_expired(db: Session, job: Job) -> bool:
    """Whether a held job's lease has passed, by the database's clock."""
    return job.state in LIVE and bool(db.scalar(select(Job.lease_until < db_time()).where(Job.id == job.id)))
