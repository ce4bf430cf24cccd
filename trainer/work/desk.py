"""What one import works with, and how it tells how far it is and hears that it shall stop."""

import copy
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from trainer.contract.dataset import VersionFolder
from trainer.contract.events import ProgressPayload
from trainer.contract.folder import EventWriter, JobFolder
from trainer.work.content import Known

EVERY = 0.25
"""Seconds between two signs of progress."""


class Halted(Exception):
    """A word came from outside; nothing is kept of an import that did not end."""


class Desk:
    """What one import works with: the folder it fills, a scratch folder, and whom it tells."""

    def __init__(self, version: VersionFolder, scratch: Path, job: JobFolder, tell: EventWriter) -> None:
        self.version = version
        self.scratch = scratch
        self.threads = max(1, job.granted())
        self.known: Known | None = None
        """The hashes of the table that was measured last: naming the version needs them."""
        self._job = job
        self._tell = tell
        self._last = 0.0
        self._began = time.monotonic()

    def into(self, version: VersionFolder) -> "Desk":
        """The same desk for another folder to fill."""
        other = copy.copy(self)
        other.version = version
        return other

    def progress(self, phase: str, done: float, total: float, unit: str) -> None:
        """Tell how far a phase is, at most four times a second and at its end. Raises Halted when a word
        was left.
        """
        now = time.monotonic()
        if now - self._last < EVERY and done < total:
            return
        if self._job.word() is not None:
            raise Halted
        self._last = now
        took = now - self._began
        eta = took * (total - done) / done if done > 0 and took > 1.0 else None
        self._tell.write("progress", ProgressPayload(phase=phase, done=done, total=total, unit=unit, eta=eta))

    def begin(self, phase: str, total: float, unit: str) -> None:
        """A phase begins: its clock starts anew."""
        self._began, self._last = time.monotonic(), 0.0
        self.progress(phase, 0, total, unit)

    @contextmanager
    def watching(
        self, engine: duckdb.DuckDBPyConnection, phase: str, total: float, unit: str
    ) -> Iterator[None]:
        """Tell how far DuckDB is while it runs one long statement, and interrupt it when a word was left."""
        ended = threading.Event()

        def watch() -> None:
            while not ended.wait(EVERY):
                if self._job.word() is not None:
                    engine.interrupt()
                    return
                share = engine.query_progress()
                if 0 < share < 100:
                    self._tell.write(
                        "progress",
                        ProgressPayload(phase=phase, done=total * share / 100, total=total, unit=unit),
                    )

        self.begin(phase, total, unit)
        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        try:
            yield
        except duckdb.InterruptException:
            raise Halted from None
        finally:
            ended.set()
            watcher.join()
        self.progress(phase, total, total, unit)
