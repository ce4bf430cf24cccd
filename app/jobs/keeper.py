"""The keeper: a thread that renews the leases of this worker's jobs, and stops what it could not renew.

A lease that cannot be renewed for two thirds of its length (the database is away, or this worker was
asleep) is taken as lost: the child is told to save and leave. Should it not, it ends itself before the
lease does (``app.jobs.child``).
"""

import threading
from collections.abc import Mapping

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from app.db import open_session
from app.jobs.claim import renew
from app.jobs.clock import steady
from app.jobs.limits import Limits
from app.jobs.running import Running

log = structlog.get_logger()


class Keeper:
    """Renews every third of a lease while the worker's own loop steps."""

    def __init__(self, engine: Engine, running: Mapping[str, Running], limits: Limits) -> None:
        self._engine = engine
        self._running = running
        self._limits = limits
        self._ended = threading.Event()
        self._beat = steady()
        self._thread = threading.Thread(target=self._keep, name="keeper", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, and wait for it."""
        self._ended.set()
        self._thread.join()

    def beat(self) -> None:
        """The worker's loop steps. A worker that hangs must not hold its jobs for ever."""
        if not self._thread.is_alive():
            raise RuntimeError("The thread that renews leases has ended.")
        self._beat = steady()

    def _keep(self) -> None:
        while not self._ended.wait(min(1.0, self._limits.lease / 12)):
            running = [found for found in list(self._running.values()) if not found.stale]
            if steady() - self._beat < 2 * self._limits.lease:
                self._renew([found for found in running if steady() - found.renewed > self._limits.lease / 3])
            for found in running:
                if steady() - found.renewed > self._limits.lease * 2 / 3 and not found.leaving:
                    log.warning("lease_not_renewed", job=found.id)
                    found.leaving = True
                    if found.child is not None:
                        found.child.tap()  # and no word in the folder, which may be another's by now

    def _renew(self, due: list[Running]) -> None:
        if not due:
            return
        asked = steady()
        try:
            with open_session(self._engine) as db:
                stale = renew(db, {found.id: found.term for found in due}, self._limits.lease)
                db.commit()
        except SQLAlchemyError as error:
            log.warning("renewal_failed", error=str(error).splitlines()[0])
            return
        for found in due:
            if found.id in stale:
                # ended a moment ago by its own worker, or given to another: nothing more is written for it
                found.stale = found.id in self._running
                continue
            found.renewed = asked
            if found.child is not None:
                found.child.prolong(found.deadline)
