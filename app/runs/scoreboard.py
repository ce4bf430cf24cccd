"""The scoreboard: all runs of a project and what needs no learning, in one table, sorted by any column."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.errors import BadInput
from app.jobs.tables import Job
from app.pages import words
from app.projects.service import find_baseline_job, find_baselines
from app.projects.tables import Project
from app.recipes.tables import FrozenRecipe
from app.recipes.words import differences, learner_name, short_name
from app.runs.rail import read_test_baselines
from app.runs.tables import Run
from app.storage import Store
from trainer.contract.events import BaselineScore
from trainer.contract.recipe import LOWER_IS_BETTER, Question, Recipe

_ = words.gettext

PAGE = 100

COLUMNS: dict[str, ColumnElement[Any]] = {
    "number": Run.number.expression,
    "learner": Run.learner.expression,
    "validation": Run.validation_score.expression,
    "test": Run.test_score.expression,
    "seconds": Run.seconds.expression,
    "size": Run.model_bytes.expression,
    "parameters": Run.parameters.expression,
    "state": Job.state.expression,
    "started": Job.started_at.expression,
}


@dataclass(frozen=True)
class Order:
    """Sorted by what, which way, which page: the address's state."""

    sort: str = "number"
    descending: bool = True
    page: int = 1

    def query(self, **changes: Any) -> str:
        """The address's query of this order with changes."""
        state = {"sort": self.sort, "desc": int(self.descending), "page": self.page} | changes
        return urlencode({k: v for k, v in state.items() if not (k == "page" and v == 1)})

    def toggled(self, column: str) -> str:
        """The query that sorts by this column; by the one sorted already, the other way round."""
        return self.query(sort=column, desc=int(not self.descending) if column == self.sort else 0, page=1)


@dataclass(frozen=True)
class Row:
    """One line: a run, or what needs no learning (then ``run`` is None)."""

    name: str
    detail: str
    validation: float | None
    test: float | None
    low: float | None = None
    high: float | None = None
    run: Run | None = None
    job: Job | None = None
    started: datetime | None = None
    changed: tuple[str, ...] = ()
    parent: int | None = None
    best: bool = False


@dataclass(frozen=True)
class Board:
    """A page of the scoreboard."""

    rows: list[Row]
    total: int
    order: Order
    first: int
    last: int
    best: Run | None
    moving: list[Job]


def read_order(query: Mapping[str, str]) -> Order:
    """The order in an address. Raises BadInput for a column that is none."""
    sort = query.get("sort", "number")
    if sort not in COLUMNS:
        raise BadInput(
            _("The runs cannot be sorted by ‘{sort}’. Choose one of: {known}.").format(
                sort=sort[:40], known=", ".join(COLUMNS)
            )
        )
    page = query.get("page", "1")
    if not page.isdecimal() or not 1 <= int(page) <= 1_000_000:
        raise BadInput(_("‘{page}’ is no page of the scoreboard; pages count from 1.").format(page=page[:40]))
    return Order(sort, query.get("desc", "1" if sort == "number" else "0") == "1", int(page))


def read_board(db: Session, store: Store, project: Project, order: Order) -> Board:
    """A page of runs, with the baselines among them."""
    metric = Question.model_validate(project.question).metric if project.question else "accuracy"
    total = db.scalar(select(func.count()).select_from(Run).where(Run.project_id == project.id)) or 0
    column = COLUMNS[order.sort]
    found = db.execute(
        select(Run, Job, FrozenRecipe)
        .join(Job, Job.id == Run.job_id)
        .join(FrozenRecipe, FrozenRecipe.id == Run.recipe_id)
        .where(Run.project_id == project.id)
        .order_by((column.desc() if order.descending else column.asc()).nulls_last(), Run.number.desc())
        .limit(PAGE)
        .offset((order.page - 1) * PAGE)
    ).all()
    best = find_best(db, project, metric)
    parents = read_parents(db, [run for run, _job, _frozen in found])
    rows = [run_row(run, job, frozen, parents, best) for run, job, frozen in found]
    if total:
        rows = merge(rows, baseline_rows(db, store, project, metric), order)
    moving = [job for _run, job, _frozen in found if job.ended_at is None][:20]
    first = (order.page - 1) * PAGE + 1 if found else 0
    return Board(rows, total, order, first, first + len(found) - 1 if found else 0, best, moving)


def find_best(db: Session, project: Project, metric: str) -> Run | None:
    """The run with the best validation score: choices are made there, never on the test part."""
    score = Run.validation_score
    order = score.asc() if metric in LOWER_IS_BETTER else score.desc()
    return db.scalar(
        select(Run)
        .where(Run.project_id == project.id, score.is_not(None))
        .order_by(order, Run.number)
        .limit(1)
    )


def read_parents(db: Session, runs: list[Run]) -> dict[str, tuple[int, Recipe]]:
    """Number and recipe of the parents of these runs, by id."""
    ids = {run.parent_id for run in runs if run.parent_id}
    if not ids:
        return {}
    found = db.execute(
        select(Run.id, Run.number, FrozenRecipe.document)
        .join(FrozenRecipe, FrozenRecipe.id == Run.recipe_id)
        .where(Run.id.in_(ids))
    )
    return {id: (number, Recipe.model_validate(document)) for id, number, document in found}


def run_row(
    run: Run, job: Job, frozen: FrozenRecipe, parents: dict[str, tuple[int, Recipe]], best: Run | None
) -> Row:
    """A run's line."""
    recipe = Recipe.model_validate(frozen.document)
    parent = parents.get(run.parent_id or "")
    return Row(
        name=learner_name(recipe),
        detail=short_name(recipe),
        validation=run.validation_score,
        test=run.test_score,
        low=run.test_low,
        high=run.test_high,
        run=run,
        job=job,
        started=job.started_at,
        changed=tuple(differences(parent[1], recipe)) if parent else (),
        parent=parent[0] if parent else None,
        best=best is not None and best.id == run.id,
    )


def baseline_rows(db: Session, store: Store, project: Project, metric: str) -> list[Row]:
    """What needs no learning: on validation from the baseline job, on test from the newest report."""
    results = find_baselines(find_baseline_job(db, project))
    if results is None:
        return []
    tested = {b.key: b for b in newest_test_baselines(db, store, project)}
    rows = []
    for b in results.baselines:
        test = tested[b.key].scores.get(metric) if b.key in tested else None
        rows.append(
            Row(
                name=b.name,
                detail=b.sentence,
                validation=b.scores[metric].value if metric in b.scores else None,
                test=test.value if test else None,
                low=test.low if test else None,
                high=test.high if test else None,
            )
        )
    return rows


def newest_test_baselines(db: Session, store: Store, project: Project) -> list[BaselineScore]:
    """The baselines on the test part; empty while no run has a report. All runs share the test part."""
    job_id = db.scalar(
        select(Run.job_id)
        .where(Run.project_id == project.id, Run.test_score.is_not(None))
        .order_by(Run.number.desc())
        .limit(1)
    )
    path = store.job(job_id).results.report if job_id else None
    return read_test_baselines(path) if path and path.exists() else []


def merge(runs: list[Row], baselines: list[Row], order: Order) -> list[Row]:
    """Baselines in their place when sorted by a score, else after the runs."""
    if order.sort not in ("validation", "test"):
        return runs + baselines

    def place(row: Row) -> tuple[bool, float]:
        value = row.validation if order.sort == "validation" else row.test
        return value is None, 0.0 if value is None else -value if order.descending else value

    return sorted(runs + baselines, key=place)
