"""What every learner is given, and what it leaves."""

import time
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol, TypeVar

from trainer.contract.catalog.card import Params
from trainer.contract.events import FindingPayload, PointsPayload, ProgressPayload, RewindPayload
from trainer.contract.folder import Word
from trainer.prepare import Prepared

Told = ProgressPayload | PointsPayload | RewindPayload | FindingPayload
End = Literal["done", "stopped", "paused", "diverged", "full"]
"""``full``: the disk is, and the run saved what it could."""
T = TypeVar("T")
Telling = Generator[Told, None, T]


class Control(Protocol):
    """What a learner hears and shows while it works; a job's folder is one."""

    def word(self) -> Word | None:
        """Stop, pause or nothing."""

    def granted(self) -> int:
        """Threads allowed."""

    def pulse(self, step: int, threads: int) -> None:
        """Sign of life."""


class Alone:
    """Control of a training that nobody watches: benchmarks, warming."""

    def __init__(self, threads: int = 1) -> None:
        self.threads = threads

    def word(self) -> Word | None:
        """Nobody speaks."""
        return None

    def granted(self) -> int:
        """As many threads as said at the start."""
        return self.threads

    def pulse(self, step: int, threads: int) -> None:
        """Nobody looks."""


def nothing() -> None:
    """Where no events need to reach the platter."""


@dataclass(frozen=True)
class Lesson:
    """One training."""

    prepared: Prepared
    learner: str
    params: Params
    seed: int
    control: Control
    checkpoints: Path
    checkpoint_seconds: float = 30.0
    measurements: Path | None = None
    """File where the choice of arithmetic is remembered from run to run."""
    augmentation: Mapping[str, Params] = field(default_factory=dict)
    """How training examples are changed (``read_augmentation``)."""
    resumed: bool = False
    """An earlier process has already told something about this run."""
    window: float = 0.125
    """Seconds between two looks around."""
    sync: Callable[[], None] = nothing
    """Makes the events so far survive a loss of power."""


@dataclass
class Pulse:
    """Writes a sign of life at most once a second."""

    control: Control
    last: float = field(default=0.0)

    def beat(self, step: int, threads: int) -> None:
        """Show that step ``step`` is done."""
        now = time.monotonic()
        if now - self.last >= 1.0:
            self.last = now
            self.control.pulse(step, threads)
