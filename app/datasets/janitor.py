"""Ends uploads whose time has passed, and removes bytes that belong to nobody any more.

What is being sent (its file is locked or young) or read (its job has not ended) is
never touched, whatever its age.
"""

import fcntl
import time
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy import Engine, delete, or_, select
from sqlalchemy.orm import Session

from app.datasets.tables import Dataset
from app.db import now, open_session
from app.jobs.tables import Job
from app.settings import Settings
from app.storage import Store
from app.uploads.receiving import touched
from app.uploads.tables import Upload
from trainer.contract.events import ENDED

log = structlog.get_logger()

YOUNG = 3600.0
"""Seconds in which a file without a row may still get one: its transaction may not have ended."""


def sweep(engine: Engine, store: Store, settings: Settings) -> None:
    """One round."""
    with open_session(engine) as db:
        ended = end_abandoned(db, store, now() - timedelta(hours=settings.unfinished_hours))
        let_go = let_go_read(db, store, now() - timedelta(hours=settings.raw_hours))
        db.commit()
    orphans = remove_orphans(engine, store)
    if ended or let_go or orphans:
        log.info("swept", abandoned=ended, read=let_go, orphans=orphans)


def end_abandoned(db: Session, store: Store, before: datetime) -> int:
    """Rows and bytes of uploads that nobody went on with since ``before``, or whose dataset or import was deleted."""
    gone = or_(
        Upload.job_id.is_(None),
        Upload.job_id.not_in(select(Job.id)),
        Upload.dataset_id.not_in(select(Dataset.id)),
    )
    ended = 0
    for upload in db.scalars(select(Upload).where(gone).with_for_update()):
        abandoned = upload.job_id is not None or touched(store, upload) < before
        if abandoned and remove_unlocked(store.upload(upload.id)):
            db.execute(delete(Upload).where(Upload.id == upload.id))
            ended += 1
    return ended


def let_go_read(db: Session, store: Store, before: datetime) -> int:
    """The bytes of uploads whose import ended before that time; the rows stay, and count in what a person brought."""
    wanted = (
        select(Upload).join(Job, Job.id == Upload.job_id).where(Job.state.in_(ENDED), Job.ended_at < before)
    )
    let_go = 0
    for upload in db.scalars(wanted.with_for_update(of=Upload)):
        path = store.upload(upload.id)
        if path.exists():
            path.unlink(missing_ok=True)
            let_go += 1
    return let_go


def remove_orphans(engine: Engine, store: Store) -> int:
    """Files without a row, left by a process that died between making one and the other."""
    old = [path for path in store.uploads.iterdir() if time.time() - path.lstat().st_mtime > YOUNG]
    with open_session(engine, write=False) as db:
        known = set(db.scalars(select(Upload.id).where(Upload.id.in_([path.name for path in old]))))
    orphans = [path for path in old if path.name not in known]
    return sum(remove_unlocked(path) for path in orphans)


def remove_unlocked(path: Path) -> bool:
    """Remove a file unless somebody writes to it now. True also when it is gone already."""
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink(missing_ok=True)
    except FileNotFoundError:
        return True
    except BlockingIOError:
        return False
    return True
