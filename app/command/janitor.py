"""The janitor: a round through all rooms, run by every worker now and then."""

import threading
from collections.abc import Callable

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from app.datasets.janitor import sweep
from app.datasets.older_looks import sweep_audits
from app.elsewhere.janitor import sweep_fetches
from app.labels.janitor import sweep_collections
from app.settings import Settings
from app.storage import Store
from app.versions.janitor import sweep_versions

log = structlog.get_logger()

EVERY = 600.0
"""Seconds between two rounds."""
ROOMS: tuple[Callable[[Engine, Store, Settings], None], ...] = (
    sweep,
    sweep_fetches,
    sweep_audits,
    sweep_versions,
    sweep_collections,
)


def sweep_until(engine: Engine, store: Store, settings: Settings, stop: threading.Event) -> None:
    """A round at once, then one every ten minutes, until ``stop`` is set."""
    while True:
        for room in ROOMS:
            try:
                room(engine, store, settings)
            except (SQLAlchemyError, OSError) as error:  # the next round tries again
                log.warning("sweep_failed", room=room.__name__, error=str(error).splitlines()[0])
        if stop.wait(EVERY):
            return
