"""The station rail completed with what runs know: what was trained, how far it is, how well it does."""

from functools import lru_cache
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.jobs.service import find_last
from app.jobs.tables import Job
from app.pages import words
from app.projects.service import find_baseline_job, find_baselines
from app.projects.stations import Fact, Station, stations
from app.projects.tables import Project
from app.recipes.words import short_name
from app.runs.service import recipe_of
from app.runs.tables import Run
from app.runs.words import MOVING, interval, position, state_words
from app.storage import Store
from trainer.contract.documents import read_document
from trainer.contract.events import BaselineScore, ProgressPayload
from trainer.contract.recipe import LOWER_IS_BETTER, Question
from trainer.contract.results import Report

_ = words.gettext


def rail_of(db: Session, store: Store, project: Project, at: str, run: Run | None = None) -> list[Station]:
    """The seven stations. They speak of ``run``, or of the newest run when a page shows none."""
    shown = run or db.scalar(
        select(Run).where(Run.project_id == project.id).order_by(Run.number.desc()).limit(1)
    )
    facts = facts_of(db, store, project, shown) if shown and project.question else {}
    return stations(db, store, project, at, facts)


def facts_of(db: Session, store: Store, project: Project, run: Run) -> dict[str, Fact]:
    """What is known of the stations from Model on."""
    job = db.get_one(Job, run.job_id)
    place = f"/runs/{run.id}"
    runs = db.scalar(select(func.count()).select_from(Run).where(Run.project_id == project.id)) or 0
    judged = job.ended_at is not None and run.test_score is not None
    facts = {
        "model": Fact(short_name(recipe_of(db, run)), "done", f"/projects/{project.id}/model"),
        "train": train_fact(db, run, job),
        "improve": Fact(
            _("one run") if runs == 1 else _("{n} runs").format(n=f"{runs:,}"),
            "done" if judged else "later",
            f"/projects/{project.id}/runs",
        ),
    }
    if judged:
        facts["evaluate"] = Fact(evaluate_words(db, project, run), "done", f"{place}/report")
    if judged and store.job(job.id).results.download.exists():
        facts["use"] = Fact(_("{n} exports").format(n=count_models(db, project)), "done", f"{place}/use")
        if count_models(db, project) == 1:
            facts["use"] = Fact(_("one export"), "done", f"{place}/use")
    return facts


def train_fact(db: Session, run: Run, job: Job) -> Fact:
    """How far the run is: "epoch 14 of 30 · 2 min left"."""
    if job.state == "running":
        last = find_last(db, job.id, "progress")
        text = position(ProgressPayload.model_validate(last.payload) if last else None) or _("getting ready")
        return Fact(text, "now", f"/runs/{run.id}")
    state = "now" if job.state in MOVING else "done" if job.state in ("done", "stopped") else "needs"
    return Fact(lower(state_words(run, job)), state, f"/runs/{run.id}")


def lower(text: str) -> str:
    """The first letter small: it goes on inside the rail."""
    return text[:1].lower() + text[1:]


def evaluate_words(db: Session, project: Project, run: Run) -> str:
    """The validation score beside the best of what needs no learning there: "0.830, tree 0.790". The test part's stay
    in the report, where looks are counted.
    """
    text = interval(run.validation_score)
    metric = Question.model_validate(project.question).metric
    results = find_baselines(find_baseline_job(db, project))
    scored = [b for b in results.baselines if metric in b.scores] if results else []
    if not scored:
        return text
    best = (min if metric in LOWER_IS_BETTER else max)(scored, key=lambda b: b.scores[metric].value)
    score = best.scores[metric]
    return f"{text}, {_(best.key)} {interval(score.value)}"


@lru_cache(maxsize=256)
def read_test_baselines(path: Path) -> list[BaselineScore]:
    """What needs no learning on the test part, from a report: written once, never changed."""
    return read_document(path, Report).baselines


def count_models(db: Session, project: Project) -> int:
    """Runs of the project that left a model."""
    left = (
        select(func.count())
        .select_from(Run)
        .where(Run.project_id == project.id, Run.model_bytes.is_not(None))
    )
    return db.scalar(left) or 0
