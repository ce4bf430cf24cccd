"""What a job tells while it works. ``seq`` is gap-free per job, starts at 1, and is the id of the event stream."""

from typing import Any, Literal

from trainer.contract.documents import Document

Kind = Literal["state", "progress", "points", "snapshot", "finding", "rewind", "result"]
State = Literal[
    "queued", "starting", "running", "pausing", "paused", "stopping", "done", "failed", "stopped", "diverged"
]
ENDED: frozenset[str] = frozenset({"done", "failed", "stopped", "diverged"})


class Event(Document):
    """One line of ``events.jsonl``. ``time`` is seconds since 1970, UTC."""

    seq: int
    time: float
    kind: Kind
    payload: dict[str, Any]


class StatePayload(Document):
    """``state``: with a sentence for people."""

    state: State
    sentence: str


class ProgressPayload(Document):
    """``progress``: how far a phase is. Units are what ``unit`` names (rows, pictures, epochs, trees, bytes)."""

    phase: str
    done: float
    total: float | None = None
    unit: str = ""
    eta: float | None = None
    """Seconds left, if known."""
    sentence: str = ""
    """In words for people: "epoch 14 of 30 · patience 3 of 5"."""
    steps_per_epoch: int | None = None


class Series(Document):
    """One line's new points, as columns."""

    step: list[int]
    value: list[float]


class PointsPayload(Document):
    """``points``: metric name -> new points. Names are ``<part>/<metric>``: ``train/loss``, ``validation/accuracy``."""

    series: dict[str, Series]


class RewindPayload(Document):
    """``rewind``: resumed from ``step``; points after it are void."""

    step: int


class FindingPayload(Document):
    """``finding``: a diagnosis with its evidence and the one change that would help."""

    what: str
    sentence: str
    since: int | None = None
    change: dict[str, Any] | None = None


class Score(Document):
    """One metric with a 95 % interval (bootstrap over rows; None where it makes no sense)."""

    metric: str
    value: float
    low: float | None = None
    high: float | None = None


class BaselineScore(Document):
    """What needs no learning scores on a part: ``key`` is majority, mean, rule or tree."""

    key: str
    name: str
    sentence: str
    """What the rule says: "Sex is female → 1, else 0"."""
    scores: dict[str, Score]
    """By metric."""


class ResultPayload(Document):
    """``result``: the end of a training: scores on the locked test part and where the model lies."""

    scores: list[Score]
    validation: list[Score]
    baselines: list[BaselineScore]
    best_step: int | None = None
    seconds: float
    model_bytes: int
    parameters: int | None = None
