"""How long an event takes from the trainer to a browser, with one viewer and with 200.

The real server (``skillet serve``: web server, worker) with a job in a child of the worker that tells five
points a second; the viewers read sockets in this process. The time is taken from the event's own, written
by the child, to its receipt. Everything shares this machine's cores, the viewers too.
"""

import asyncio
import os
import signal
import statistics
import tempfile
from pathlib import Path
from typing import Any

import uvloop

from app.db import make_engine, open_session
from app.jobs.record import hold
from app.jobs.service import ask
from app.settings import Settings
from app.storage import Store
from tests.app.jobs.world import AWorker, a_job, a_user, wait_for
from tests.support.people import a_token
from tests.support.server import AServer
from tests.support.stream import listen

SECONDS = float(os.environ.get("SKILLET_BENCH_SECONDS", "15"))
VIEWERS_OF_A_SESSION = 5
BAR = 250.0
"""Milliseconds."""
EVERY = 0.2


def measure() -> dict[str, dict[str, Any]]:
    """p50 is told in words, p99 is the value."""
    return {f"stream.p99_{viewers}": measure_with(viewers) for viewers in (1, 200)}


def measure_with(viewers: int) -> dict[str, Any]:
    """Serve, train, watch."""
    with tempfile.TemporaryDirectory() as folder, AServer(Path(folder)) as server:
        settings = Settings(data=server.data)
        engine, store = make_engine(settings), Store(settings.data)
        os.kill(server.pids["worker"], signal.SIGSTOP)  # its place is taken by one whose children do as told
        user = a_user(engine)
        tokens = [a_token(engine, user) for _ in range(-(-viewers // VIEWERS_OF_A_SESSION))]
        with AWorker(engine, settings, lease=30.0):
            id = a_job(engine, store, user, steps=1_000_000, seconds=EVERY, every=1_000_000)
            wait_for(lambda: store.job(id).events_file.exists(), 30)
            port = int(server.base_url.rsplit(":", 1)[1])
            latencies = uvloop.run(
                watch(port, id, [tokens[n // VIEWERS_OF_A_SESSION] for n in range(viewers)])
            )
            with open_session(engine) as db:
                ask(db, hold(db, id), "stop")
                db.commit()
        engine.dispose()
        os.kill(server.pids["worker"], signal.SIGCONT)
    latencies.sort()
    p99 = latencies[int(len(latencies) * 0.99)]
    return {
        "value": p99,
        "unit": "ms",
        "bar": f"<= {BAR:g}",
        "holds": p99 <= BAR,
        "against": f"p50 {statistics.median(latencies):.0f} ms of {len(latencies)} receipts",
    }


async def watch(port: int, id: str, tokens: list[str]) -> list[float]:
    """Milliseconds of each receipt by each viewer, after all are connected."""
    latencies: list[float] = []
    ready = asyncio.Semaphore(0)
    begin = asyncio.Event()

    async def view(token: str) -> None:
        async with listen(port, id, token, f"{id}:999999") as reader:
            assert reader.status == 200, reader.body
            ready.release()
            async for message in reader.messages():
                if message.kind == "points" and begin.is_set():
                    latencies.append((message.at - message.data["time"]) * 1000)

    tasks = [asyncio.create_task(view(token)) for token in tokens]
    for _ in tokens:
        await asyncio.wait_for(ready.acquire(), 60)
    await asyncio.sleep(1.0)
    begin.set()
    await asyncio.sleep(SECONDS)
    for task in tasks:
        task.cancel()
    left = [error for error in await asyncio.gather(*tasks, return_exceptions=True) if not cancelled(error)]
    assert not left, f"Viewers were let go: {left[:3]!r}"
    assert len(latencies) >= len(tokens) * SECONDS / EVERY * 0.8, "events are missing"
    return latencies


def cancelled(end: object) -> bool:
    """Whether a viewer watched until we let it go."""
    return isinstance(end, asyncio.CancelledError)
