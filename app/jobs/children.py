"""The worker's children: a forkserver with the heavy libraries imported, and one warm spare per lane."""

import json
import multiprocessing
import os
import signal
import socket
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path

import structlog

from app.jobs import child
from app.jobs.clock import steady
from trainer.contract.documents import write_whole
from trainer.contract.folder import JobFolder

log = structlog.get_logger()

ENVIRONMENT = {
    "OMP_WAIT_POLICY": "PASSIVE",
    "OMP_NUM_THREADS": "1",  # what asks for nothing gets one; the trainer raises it to what it was granted
    "MALLOC_MMAP_THRESHOLD_": "4294967296",
    "MALLOC_TRIM_THRESHOLD_": "8589934592",
    "MALLOC_TOP_PAD_": "67108864",
    "CUBLAS_WORKSPACE_CONFIG": ":4096:8",
}
"""Set before torch loads, or without effect: two small runs that spin on two cores lose 98 % speed."""

AGAIN_AFTER = 0.5
"""Seconds until a used spare is replaced: its job's first steps are not disturbed."""
AFTER_FAILURE = 10.0


@dataclass
class Child:
    """A child process and the pipe to it."""

    process: ForkServerProcess
    pipe: Connection
    lane: str
    pid: int
    _ready: bool = False
    _closed: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def ready(self) -> bool:
        """Whether it is warm and waits."""
        with suppress(EOFError, OSError):
            if not self._ready and self.pipe.poll():
                self._ready = self.pipe.recv() == "ready"
        return self._ready

    @property
    def alive(self) -> bool:
        """Whether the process is there."""
        return self.process.is_alive()

    def begin(self, folder: JobFolder, *, confined: bool, deadline: float) -> None:
        """Hand it a job; from now on it is named in the folder, so that nobody else starts beside it."""
        write_whole(folder.child_file, json.dumps(identify(self.pid)))
        self.pipe.send(child.Assignment(str(folder.path), confined, deadline))

    def prolong(self, deadline: float) -> None:
        """Tell it that the lease was renewed."""
        with self._lock, suppress(OSError):  # it has just ended: seen at the next look
            self.pipe.send(deadline)

    def tap(self) -> None:
        """SIGTERM: read the word in your folder."""
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL."""
        self._signal(signal.SIGKILL)

    def close(self) -> None:
        """Forget an ended child."""
        self.process.join()
        with self._lock:  # from here on its number may be another's
            self._closed = True
            self.pipe.close()
            self.process.close()

    def _signal(self, number: signal.Signals) -> None:
        """From any thread, at any time; nothing happens when it has ended."""
        with self._lock, suppress(ProcessLookupError):
            if not self._closed:
                os.kill(self.pid, number)


@dataclass
class Nursery:
    """Makes children. ``warm=None``: no spares.

    The modules of ``carry_out`` and ``warm`` are imported once, in the forkserver, and shared by all
    children. That must run nothing in parallel: a fork after OpenMP has begun hangs at the first parallel
    region.
    """

    carry_out: str
    warm: str | None
    lanes: Sequence[str]
    _context: ForkServerContext = field(init=False)
    _spares: dict[str, Child] = field(default_factory=dict)
    _not_before: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, value in ENVIRONMENT.items():
            os.environ.setdefault(name, value)
        self._context = multiprocessing.get_context("forkserver")
        shared = [dotted.partition(":")[0] for dotted in (self.warm, self.carry_out) if dotted]
        self._context.set_forkserver_preload(["app.jobs.child", *shared])

    def tend(self) -> None:
        """Replace spares that are missing or dead; called again and again."""
        for lane in self.lanes if self.warm else ():
            spare = self._spares.get(lane)
            if spare is not None and not spare.alive:
                log.warning("spare_died", lane=lane, code=spare.process.exitcode)
                self._spares.pop(lane).close()
                self._not_before[lane] = steady() + AFTER_FAILURE
            elif spare is None and steady() >= self._not_before.get(lane, 0.0):
                self._spares[lane] = self._spawn(lane, self.warm)

    def take(self, lane: str, *, warm: bool) -> Child:
        """The warm spare if there is one and it is wanted, else a fresh child (a fork: milliseconds)."""
        spare = self._spares.get(lane) if warm else None
        if spare is not None and spare.ready and spare.alive:
            self._not_before[lane] = steady() + AGAIN_AFTER
            return self._spares.pop(lane)
        return self._spawn(lane, None)

    def is_warm(self, lane: str) -> bool:
        """Whether a spare waits, warm."""
        spare = self._spares.get(lane)
        return spare is not None and spare.alive and spare.ready

    def close(self) -> None:
        """End all spares."""
        for spare in self._spares.values():
            spare.kill()
            spare.close()
        self._spares.clear()

    def _spawn(self, lane: str, warm: str | None) -> Child:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(
            target=child.live, args=(theirs, lane, self.carry_out, warm), name=f"skillet-{lane}", daemon=True
        )
        process.start()
        theirs.close()
        return Child(process, ours, lane, process.pid or 0)


def identify(pid: int) -> dict[str, str | int]:
    """A process, so that it can be told from a later one with the same number."""
    return {"pid": pid, "started": _started(pid), "space": _space()}


def end_leftover(folder: JobFolder, patience: float = 10.0) -> bool:
    """Kill the process that an earlier claim left in this folder, if it is still on this machine."""
    try:
        found = json.loads(folder.child_file.read_bytes())
    except FileNotFoundError:
        return False
    if found["space"] != _space() or _started(found["pid"]) != found["started"] or not found["started"]:
        return False
    with suppress(ProcessLookupError):
        os.kill(found["pid"], signal.SIGKILL)
    until = steady() + patience
    while _started(found["pid"]) == found["started"] and steady() < until:
        time.sleep(0.01)
    return True


def name_worker() -> str:
    """Who claims: machine, its start, process space, process, its start."""
    return f"{socket.gethostname()[:20]} {_space()} {os.getpid()} {_started(os.getpid())}"


def is_gone(worker: str | None) -> bool:
    """Whether a worker of this machine has ended, so that its jobs need not wait for their leases."""
    parts = (worker or "").split(" ")
    if len(parts) != 4 or parts[:2] != [socket.gethostname()[:20], _space()] or parts[3] == "0":
        return False
    return _started(int(parts[2])) != int(parts[3])


def _space() -> str:
    """This start of this machine, and the space that process numbers are counted in."""
    boot = Path("/proc/sys/kernel/random/boot_id")
    space = Path("/proc/self/ns/pid")
    if not boot.exists() or not space.exists():
        return "unknown"
    return f"{boot.read_text()[:8]}-{space.stat().st_ino}"


def _started(pid: int) -> int:
    """Clock ticks at which a process started; 0 when it is gone, a zombie, or this is no Linux."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return 0 if fields[0] in "ZX" else int(fields[19])
