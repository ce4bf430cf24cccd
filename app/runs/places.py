"""Where the trainings of a person's jobs are shown, and how well they do: for the first page, which knows no runs."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.jobs.tables import Job
from app.pages import words
from app.projects.home import Place
from app.projects.tables import Project
from app.runs.tables import Run
from app.runs.words import score_words
from trainer.contract.recipe import LOWER_IS_BETTER, Question

_ = words.gettext


def find_places(db: Session, jobs: Sequence[Job]) -> dict[str, Place]:
    """Job id -> the run's page, for those jobs that train."""
    found = db.execute(
        select(Run, Project.name)
        .join(Project, Project.id == Run.project_id)
        .where(Run.job_id.in_([job.id for job in jobs]))
    )
    return {
        run.job_id: Place(_("{project}: run {n}").format(project=name, n=run.number), f"/runs/{run.id}")
        for run, name in found
    }


def find_scores(db: Session, projects: Sequence[Project]) -> dict[str, str]:
    """Project id -> the validation score of its best run, for projects with one: the test part's stay in reports."""
    metrics = {
        project.id: Question.model_validate(project.question).metric
        for project in projects
        if project.question
    }
    best: dict[str, Run] = {}
    for run in db.scalars(select(Run).where(Run.project_id.in_(metrics), Run.validation_score.is_not(None))):
        if run.project_id not in best or is_ahead(metrics[run.project_id], run, best[run.project_id]):
            best[run.project_id] = run
    return {
        id: score_words(metrics[id], run.validation_score, None, None)
        for id, run in best.items()
        if run.validation_score is not None
    }


def is_ahead(metric: str, one: Run, other: Run) -> bool:
    """Whether one run does better than another on the validation rows."""
    ours, theirs = one.validation_score or 0.0, other.validation_score or 0.0
    return ours < theirs if metric in LOWER_IS_BETTER else ours > theirs
