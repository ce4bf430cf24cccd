"""What runs in a child process: wait warm, get one job's folder through a pipe, carry it out, be gone.

A child never outlives the right to work. Three guards hold that, so that two processes never train in one
folder:

- its worker dies: the pipe ends, and the forkserver ends too (each child closes its copy of the fd that
  would keep that alive), at which the kernel kills its children (``PR_SET_PDEATHSIG``), stopped or stuck
  ones included;
- its worker sleeps or is cut off from the database: no word of a renewed lease comes, and the child ends
  itself before the lease does, so that who claims the job next finds nobody;
- whoever starts a job looks for the process that ``child.json`` names, and kills it first
  (``app.jobs.children``).

Knows no database. ``carry_out`` and ``warm`` are named by dotted path, since the app knows only the
trainer's contract.
"""

import ctypes
import faulthandler
import os
import signal
import sys
import threading
from importlib import import_module
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

from app.jobs.clock import steady
from trainer.contract.folder import JobFolder

PR_SET_PDEATHSIG = 1
NICENESS = 5
"""Below the web server: a page that waits for training is worse than training that waits for a page."""


class Assignment(NamedTuple):
    """What goes through the pipe: a folder, how to treat it, and until when (``steady``) the lease holds."""

    folder: str
    confined: bool
    deadline: float


def live(pipe: Connection, lane: str, carry_out: str, warm: str | None) -> None:
    """The life of a child: send ``"ready"`` once warm, take an Assignment, then hear new deadlines."""
    die_with_parent()
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # Ctrl-C reaches the whole terminal; the worker says what to do
    signal.signal(
        signal.SIGTERM, signal.SIG_IGN
    )  # until the trainer listens, which reads the word at its start too
    os.nice(NICENESS)
    work = resolve(carry_out)
    if warm is not None:
        resolve(warm)(lane)
    try:
        pipe.send("ready")
        assignment: Assignment = pipe.recv()
    except (EOFError, OSError):  # the worker has ended, or wants this spare no more
        return
    folder = Path(assignment.folder)
    redirect(JobFolder(folder).log_file)
    if assignment.deadline <= steady():
        return
    guard = threading.Thread(target=watch, args=(pipe, assignment.deadline), daemon=True, name="lease")
    guard.start()
    work(folder, confined=assignment.confined)


def resolve(dotted: str) -> Any:
    """The function at ``module:name``."""
    module, _, name = dotted.partition(":")
    return getattr(import_module(module), name)


def die_with_parent() -> None:
    """Have the kernel kill this process when the forkserver ends, and let that end with the worker."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    alive = getattr(getattr(forkserver, "_forkserver", None), "_forkserver_alive_fd", None)
    if alive is not None:
        os.close(alive)
        forkserver._forkserver._forkserver_alive_fd = None  # type: ignore[attr-defined]


def redirect(log: Path) -> None:
    """Everything printed from here on, by native code too, goes to the job's log."""
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for standard in (1, 2):
        os.dup2(handle, standard)
    os.close(handle)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    faulthandler.enable()


def watch(pipe: Connection, deadline: float) -> None:
    """End this process at once when the worker is gone or the lease runs out unrenewed."""
    while (left := deadline - steady()) > 0:
        try:
            if pipe.poll(min(left, 5.0)):
                deadline = pipe.recv()
        except (EOFError, OSError):
            break
    os.kill(os.getpid(), signal.SIGKILL)
