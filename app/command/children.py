"""The processes of a server: started together, started again when they die, ended together."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from app.settings import PREFIX, Settings

PATIENCE = 20.0
"""Seconds that a child has for saving its work; training needs a step and a checkpoint."""
LONGEST_WAIT = 30.0
STEADY = 60.0
"""A child that lived this long is started again without waiting."""
NICE = 5
DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG
log = structlog.get_logger()


def child_environment(settings: Settings) -> dict[str, str]:
    """What must be said before Python starts: where things are, and how numeric libraries may use cores and
    memory.
    """
    threads = str(settings.cores)
    return os.environ | {
        f"{PREFIX}DATA": str(settings.data),
        f"{PREFIX}DATABASE": settings.database,
        f"{PREFIX}CORES": threads,
        # Idle threads sleep: with busy waiting two small runs on two cores fall to 1.5 % of their speed.
        "OMP_WAIT_POLICY": "PASSIVE",
        "OMP_NUM_THREADS": threads,
        "MKL_NUM_THREADS": threads,
        "OPENBLAS_NUM_THREADS": threads,
        # Memory of one step is kept for the next: glibc's defaults hand it back and fault it in again each
        # time.
        "MALLOC_MMAP_THRESHOLD_": str(2**30),
        "MALLOC_TRIM_THRESHOLD_": str(2**30),
        "MALLOC_TOP_PAD_": str(64 * 2**20),
        "CUBLAS_WORKSPACE_CONFIG": ":4096:8",
        "PYTHONUNBUFFERED": "1",
    }


def prepare_child(parent: int | None, nice: int = NICE) -> None:
    """Run at this priority (the web server stands above the others), and end with the parent even when it is
    killed.
    """
    with contextlib.suppress(OSError):  # a priority is a wish
        os.nice(nice)
    if parent is not None and sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(DIE_WITH_PARENT, signal.SIGTERM)
        if os.getppid() != parent:  # it died before the line above
            raise SystemExit(0)


@dataclass
class Child:
    """One process and its history."""

    name: str
    process: subprocess.Popen[bytes]
    since: float
    failures: int = 0
    again_at: float | None = None


class Children:
    """Watches the processes from a thread of its own: ``commands`` is name -> command line after ``skillet``,
    ``files`` are descriptors that they inherit; ``changed`` is called with their ids after each start.
    """

    def __init__(
        self,
        commands: dict[str, list[str]],
        settings: Settings,
        changed: Callable[[dict[str, int]], None],
        files: tuple[int, ...] = (),
    ) -> None:
        self.commands = commands
        self.files = files
        self.environment = child_environment(settings)
        self.changed = changed
        self._ending = threading.Event()
        self._ready = threading.Event()
        self._children: list[Child] = []
        self._thread = threading.Thread(target=self._watch, name="children", daemon=True)

    def start(self) -> None:
        """Start all, and go on watching."""
        self._thread.start()
        self._ready.wait()

    def end(self) -> None:
        """Ask all to end, wait for their work to be saved, then insist."""
        self._ending.set()
        self._thread.join()

    def _start(self, name: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "app.cli", *self.commands[name], "--parent", str(os.getpid())]
        return subprocess.Popen(
            command,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            pass_fds=self.files,
            start_new_session=True,  # Ctrl+C reaches the supervisor alone, which ends them in order
        )

    def _watch(self) -> None:
        """The whole life of the children. Linux ends a child with the *thread* that started it, so it is one
        thread.
        """
        self._children = [Child(name, self._start(name), time.monotonic()) for name in self.commands]
        self._tell()
        self._ready.set()
        while not self._ending.wait(0.2):
            for child in self._children:
                self._look_after(child)
        self._end_all()

    def _look_after(self, child: Child) -> None:
        at = time.monotonic()
        code = child.process.poll()
        if code is None:
            return
        if child.again_at is None:
            child.failures = 0 if at - child.since > STEADY else child.failures + 1
            wait = min(LONGEST_WAIT, 0.5 * 2 ** (child.failures - 1)) if child.failures else 0.0
            child.again_at = at + wait
            log.warning("process ended", name=child.name, pid=child.process.pid, code=code, again_in=wait)
        if at >= child.again_at:
            child.process, child.since, child.again_at = self._start(child.name), at, None
            self._tell()

    def _tell(self) -> None:
        self.changed({child.name: child.process.pid for child in self._children})

    def _end_all(self) -> None:
        until = time.monotonic() + PATIENCE
        for child in self._children:
            child.process.terminate()
        for child in self._children:
            try:
                child.process.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                log.warning("process killed", name=child.name, pid=child.process.pid)
                child.process.kill()
                child.process.wait()
