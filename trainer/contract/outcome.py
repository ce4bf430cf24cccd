"""How a job ended: a value, with words for the person and a trace for us."""

from typing import Any, Literal

from trainer.contract.documents import Document


class Outcome(Document):
    """``outcome.json``. ``paused`` is an end of this process, not of the job: it is claimed again later."""

    state: Literal["done", "failed", "stopped", "paused", "diverged"]
    sentence: str
    trace: str | None = None
    passing: bool = False
    """A failure that may pass by itself (disk full, memory): trying again is sensible."""
    results: dict[str, Any] = {}
