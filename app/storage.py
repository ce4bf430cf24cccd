"""Where files lie. Every path is computed here from ids and hashes; no person ever names one."""

import fcntl
import os
import re
import socket
from pathlib import Path
from typing import IO

from trainer.contract.dataset import VersionFolder
from trainer.contract.folder import JobFolder

ID = re.compile(r"[A-Za-z0-9]{1,64}")


class FolderInUse(Exception):
    """Another server has this data folder."""


class Store:
    """The data folder. ``Store(root).create()`` makes it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.uploads = root / "uploads"
        self.fetches = root / "fetches"
        self.datasets = root / "datasets"
        self.row_sets = root / "rowsets"
        self.prepared = root / "prepared"
        self.jobs = root / "jobs"
        self.spill = root / "spill"
        self.collections = root / "collections"
        self.predictor_socket = root / "predictor.sock"
        self.lock_file = root / "lock"
        self.processes_file = root / "processes.json"
        self.worker_sign = root / "worker.alive"

    def create(self) -> None:
        """Make the folder, readable by nobody else, and the rooms in it."""
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        for folder in (
            self.uploads,
            self.fetches,
            self.datasets,
            self.row_sets,
            self.prepared,
            self.jobs,
            self.spill,
        ):
            folder.mkdir(exist_ok=True)
        self.collections.mkdir(exist_ok=True)

    def upload(self, id: str) -> Path:
        """The file with the bytes of an upload."""
        return self.uploads / _checked(id)

    def version(self, hash: str) -> VersionFolder:
        """A dataset version."""
        return VersionFolder(self.datasets / _checked(hash))

    def row_set(self, id: str) -> Path:
        """The rows of a ``RowSet``."""
        return self.row_sets / f"{_checked(id)}.parquet"

    def item(self, collection: str, id: str) -> Path:
        """The bytes of an example that was made in the browser."""
        return self.collections / _checked(collection) / _checked(id)

    def job(self, id: str) -> JobFolder:
        """A job's folder."""
        return JobFolder(self.jobs / _checked(id))

    def lock(self) -> IO[str]:
        """Hold the folder until the returned file is closed or this process dies; raises FolderInUse in
        words.
        """
        file = self.lock_file.open("a+", encoding="utf-8")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "another process"
            file.close()
            raise FolderInUse(
                f"The data folder {self.root} is already served by {holder}. "
                "Stop that server first, or give this one its own folder with --data."
            ) from None
        file.truncate(0)
        file.write(f"process {os.getpid()} on {socket.gethostname()}\n")
        file.flush()
        return file


def _checked(id: str) -> str:
    """Ids come from our own rows; anything else here is a bug that must not reach the file system."""
    if not ID.fullmatch(id):
        raise ValueError(f"{id!r} is not an id.")
    return id
