"""Removes the examples of collections that no row names any more."""

import shutil
import time

import structlog
from sqlalchemy import Engine, select

from app.db import open_session
from app.labels.tables import Collection
from app.settings import Settings
from app.storage import Store

log = structlog.get_logger()

YOUNG = 3600.0
"""Seconds in which a folder may get its row: the transaction of its first example may not have ended."""


def sweep_collections(engine: Engine, store: Store, settings: Settings) -> None:  # noqa: ARG001 - a round of the janitor
    """One round."""
    old = [path for path in store.collections.iterdir() if time.time() - path.lstat().st_mtime > YOUNG]
    with open_session(engine, write=False) as db:
        known = set(db.scalars(select(Collection.id)))
    gone = [folder for folder in old if folder.name not in known]
    for folder in gone:
        shutil.rmtree(folder, ignore_errors=True)
    if gone:
        log.info("swept_collections", freed=len(gone))
