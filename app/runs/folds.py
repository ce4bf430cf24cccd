"""One recipe on all folds of a split: its runs are started together, and judged by their mean."""

import statistics
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import new_id
from app.jobs.tables import Job
from app.pages import words
from app.people.tables import User
from app.projects.tables import Project
from app.recipes.forms import Choices
from app.recipes.service import Ground
from app.recipes.tables import FrozenRecipe
from app.recipes.words import metric_name, short_name
from app.runs.service import start_run
from app.runs.tables import Run
from app.storage import Store
from trainer.contract.recipe import LOWER_IS_BETTER, Recipe
from trainer.contract.written import write_score

_ = words.gettext


def on_fold(ground: Ground, fold: int) -> Ground:
    """The same ground with this fold validating."""
    split = ground.question.split.model_copy(update={"fold": fold})
    return replace(ground, question=ground.question.model_copy(update={"split": split}))


def start_folds(
    db: Session,
    store: Store,
    user: User,
    project: Project,
    ground: Ground,
    chosen: Choices,
    form_key: str | None,
) -> Run:
    """Queue a training for each fold of each repeat; returns the first. The same form is the same runs."""
    split = ground.question.split
    batch = new_id()
    runs = []
    for fold in range(1, split.folds * split.repeats + 1):
        key = f"{form_key[:32]}.{fold}" if form_key else None
        run = start_run(db, store, user, project, on_fold(ground, fold), chosen, key)
        run.batch = run.batch or batch
        runs.append(run)
    return runs[0]


@dataclass(frozen=True)
class Folds:
    """The runs of a recipe on all folds, in the order of the folds."""

    name: str
    runs: list[tuple[Run, Job]]
    scores: list[float]

    @property
    def mean(self) -> float | None:
        """Of the validation scores there are."""
        return statistics.mean(self.scores) if self.scores else None

    @property
    def written(self) -> str:
        """Mean ± standard deviation over the folds: "0.830 ± 0.021"."""
        if self.mean is None:
            return "–"
        half = statistics.stdev(self.scores) if len(self.scores) > 1 else 0.0
        return write_score(self.mean, self.mean - half, self.mean + half)

    @property
    def whole(self) -> bool:
        """Whether every fold has its score."""
        return len(self.scores) == len(self.runs)


def list_folds(db: Session, project: Project, metric: str) -> list[Folds]:
    """The recipes that were trained on all folds: whole ones first, the best of them at the top."""
    found: dict[str, list[tuple[Run, Job, FrozenRecipe]]] = {}
    for run, job, frozen in db.execute(
        select(Run, Job, FrozenRecipe)
        .join(Job, Job.id == Run.job_id)
        .join(FrozenRecipe, FrozenRecipe.id == Run.recipe_id)
        .where(Run.project_id == project.id, Run.batch.is_not(None))
        .order_by(Run.fold, Run.number)
    ):
        found.setdefault(run.batch or "", []).append((run, job, frozen))
    groups = [
        Folds(
            short_name(Recipe.model_validate(lines[0][2].document)),
            [(run, job) for run, job, _frozen in lines],
            [run.validation_score for run, _job, _frozen in lines if run.validation_score is not None],
        )
        for lines in found.values()
    ]
    sign = 1 if metric in LOWER_IS_BETTER else -1
    return sorted(groups, key=lambda g: (not g.whole, sign * (g.mean or 0.0), g.runs[0][0].number))


def best_folds_words(groups: list[Folds], metric: str) -> str:
    """The headline where recipes are compared by all folds; empty while none is whole."""
    if not groups or not groups[0].whole:
        return ""
    return _("{name} is best so far: {metric} {score}, mean ± deviation over {n} folds.").format(
        name=groups[0].name, metric=metric_name(metric), score=groups[0].written, n=len(groups[0].runs)
    )
