"""The real server, as a person starts it: ``skillet serve`` on a free port of loopback, with a folder of its
own.
"""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Self

import httpx2

ROOT = Path(__file__).parent.parent.parent
LINK = re.compile(r"http://\S+/enter/\S+")


class AServer:
    """Runs while the ``with`` lasts, and ends by its id. ``kill`` and ``start`` may be called in between."""

    def __init__(self, folder: Path, **settings: object) -> None:
        self.data = folder / "data"
        self.log_file = folder / "server.log"
        self.words_file = folder / "server.out"
        self.environment = {
            name: value for name, value in os.environ.items() if not name.startswith("SKILLET_")
        }
        self.environment |= {f"SKILLET_{name.upper()}": str(value) for name, value in settings.items()}
        self.environment |= {"SKILLET_DATA": str(self.data)}
        self.environment.setdefault("SKILLET_PORT", "0")
        self.process: subprocess.Popen[bytes] | None = None
        self.browsers: list[httpx2.Client] = []

    def start(self, patience: float = 60.0) -> Self:
        """Start it and wait until it answers."""
        command = [sys.executable, "-m", "app.cli", "serve"]
        with self.log_file.open("ab") as log, self.words_file.open("wb") as words:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdin=subprocess.DEVNULL, stdout=words, stderr=log
            )
        until = time.monotonic() + patience
        while "Skillet is ready" not in self.words:
            if self.process.poll() is not None:
                raise RuntimeError(f"The server ended with {self.process.returncode}.\n{self.log}")
            if time.monotonic() > until:
                self.stop()
                raise RuntimeError(f"The server was not ready within {patience:.0f} s.\n{self.log}")
            time.sleep(0.02)
        assert httpx2.get(f"{self.base_url}/healthz").status_code == 200
        return self

    def stop(self, patience: float = 40.0) -> int:
        """End it as Ctrl+C does; its exit status."""
        while self.browsers:
            self.browsers.pop().close()
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        finally:
            self.process = None

    def kill(self, name: str = "web") -> int:
        """kill -9 of one of its processes: supervisor, web, worker or predictor. Returns the id it had."""
        pid = self.pids[name]
        os.kill(pid, signal.SIGKILL)
        if name == "supervisor" and self.process is not None:
            self.process.wait()
            self.process = None
        return pid

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_error: object) -> None:
        self.stop()

    @property
    def processes(self) -> dict[str, Any]:
        """What the server says of its processes: their ids by name, and its address."""
        return dict(json.loads((self.data / "processes.json").read_bytes()))

    @property
    def pids(self) -> dict[str, int]:
        """Ids of supervisor, web, worker and predictor, as they are now."""
        return {name: self.processes[name] for name in ("supervisor", "web", "worker", "predictor")}

    @property
    def base_url(self) -> str:
        """Where it answers."""
        return str(self.processes["address"])

    @property
    def words(self) -> str:
        """What it printed for people."""
        return self.words_file.read_text()

    @property
    def entry_link(self) -> str:
        """The one-time link it printed."""
        found = LINK.search(self.words)
        assert found is not None, self.words
        return found.group()

    @property
    def log(self) -> str:
        """What it logged, the end of it."""
        return self.log_file.read_text()[-8000:]

    def a_browser(self) -> httpx2.Client:
        """A client that came in by the link."""
        client = httpx2.Client(
            base_url=self.base_url,
            headers={"Sec-Fetch-Site": "same-origin", "Accept": "text/html"},
            timeout=30,
        )
        self.browsers.append(client)
        assert client.get(self.entry_link).status_code == 303
        return client
