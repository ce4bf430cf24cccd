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
from app.recipes.service import find_ground
from app.recipes.tables import FrozenRecipe
from app.recipes.words import differences, learner_name, metric_name, short_name
from app.runs.rail import read_test_baselines
from app.runs.tables import Run
from app.runs.words import interval
from app.storage import Store
from trainer.contract.events import BaselineScore
from trainer.contract.propose import propose
from trainer.contract.recipe import LOWER_IS_BETTER, Dials, Question, Recipe

_ = words.gettext

PAGE = 100
NAMED = 3
"""Changes of a run, and leading runs, that are named; the rest is counted."""

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
    tests: bool = False
    """Whether the scores on the locked test part are shown."""

    def query(self, **changes: Any) -> str:
        """The address's query of this order with changes."""
        state = {"sort": self.sort, "desc": int(self.descending), "page": self.page} | changes
        state |= {"test": int(self.tests)}
        return urlencode({k: v for k, v in state.items() if (k, v) not in (("page", 1), ("test", 0))})

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
    told: str = ""
    """What differs from the run that it was copied from, from the one before, or from the usual recipe."""
    best: bool = False


@dataclass(frozen=True)
class Board:
    """A page of the scoreboard."""

    rows: list[Row]
    total: int
    order: Order
    first: int
    last: int
    best: list[Run]
    """More than one where they share the best validation score."""
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
    tests = sort == "test" or query.get("test") == "1"
    return Order(sort, query.get("desc", "1" if sort == "number" else "0") == "1", int(page), tests)


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
    told = tell_differences(db, store, project, [(run, frozen) for run, _job, frozen in found])
    rows = [run_row(run, job, frozen, told[run.id], best) for run, job, frozen in found]
    if total:
        rows = merge(rows, baseline_rows(db, store, project, metric), order)
    moving = [job for _run, job, _frozen in found if job.ended_at is None][:20]
    first = (order.page - 1) * PAGE + 1 if found else 0
    return Board(rows, total, order, first, first + len(found) - 1 if found else 0, best, moving)


def find_best(db: Session, project: Project, metric: str) -> list[Run]:
    """The runs with the best validation score: choices are made there, never on the test part."""
    best = func.min(Run.validation_score) if metric in LOWER_IS_BETTER else func.max(Run.validation_score)
    top = select(best).where(Run.project_id == project.id).scalar_subquery()
    found = select(Run).where(Run.project_id == project.id, Run.validation_score == top).order_by(Run.number)
    return list(db.scalars(found))


def best_words(best: list[Run], metric: str) -> str:
    """The headline: who leads, and that several do where they do."""
    score = f"{metric_name(metric)} {interval(best[0].validation_score)}"
    if len(best) == 1:
        return _("Run {n} is best so far: {score} on the validation part.").format(
            n=best[0].number, score=score
        )
    named = [str(run.number) for run in best[:NAMED]]
    last = _("{n} more").format(n=len(best) - NAMED) if len(best) > NAMED else named.pop()
    return _("Runs {some} and {last} share the best validation score: {score}.").format(
        some=", ".join(named), last=last, score=score
    )


def tell_differences(
    db: Session, store: Store, project: Project, found: list[tuple[Run, FrozenRecipe]]
) -> dict[str, str]:
    """By run: what it changes of the run it was copied from, or else of the run before of the same learner.

    The first of a learner is told beside what is derived for the middle dials.
    """
    before = dict(read_before(db, project))
    beside = {run.id: run.parent_id or before.get(run.id) for run, _frozen in found}
    known = read_recipes(db, {id for id in beside.values() if id})
    ground = find_ground(db, store, project)
    usual: dict[str, Recipe] = {}
    told = {}
    for run, frozen in found:
        recipe = Recipe.model_validate(frozen.document)
        number, other = known.get(beside[run.id] or "", (0, None))
        if other is None and ground is not None:
            if recipe.learner not in usual:
                dials = Dials(learner=recipe.dials.learner)
                usual[recipe.learner] = propose(ground.version.hash, ground.schema, ground.question, dials)
            other = usual[recipe.learner]
        changed = differences(other, recipe) if other else []
        told[run.id] = difference_words(changed, number, copied=run.parent_id is not None)
    return told


def difference_words(changed: list[str], number: int, *, copied: bool) -> str:
    """ "from 1: learning rate 0.05 → 0.1", "beside run 2: seed 0 → 1", "as run 2", "as derived"."""
    said = ", ".join(changed[:NAMED])
    if len(changed) > NAMED:
        said = _("{some} and {n} more").format(some=said, n=len(changed) - NAMED)
    if not number:
        return said or _("as derived from the data")
    if not said:
        return _("from {n}, unchanged").format(n=number) if copied else _("as run {n}").format(n=number)
    words_of = _("from {n}: {said}") if copied else _("beside run {n}: {said}")
    return words_of.format(n=number, said=said)


def read_before(db: Session, project: Project) -> list[tuple[str, str | None]]:
    """Each run of the project with the run before it of the same learner."""
    earlier = func.lag(Run.id).over(partition_by=Run.learner, order_by=Run.number)
    return [
        (id, other) for id, other in db.execute(select(Run.id, earlier).where(Run.project_id == project.id))
    ]


def read_recipes(db: Session, ids: set[str]) -> dict[str, tuple[int, Recipe]]:
    """Number and recipe of these runs, by id."""
    if not ids:
        return {}
    found = db.execute(
        select(Run.id, Run.number, FrozenRecipe.document)
        .join(FrozenRecipe, FrozenRecipe.id == Run.recipe_id)
        .where(Run.id.in_(ids))
    )
    return {id: (number, Recipe.model_validate(document)) for id, number, document in found}


def run_row(run: Run, job: Job, frozen: FrozenRecipe, told: str, best: list[Run]) -> Row:
    """A run's line."""
    recipe = Recipe.model_validate(frozen.document)
    return Row(
        name=learner_name(recipe),
        detail=f"{short_name(recipe)} · {_('fold {n}').format(n=run.fold)}"
        if run.fold
        else short_name(recipe),
        validation=run.validation_score,
        test=run.test_score,
        low=run.test_low,
        high=run.test_high,
        run=run,
        job=job,
        started=job.started_at,
        told=told,
        best=any(run.id == other.id for other in best),
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
