"""Forgets deeper looks that a newer one at the same has replaced, with the sets of rows they found."""

from datetime import timedelta

import structlog
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.datasets.tables import Audit, RowSet
from app.db import now, open_session
from app.jobs.tables import Job
from app.settings import Settings
from app.storage import Store
from trainer.contract.events import ENDED

log = structlog.get_logger()

WHILE_OPEN = timedelta(hours=1)
"""So long after a newer look is done may a page still show the rows of an older one."""


def sweep_audits(engine: Engine, store: Store, settings: Settings) -> None:  # noqa: ARG001 - a round of the janitor
    """One round. The newest look that is done stays, and so does every slice that a person kept."""
    with open_session(engine) as db:
        old = list_replaced(db)
        files = [store.row_set(rows.id) for audit in old for rows in forget(db, audit)]
        db.commit()
    for path in files:
        path.unlink(missing_ok=True)
    if old:
        log.info("swept_audits", rows=len(old), freed=len(files))


def list_replaced(db: Session) -> list[Audit]:
    """Looks that have ended, and after which one at the same column of the same version is done."""
    looks = db.execute(
        select(Audit, Job.state, Job.ended_at)
        .join(Job, Job.id == Audit.job_id)
        .order_by(Audit.created_at.desc(), Audit.id)
    )
    replaced: list[Audit] = []
    done: set[tuple[str, str | None]] = set()
    for audit, state, ended_at in looks:
        about = (audit.version_id, audit.target)
        if about in done:
            replaced += [audit] if state in ENDED else []
        elif state == "done" and ended_at is not None and ended_at < now() - WHILE_OPEN:
            done.add(about)
    return replaced


def forget(db: Session, audit: Audit) -> list[RowSet]:
    """Delete a look and its sets of rows; those sets."""
    found = select(RowSet).where(RowSet.id.in_(audit.sets.values()), RowSet.kind != "slice")
    sets = list(db.scalars(found))
    for one in sets:
        db.delete(one)
    db.delete(audit)
    db.flush()
    return sets
