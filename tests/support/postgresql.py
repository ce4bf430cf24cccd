"""PostgreSQL for tests: started on loopback in a folder of its own, ended by its id."""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import psycopg

from app.db import new_id

OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "max_connections": "100",
}


def find_postgresql() -> Path | None:
    """The folder with initdb and postgres, the newest first."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    on_path = shutil.which("postgres")
    if on_path:
        folders.append(Path(on_path).resolve().parent)
    return next(
        (folder for folder in folders if (folder / "initdb").exists() and (folder / "postgres").exists()),
        None,
    )


class PostgreSQL:
    """A server for the time of a ``with``. It refuses to run as root, so then it runs as nobody."""

    def __init__(self, programs: Path) -> None:
        self.programs = programs
        self.user = "nobody" if os.geteuid() == 0 else None

    def __enter__(self) -> Self:
        self.folder = Path(tempfile.mkdtemp(prefix="skillet-postgresql-"))
        if self.user:
            account = pwd.getpwnam(self.user)
            os.chown(self.folder, account.pw_uid, account.pw_gid)
        data = self.folder / "data"
        self._run(
            "initdb", "-D", str(data), "-U", "skillet", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"
        )
        self.port = free_port()
        options = [f"-c{name}={value}" for name, value in OPTIONS.items()]
        self.log = (self.folder / "log.txt").open("wb")
        self.process = subprocess.Popen(
            [str(self.programs / "postgres"), "-D", str(data), "-p", str(self.port), *options],
            cwd=self.folder, user=self.user, stdout=self.log, stderr=self.log, start_new_session=True,
        )  # fmt: skip
        self._wait()
        return self

    def __exit__(self, *_error: object) -> None:
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    @contextlib.contextmanager
    def database(self) -> Iterator[str]:
        """A fresh empty database, dropped afterwards; its SQLAlchemy URL."""
        name = f"test_{new_id().lower()}"
        with self._connect() as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield f"postgresql+psycopg://skillet@127.0.0.1:{self.port}/{name}"
        finally:
            with self._connect() as connection:
                connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(
            host="127.0.0.1", port=self.port, user="skillet", dbname="postgres", autocommit=True
        )

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(self.programs / program), *arguments],
            cwd=self.folder,
            user=self.user,
            check=True,
            capture_output=True,
        )

    def _wait(self) -> None:
        for _ in range(200):
            if self.process.poll() is not None:
                raise RuntimeError((self.folder / "log.txt").read_text())
            with contextlib.suppress(psycopg.OperationalError), self._connect():
                return
            time.sleep(0.05)
        raise RuntimeError("PostgreSQL did not answer within 10 s.")


def free_port() -> int:
    """A port on loopback that nobody listens on now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
