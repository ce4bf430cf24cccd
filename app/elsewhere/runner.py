"""Fetching, in threads of the worker's process: the web server never waits for another server.

A fetch is claimed by one worker, tells its row how far it is, and ends as an upload that is imported like any other.
"""

import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import structlog
from sqlalchemy import Engine, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.db import now, open_session
from app.elsewhere.desk import Desk, Fetched
from app.elsewhere.kinds import KINDS
from app.elsewhere.tables import Fetch
from app.errors import Refusal
from app.people.tables import User
from app.settings import Settings
from app.storage import Store
from app.uploads.room import brought, make_room, reserve
from app.uploads.tables import Upload

log = structlog.get_logger()

AT_ONCE = 2
LOOK = 1.0
"""Seconds between two looks for something to fetch."""
SILENT = timedelta(seconds=120)
"""Without a sign, after which who fetched is taken for dead."""
UNKNOWN = "Something went wrong inside Skillet while this was fetched; the server has noted it. Try again."
LOST = "The server stopped while this was fetched. Try again."

Arrived = Callable[[Session, Store, User, Upload], str]
"""What becomes of an upload that came: the id of its dataset."""


class Stopped(Exception):
    """Its owner does not want it any more."""


@dataclass(frozen=True)
class Runner:
    """What every fetch needs."""

    engine: Engine
    store: Store
    settings: Settings
    arrived: Arrived

    def work_until(self, stop: threading.Event) -> None:
        """Take up what is queued, two at a time, until ``stop`` is set."""
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="fetch") as pool:
            slots = threading.BoundedSemaphore(AT_ONCE)
            while not stop.wait(LOOK):
                try:
                    self.end_lost()
                    while slots.acquire(blocking=False):
                        id = self.claim()
                        if id is None:
                            slots.release()
                            break
                        pool.submit(self.run, id, stop).add_done_callback(lambda _: slots.release())
                except SQLAlchemyError as error:  # the database is away: the next look tries again
                    log.warning("no_look_for_fetches", error=str(error).splitlines()[0])

    def claim(self) -> str | None:
        """The id of the fetch that waits longest, now this worker's; None where none waits."""
        with open_session(self.engine, write=False) as db:
            queued = select(Fetch.id).where(Fetch.state == "queued").order_by(Fetch.created_at).limit(1)
            id = db.scalar(queued)
        if id is None:
            return None
        with open_session(self.engine) as db:
            mine = update(Fetch).where(Fetch.id == id, Fetch.state == "queued")
            taken = db.execute(mine.values(state="running", seen_at=now()).returning(Fetch.id)).scalar()
            db.commit()
        return taken

    def end_lost(self) -> None:
        """Fetches whose worker died end in words, and what had come of them is removed."""
        with open_session(self.engine, write=False) as db:
            lost = Fetch.state.in_(("running", "stopping")) & (Fetch.seen_at < now() - SILENT)
            ids = list(db.scalars(select(Fetch.id).where(lost)))
        for id in ids:
            self.end(id, "failed", LOST)
            for folder in self.store.fetches.glob(f"{id}-*"):
                shutil.rmtree(folder, ignore_errors=True)

    def run(self, id: str, stop: threading.Event) -> None:
        """Fetch, keep, import: every way that it may end is entered."""
        folder = Path(tempfile.mkdtemp(prefix=f"{id}-", dir=self.store.fetches))
        try:
            fetched = self.fetch(id, folder, stop)
            self.import_it(id, fetched)
        except Stopped:
            self.end(id, "stopped", "Stopped. Nothing of it was kept.")
        except Refusal as refusal:
            self.end(id, "failed", refusal.sentence)
        except Exception:
            log.exception("fetch_failed", fetch=id)
            self.end(id, "failed", LOST if stop.is_set() else UNKNOWN)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def fetch(self, id: str, folder: Path, stop: threading.Event) -> Fetched:
        """Get it, with the limits of its owner."""
        with open_session(self.engine) as db:
            wish = db.get_one(Fetch, id)
            owner = db.get_one(User, wish.owner_id)
            left = self.settings.person_bytes - brought(db, owner).bytes
            make_room(db, self.store, self.settings, wish.source[:80], 1)
            db.commit()
        free = (shutil.disk_usage(self.store.root).free - self.settings.free_space) // 3
        limit = max(0, min(self.settings.upload_limit, left, free))
        until = time.monotonic() + self.settings.fetch_minutes * 60
        desk = Desk(folder, self.settings, limit, until, lambda done, total: self.tell(id, done, total, stop))
        return KINDS[wish.kind].fetch(wish.source, desk)

    def tell(self, id: str, done: int, total: int | None, stop: threading.Event) -> None:
        """How far it is; raises Stopped when that is wanted."""
        if stop.is_set():
            raise Refusal(LOST)
        with open_session(self.engine) as db:
            wish = db.get_one(Fetch, id)
            if wish.state != "running":
                raise Stopped
            wish.done, wish.total, wish.seen_at = done, total, now()
            db.commit()

    def import_it(self, id: str, fetched: Fetched) -> None:
        """An upload of what came, and its import."""
        with open_session(self.engine) as db:
            wish = db.get_one(Fetch, id, with_for_update=True)
            if wish.state != "running":
                raise Stopped
            owner = db.get_one(User, wish.owner_id)
            size = fetched.path.stat().st_size
            upload = reserve(db, self.store, self.settings, owner, fetched.filename, size)
            fetched.path.chmod(0o600)
            fetched.path.replace(self.store.upload(upload.id))
            wish.dataset_id = self.arrived(db, self.store, owner, upload)
            wish.state, wish.sentence, wish.done, wish.total = (
                "done",
                "It came, and is being read.",
                size,
                size,
            )
            db.commit()

    def end(self, id: str, state: str, sentence: str) -> None:
        """Enter how it ended."""
        with open_session(self.engine) as db:
            db.execute(update(Fetch).where(Fetch.id == id).values(state=state, sentence=sentence))
            db.commit()
