"""How long the worker waits for what, in seconds."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Limits:
    """Defaults are for people; tests shorten them."""

    lease: float = 30.0
    """A worker that is silent for so long has lost its jobs. Renewed three times as often."""
    tick: float = 0.02
    """Between two looks at running jobs: part of the latency of every event."""
    idle_tick: float = 0.04
    """Between two looks at the queue when nothing runs: part of click Train -> first point."""
    wishes: float = 0.1
    reap: float = 1.0
    make_room: float = 1.0
    """How long a training waits for others to give up threads."""
    grace_pause: float = 20.0
    grace_stop: float = 60.0
    """After a word and so long without a sign of life the process is killed: judging may follow a stop."""
    still: float = 300.0
    """A training that gives no sign of life for so long hangs."""
    longest: dict[str, float] = field(
        default_factory=lambda: {"import": 1800.0, "baseline": 600.0, "audit": 10_800.0, "map": 3_600.0}
    )
    """Verbs that may not take longer."""
    log_bytes: int = 20_000_000
    """A job's log is emptied when it grows beyond this."""
