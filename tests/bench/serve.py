"""Starting the web server, and what it weighs when nothing happens."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

from tests.support.server import AServer

STARTS = 3


def measure() -> dict[str, dict[str, Any]]:
    """``serve.cold``: command to first page answered, over importing the framework; ``serve.rss``."""
    bare = min(_bare_start() for _ in range(STARTS))
    cold, memory = [], []
    for _ in range(STARTS):
        with tempfile.TemporaryDirectory() as folder:
            started = time.perf_counter()
            with AServer(Path(folder)) as server:
                browser = server.a_browser()
                assert browser.get("/").status_code == 200
                cold.append(time.perf_counter() - started)
                browser.get("/datasets/new")
                time.sleep(1.0)
                memory.append(psutil.Process(server.pids["web"]).memory_info().rss / 2**20)
    return {
        "serve.cold": {
            "value": statistics.median(cold), "unit": "s", "bar": "<= 4", "holds": statistics.median(cold) <= 4,
            "against": f"importing fastapi and uvicorn alone: {bare:.2f} s",
        },
        "serve.rss": {
            "value": max(memory), "unit": "MB", "bar": "<= 200", "holds": max(memory) <= 200,
            "against": "the web process after two pages",
        },
    }  # fmt: skip


def _bare_start() -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import fastapi, uvicorn"], check=True, env=dict(os.environ))
    return time.perf_counter() - started
