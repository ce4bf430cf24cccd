"""A large upload through the real server, beside a plain copy of the same bytes through the same kind of socket.

``SKILLET_BENCH_UPLOAD_GB`` shrinks it (5 by default). The bytes are sent from memory by one client over loopback, in
chunks as large as the browser's; the copy is received by a bare process that writes and syncs its file. Both in turns.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from tests.support.server import AServer
from tests.support.uploads import BYTES, TUS, an_upload

ROOT = Path(__file__).resolve().parents[2]
GB = float(os.environ.get("SKILLET_BENCH_UPLOAD_GB", "5"))
CHUNK = 64 * 2**20
ROUNDS = 2
SPEED_BAR = 0.8
MEMORY_BAR = 64
COPY = """
import os, socket, sys
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
line, _ = listener.accept()
buffer = bytearray(1 << 20)
with open(sys.argv[1], "wb", buffering=0) as file:
    while count := line.recv_into(buffer):
        file.write(memoryview(buffer)[:count])
    os.fsync(file.fileno())
line.sendall(b"done")
"""


def measure() -> dict[str, dict[str, Any]]:
    """Speed beside the plain copy, and how much the web server's memory grows meanwhile."""
    place = ROOT / "build" / "bench-uploads"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    chunk = os.urandom(CHUNK)
    count = max(1, round(GB * 1e9 / CHUNK))
    copies: list[float] = []
    uploads: list[float] = []
    growth = 0.0
    try:
        with AServer(place, upload_limit=int(GB * 4e9)) as server:
            upload(server, chunk, 4)  # the first requests of a process load and fill what all later ones use
            for _ in range(ROUNDS):
                copies.append(copy(place / "copy", chunk, count))
                seconds, grown = upload(server, chunk, count)
                uploads.append(seconds)
                growth = max(growth, grown)
    finally:
        shutil.rmtree(place, ignore_errors=True)
    size = count * CHUNK
    speed = min(copies) / min(uploads)
    rates = f"plain copy {size / min(copies) / 1e6:.0f} MB/s, ours {size / min(uploads) / 1e6:.0f} MB/s"
    return {
        "upload.5g": {
            "value": round(speed, 3), "unit": "x", "bar": f">= {SPEED_BAR}", "holds": speed >= SPEED_BAR,
            "against": f"{rates}; {size / 1e9:.1f} GB over loopback, synced",
        },
        "upload.rss": {
            "value": round(growth), "unit": "MB", "bar": f"<= {MEMORY_BAR}", "holds": growth <= MEMORY_BAR,
            "against": f"the web server's memory before the first of {size / 1e9:.1f} GB",
        },
    }  # fmt: skip


def copy(path: Path, chunk: bytes, count: int) -> float:
    """Seconds that a bare process takes for it."""
    process = subprocess.Popen([sys.executable, "-c", COPY, str(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    port = int(process.stdout.readline())
    with socket.create_connection(("127.0.0.1", port)) as line:
        began = time.perf_counter()
        for _ in range(count):
            line.sendall(chunk)
        line.shutdown(socket.SHUT_WR)
        assert line.recv(4) == b"done"
        took = time.perf_counter() - began
    process.wait()
    assert path.stat().st_size == count * len(chunk)
    path.unlink()
    return took


def upload(server: AServer, chunk: bytes, count: int) -> tuple[float, float]:
    """Seconds that the server takes for it, and the growth of its memory in MB."""
    browser = server.a_browser() if not server.browsers else server.browsers[0]
    id = an_upload(browser, "noise.bin", count * len(chunk))
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    headers = {**BYTES, "Cookie": cookie, "Sec-Fetch-Site": "same-origin"}
    line = HTTPConnection(server.base_url.removeprefix("http://"))
    before = memory(server)
    peak = [before]
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(0.05):
            peak[0] = max(peak[0], memory(server))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        began = time.perf_counter()
        for number in range(count):
            headers["Upload-Offset"] = str(number * len(chunk))
            line.request("PATCH", f"/uploads/{id}", body=chunk, headers=headers)
            answer = line.getresponse()
            answer.read()
            assert answer.status == 204, answer.status
        took = time.perf_counter() - began
    finally:
        ended.set()
        watcher.join()
        line.close()
    assert (server.data / "uploads" / id).stat().st_size == count * len(chunk)
    assert browser.delete(f"/uploads/{id}", headers=TUS).status_code == 204
    return took, peak[0] - before


def memory(server: AServer) -> float:
    """MB that the web server holds now."""
    status = Path(f"/proc/{server.pids['web']}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+)", status)
    assert found is not None
    return int(found.group(1)) / 1024
