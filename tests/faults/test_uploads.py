"""kill -9 of the web server while several people send: every file arrives as it was, and nothing is left over."""

import hashlib
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from app.datasets.janitor import sweep
from app.db import make_engine
from app.settings import Settings
from app.storage import Store
from tests.support.server import AServer
from tests.support.uploads import an_upload, ask, send

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]
KILLS = 3
SENDERS = 4
SIZE = 30_000_000
CHUNK = 2_000_000


@pytest.fixture
def server(tmp_path: Path) -> Iterator[AServer]:
    with AServer(tmp_path) as server:
        yield server


class Sender(threading.Thread):
    """Sends one file as a browser does: asks how far it is after each broken line."""

    def __init__(self, server: AServer, browser: httpx2.Client) -> None:
        super().__init__(daemon=True)
        self.content = os.urandom(SIZE)
        self.browser = httpx2.Client(
            base_url=server.base_url, headers=browser.headers, cookies=browser.cookies, timeout=20
        )
        self.id = an_upload(self.browser, "noise.bin", SIZE)
        self.broken = 0

    def run(self) -> None:
        offset = 0
        while offset < SIZE:
            try:
                answer = send(self.browser, self.id, offset, self.content[offset : offset + CHUNK])
                if answer.status_code != 204:
                    answer = ask(self.browser, self.id)
                offset = int(answer.headers["Upload-Offset"])
            except (httpx2.TransportError, KeyError):
                self.broken += 1
                time.sleep(0.05)
                offset = self.ask_patiently()

    def ask_patiently(self) -> int:
        while True:
            try:
                return int(ask(self.browser, self.id).headers["Upload-Offset"])
            except (httpx2.TransportError, KeyError):
                time.sleep(0.05)


def test_every_file_arrives_whatever_dies(server: AServer) -> None:
    browser = server.a_browser()
    senders = [Sender(server, browser) for _ in range(SENDERS)]
    for sender in senders:
        sender.start()
    for turn in range(KILLS):
        goal = SIZE * SENDERS * (turn + 1) // (KILLS + 2)
        until = time.monotonic() + 60
        while sum(path.stat().st_size for path in (server.data / "uploads").iterdir()) < goal:
            assert time.monotonic() < until, "nothing arrives any more"
            time.sleep(0.002)
        server.kill("web")
    for sender in senders:
        sender.join(120)
        assert not sender.is_alive()
        sender.browser.close()
    assert sum(sender.broken for sender in senders) >= KILLS
    for sender in senders:
        path = server.data / "uploads" / sender.id
        assert hashlib.sha256(path.read_bytes()).digest() == hashlib.sha256(sender.content).digest()
    settings = Settings(data=server.data)
    engine = make_engine(settings)
    sweep(engine, Store(server.data), settings)
    engine.dispose()
    assert {path.name for path in (server.data / "uploads").iterdir()} == {sender.id for sender in senders}
