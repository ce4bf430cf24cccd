"""``skillet doctor``: whether everything that Skillet needs is there, and what to do where it is not."""

import hashlib
import importlib.util
import json
import os
import shutil
import socket
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.db import is_at_head, make_engine, sqlite_warning
from app.pages import STATIC
from app.settings import Settings, list_unknown
from app.storage import Store

OLDEST_PYTHON = (3, 11)
ANSWER_TIME = 10.0
"""Seconds; a server that has just started is still loading its predictor."""


@dataclass(frozen=True)
class Check:
    """One line: what was looked at, what was found, and whether that will do."""

    ok: bool
    sentence: str


def well(sentence: str) -> Check:
    """It will do."""
    return Check(ok=True, sentence=sentence)


def bad(sentence: str) -> Check:
    """It will not do; the sentence says what to do."""
    return Check(ok=False, sentence=sentence)


def examine(settings: Settings) -> Iterator[Check]:
    """Every check, each independent of the others."""
    checks: list[Callable[[Settings], Check]] = [
        check_python, check_torch, check_settings, check_folder, check_space, check_database,
        check_browser_files, check_predictor,
    ]  # fmt: skip
    for check in checks:
        yield check(settings)


def check_python(_settings: Settings) -> Check:
    """Python's version."""
    found = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < OLDEST_PYTHON:
        return bad(f"Python is {found}. Install 3.11 or later.")
    return well(f"Python {found}")


def check_torch(_settings: Settings) -> Check:
    """Whether PyTorch is installed; not imported, which would take seconds."""
    if importlib.util.find_spec("torch") is None:
        return bad("PyTorch is not installed. Install it: pip install torch.")
    return well("PyTorch is installed")


def check_settings(_settings: Settings) -> Check:
    """Misspelt settings."""
    wrong = list_unknown(os.environ)
    return bad(" ".join(wrong)) if wrong else well("Settings are known")


def check_folder(settings: Settings) -> Check:
    """Whether the data folder can be written."""
    folder = settings.data if settings.data.exists() else settings.data.parent
    if not folder.exists() or not os.access(folder, os.W_OK | os.X_OK):
        return bad(f"The data folder {settings.data} cannot be written. Set SKILLET_DATA to one that can.")
    return well(f"Data folder {settings.data}")


def check_space(settings: Settings) -> Check:
    """Free room on its disk."""
    folder = next(folder for folder in (settings.data, *settings.data.parents) if folder.exists())
    free = shutil.disk_usage(folder).free
    if free < settings.free_space:
        return bad(
            f"Only {free / 1e9:.1f} GB are free on the disk of {settings.data}; uploads need "
            f"{settings.free_space / 1e9:.1f} GB. Make room, or set SKILLET_FREE_SPACE.",
        )
    return well(f"{free / 1e9:.0f} GB free")


def check_database(settings: Settings) -> Check:
    """Whether it answers, and whether its tables are those of this version."""
    if settings.database.startswith("sqlite:///"):
        file = settings.database.removeprefix("sqlite:///")
        if not os.path.exists(file):  # noqa: PTH110
            return well(f"Database {file} will be made by the first start")
    engine = make_engine(settings)
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
        if not is_at_head(engine):
            return bad("The tables are of another version. Start the server once: it brings them up to date.")
        if warning := sqlite_warning(engine):
            return bad(warning)
        return well(f"Database answers ({engine.dialect.name}), tables are up to date")
    except DBAPIError as error:
        reason = str(error.orig).strip().splitlines()[0]
        return bad(
            f"The database does not answer: {reason}. Look at SKILLET_DATABASE and that its server runs.",
        )
    finally:
        engine.dispose()


def check_browser_files(_settings: Settings) -> Check:
    """Whether the libraries for the browser are all there and unchanged."""
    what_to_do = "Run: python tools/vendor.py."
    manifest = STATIC / "vendor" / "manifest.json"
    if not manifest.exists():
        return bad(f"The browser's libraries are not in {manifest.parent}. {what_to_do}")
    for name, entry in json.loads(manifest.read_text())["files"].items():
        file = manifest.parent / name
        if not file.exists() or hashlib.sha256(file.read_bytes()).hexdigest() != entry["sha256"]:
            return bad(f"{file} is missing or changed. {what_to_do}")
    return well("The browser's libraries are all there")


def check_predictor(settings: Settings) -> Check:
    """Whether the predictor takes a connection, where a server runs on this folder."""
    store = Store(settings.data)
    if not store.processes_file.exists():
        return well("No server runs on this data folder, so no predictor either")
    until = time.monotonic() + ANSWER_TIME
    while not answers(str(store.predictor_socket)):
        if time.monotonic() > until:
            return bad(
                "The predictor does not answer. Look at the server's log, then start the server again."
            )
        time.sleep(0.2)
    return well("The predictor answers")


def answers(address: str) -> bool:
    """Whether something at the socket answers a question at all."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(ANSWER_TIME)
        try:
            connection.connect(address)
            connection.sendall(b'{"model": "", "rows": []}\n')
            return bool(connection.recv(1))
        except OSError:
            return False
