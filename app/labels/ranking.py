"""What to label next: a job trains a quick model on what is labelled and ranks what is not."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.datasets.routes import Shown
from app.errors import Conflict
from app.jobs.service import queue_job
from app.jobs.tables import Job
from app.labels import sittings
from app.labels.tables import Sitting
from app.pages import percent, whole
from app.people.tables import User
from app.storage import Store
from trainer.contract.events import ENDED
from trainer.contract.order import RankOrder
from trainer.contract.outcome import Outcome

LEAST = 4
"""Labelled rows below which there is nothing to learn from."""


@dataclass(frozen=True)
class Ranking:
    """How the newest ranking stands."""

    job: Job | None = None
    running: bool = False
    failed: str | None = None
    rows: list[int] = field(default_factory=list)
    growth: list[dict[str, Any]] = field(default_factory=list)

    def rows_of_growth(self) -> list[list[str]]:
        """The growth as a table."""
        return [[whole(one["labelled"]), percent(one["accuracy"])] for one in self.growth]


def begin(db: Session, store: Store, person: User, shown: Shown, sitting: Sitting) -> None:
    """Queue the ranking; asked again while one runs, nothing changes. Raises Conflict in words."""
    if state_of(db, sitting).running:
        return
    if sitting.kind != "category":
        raise Conflict("What to label next is found for categories only, not for tags and boxes.")
    marks = sittings.marks_of(db, sitting)
    now = sittings.standing(shown, sitting, marks)
    if now.labelled < LEAST:
        raise Conflict(f"Label at least {LEAST} rows of two kinds first: the model learns from them.")
    there = any(column.id == sitting.column for column in shown.schema.columns)
    order = RankOrder(
        version=shown.folder.path,
        column=sitting.column if there else None,
        cells={row: one.value for row, one in marks.items() if not one.excluded},
        excluded=[row for row, one in marks.items() if one.excluded],
    )
    sitting.ranking_job_id = queue_job(db, store, person, order).id
    db.flush()


def state_of(db: Session, sitting: Sitting) -> Ranking:
    """The newest ranking of a sitting."""
    job = db.get(Job, sitting.ranking_job_id) if sitting.ranking_job_id else None
    if job is None:
        return Ranking(growth=sitting.growth)
    if job.state not in ENDED:
        return Ranking(job, running=True, growth=sitting.growth)
    outcome = Outcome.model_validate(job.outcome) if job.outcome else None
    if outcome is None or outcome.state != "done":
        return Ranking(job, failed=outcome.sentence if outcome else job.sentence, growth=sitting.growth)
    return Ranking(job, rows=list(outcome.results["rows"]), growth=sitting.growth)


def finish_rank(db: Session, job: Job, outcome: Outcome) -> None:
    """Note how good the labels made the model. Twice changes nothing."""
    sitting = db.scalar(select(Sitting).where(Sitting.ranking_job_id == job.id).limit(1))
    if sitting is None or outcome.state != "done" or outcome.results.get("accuracy") is None:
        return
    point = {"labelled": outcome.results["labelled"], "accuracy": outcome.results["accuracy"]}
    if not sitting.growth or sitting.growth[-1]["labelled"] != point["labelled"]:
        sitting.growth = [*sitting.growth, point]
    db.flush()
