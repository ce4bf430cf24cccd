"""Frees what was deleted days ago, and the folders of versions that no row names any more."""

import shutil
import time
from datetime import timedelta

import structlog
from sqlalchemy import Engine, delete, exists, func, select
from sqlalchemy.orm import Session

from app.datasets.service import forget_uploads
from app.datasets.tables import Dataset, DatasetVersion, RowSet
from app.db import now, open_session
from app.jobs.tables import Job
from app.settings import Settings
from app.storage import Store
from app.versions.deleting import DAYS
from app.versions.tables import Mending
from trainer.contract.events import ENDED

log = structlog.get_logger()

MAKES_VERSIONS = ("import", "mend")
YOUNG = 3600.0
"""Seconds in which a folder without a row may still get one: the end of its job may not have been entered."""


def sweep_versions(engine: Engine, store: Store, settings: Settings) -> None:  # noqa: ARG001 - a round of the janitor
    """One round."""
    with open_session(engine) as db:
        rows = forget_deleted(db, store)
        db.commit()
    with open_session(engine, write=False) as db:
        freed = free_folders(db, store) + free_row_sets(db, store)
    if rows or freed:
        log.info("swept_versions", rows=rows, freed=freed)


def forget_deleted(db: Session, store: Store) -> int:
    """The rows of what was deleted so long ago that it cannot be undone any more."""
    before = now() - timedelta(days=DAYS)
    old = list(db.scalars(select(Dataset).where(Dataset.deleted_at < before)))
    for dataset in old:
        forget_uploads(db, store, dataset)
        db.execute(delete(Dataset).where(Dataset.id == dataset.id))
    versions = select(DatasetVersion.id).where(DatasetVersion.deleted_at < before)
    ids = list(db.scalars(versions))
    db.execute(delete(DatasetVersion).where(DatasetVersion.id.in_(ids)))
    return len(old) + len(ids)


def free_folders(db: Session, store: Store) -> int:
    """Remove folders of versions that no row names. While a version is being made none is touched: it may be one that
    is found again.
    """
    if db.scalar(select(exists().where(Job.verb.in_(MAKES_VERSIONS), Job.state.not_in(ENDED)))):
        return 0
    recent = now() - timedelta(seconds=YOUNG)
    if db.scalar(select(func.count()).where(Job.verb.in_(MAKES_VERSIONS), Job.ended_at > recent)):
        return 0
    used = set(db.scalars(select(DatasetVersion.hash)))
    used |= {hash for hash in db.scalars(select(DatasetVersion.root_hash)) if hash}
    used |= set(db.scalars(select(Mending.root_hash)))
    freed = 0
    for folder in store.datasets.iterdir():
        if folder.name not in used and time.time() - folder.lstat().st_mtime > YOUNG:
            shutil.rmtree(folder, ignore_errors=True)
            freed += 1
    return freed


def free_row_sets(db: Session, store: Store) -> int:
    """Remove sets of rows whose version is gone."""
    known = set(db.scalars(select(RowSet.id)))
    freed = 0
    for path in store.row_sets.glob("*.parquet"):
        if path.stem not in known and time.time() - path.lstat().st_mtime > YOUNG:
            path.unlink(missing_ok=True)
            freed += 1
    return freed
