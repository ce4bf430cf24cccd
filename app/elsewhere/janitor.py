"""Forgets fetches that ended days ago, and removes what a worker that died had fetched."""

import shutil
import time
from datetime import timedelta

import structlog
from sqlalchemy import Engine, delete, func, select

from app.db import now, open_session
from app.elsewhere.tables import ENDED, Fetch
from app.settings import Settings
from app.storage import Store

log = structlog.get_logger()

DAYS = 7
"""So long does the page of a fetch that ended say how it ended."""
YOUNG = 3600.0
"""Seconds in which a folder may belong to a fetch that is just being taken up or ended."""


def sweep_fetches(engine: Engine, store: Store, settings: Settings) -> None:  # noqa: ARG001 - a round of the janitor
    """One round. What waits or is fetched is never touched; what it became stays."""
    ended = func.coalesce(Fetch.seen_at, Fetch.created_at)
    with open_session(engine) as db:
        gone = delete(Fetch).where(Fetch.state.in_(ENDED), ended < now() - timedelta(days=DAYS))
        rows = len(list(db.scalars(gone.returning(Fetch.id))))
        going_on = set(db.scalars(select(Fetch.id).where(Fetch.state.not_in(ENDED))))
        db.commit()
    freed = 0
    for folder in store.fetches.iterdir():
        old = time.time() - folder.lstat().st_mtime > YOUNG
        if old and not any(folder.name.startswith(f"{id}-") for id in going_on):
            shutil.rmtree(folder, ignore_errors=True)
            freed += 1
    if rows or freed:
        log.info("swept_fetches", rows=rows, freed=freed)
