"""What the first page shows of a person's work: what runs now, projects, data."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.datasets.service import find_version, import_job, read_schema
from app.datasets.tables import Dataset
from app.db import now
from app.jobs.service import find_last
from app.jobs.tables import Job
from app.pages import whole, words
from app.people.tables import User
from app.projects.service import find_baseline_job, look_at, question_of
from app.projects.stations import shape_words
from app.projects.tables import Project
from app.storage import Store
from app.versions.tables import Mending
from trainer.contract.events import ENDED

_ = words.gettext
MOST = 20
"""Lines on a page of a list; older ones are on the next pages."""
FEW = 3
"""So many jobs are shown although they only wait; of more, their number is."""


@dataclass(frozen=True)
class Place:
    """What a job works on, and its page."""

    title: str
    href: str


FindPlaces = Callable[[Session, Sequence[Job]], dict[str, Place]]
"""Later packages say where their jobs are shown (job id -> place); wired in ``app.main``."""


FindScores = Callable[[Session, Sequence[Project]], dict[str, str]]
"""Runs say how well a project does (project id -> its best run's score in words); wired in ``app.main``."""


@dataclass(frozen=True)
class RunningLine:
    """One job under way."""

    job: Job
    place: Place
    sentence: str
    done: float | None
    total: float | None


@dataclass(frozen=True)
class ProjectLine:
    """One project."""

    name: str
    href: str
    target: str
    rows: int
    state: str
    age: str
    born: datetime


@dataclass(frozen=True)
class DatasetLine:
    """One dataset."""

    name: str
    href: str
    fact: str
    age: str
    born: datetime
    failed: bool = False
    """It could not be read, and holds nothing."""


Line = TypeVar("Line")


@dataclass(frozen=True)
class Lines(Generic[Line]):
    """A page of a list, newest first, and how many there are in all."""

    lines: list[Line]
    page: int
    total: int

    @property
    def first(self) -> int:
        """1-based place of the first line shown."""
        return (self.page - 1) * MOST + 1

    @property
    def last(self) -> int:
        """1-based place of the last line shown."""
        return self.first + len(self.lines) - 1


def list_running(db: Session, user: User, find_places: FindPlaces) -> list[RunningLine]:
    """Jobs that work, then those that wait, newest first, with their last words."""
    jobs = list(
        db.scalars(
            select(Job)
            .where(Job.owner_id == user.id, Job.state.not_in(ENDED))
            .order_by((Job.state == "queued").asc(), Job.created_at.desc())
            .limit(MOST)
        )
    )
    places = own_places(db, jobs) | find_places(db, jobs)
    return [running_line(db, job, places[job.id]) for job in jobs if job.id in places]


def fold_waiting(db: Session, user: User, lines: list[RunningLine]) -> tuple[list[RunningLine], int]:
    """The lines to show, which are all that work and few that wait, and how many more wait."""
    shown = lines[: max(FEW, sum(line.job.state != "queued" for line in lines))]
    if len(lines) < MOST:
        return shown, len(lines) - len(shown)
    unfinished = select(func.count()).where(Job.owner_id == user.id, Job.state.not_in(ENDED))
    return shown, (db.scalar(unfinished) or 0) - len(shown)


def running_line(db: Session, job: Job, place: Place) -> RunningLine:
    """A job with its progress, while it works."""
    event = find_last(db, job.id, "progress") if job.state == "running" else None
    payload = event.payload if event is not None else {}
    sentence = payload.get("sentence") or job.sentence
    return RunningLine(job, place, sentence, payload.get("done"), payload.get("total"))


def own_places(db: Session, jobs: Sequence[Job]) -> dict[str, Place]:
    """Imports and mendings lead to their dataset, baselines to their project."""
    ids = [job.id for job in jobs]
    places = {
        dataset.job_id: Place(_("Reading {name}").format(name=dataset.name), f"/datasets/{dataset.id}")
        for dataset in db.scalars(select(Dataset).where(Dataset.job_id.in_(ids)))
    }
    for job_id, name, dataset_id in db.execute(
        select(Mending.job_id, Dataset.name, Dataset.id)
        .join(Dataset, Dataset.id == Mending.dataset_id)
        .where(Mending.job_id.in_(ids))
    ):
        places[job_id] = Place(_("{name}: a new version").format(name=name), f"/datasets/{dataset_id}/steps")
    for project in db.scalars(select(Project).where(Project.baseline_job_id.in_(ids))):
        if project.baseline_job_id is not None:
            title = _("{name}: what needs no learning").format(name=project.name)
            places[project.baseline_job_id] = Place(title, f"/projects/{project.id}")
    return places


def list_projects(
    db: Session, store: Store, user: User, find_scores: FindScores, page: int = 1
) -> Lines[ProjectLine]:
    """A page of the projects, newest first; one past the end becomes the last."""
    mine = (
        select(Project)
        .join(Dataset, Dataset.id == Project.dataset_id)
        .where(Project.owner_id == user.id, Dataset.deleted_at.is_(None))
    )
    page, total = clamp(db, mine, page)
    newest = mine.order_by(Project.created_at.desc(), Project.id).limit(MOST).offset((page - 1) * MOST)
    shown = list(db.scalars(newest))
    scores = find_scores(db, [project for project in shown if project.fixed])
    lines = [project_line(db, store, project, scores.get(project.id)) for project in shown]
    return Lines(lines, page, total)


def clamp(db: Session, chosen: Select[Any], page: int) -> tuple[int, int]:
    """The page that there is, and how many lines all pages have."""
    total = db.scalar(select(func.count()).select_from(chosen.subquery())) or 0
    return min(page, max(1, math.ceil(total / MOST))), total


def project_line(db: Session, store: Store, project: Project, score: str | None) -> ProjectLine:
    """A project with what it predicts and how far it is."""
    version, schema, _profile = look_at(db, store, project)
    question = question_of(project)
    target = _("predict {target}").format(target=schema.column(question.target).name) if question else ""
    job = find_baseline_job(db, project)
    if question is None:
        state = _("choose what to predict")
    elif project.fixed:
        state = score or _("has runs")
    elif job is not None and job.state not in ENDED:
        state = _("scoring what needs no learning")
    else:
        state = _("choose a model")
    place = f"/projects/{project.id}/runs" if project.fixed else f"/projects/{project.id}"
    return ProjectLine(
        project.name, place, target, version.rows, state, age(project.created_at), project.created_at
    )


def list_datasets(db: Session, store: Store, user: User, page: int = 1) -> Lines[DatasetLine]:
    """A page of the datasets, newest first; one past the end becomes the last."""
    mine = select(Dataset).where(Dataset.owner_id == user.id, Dataset.deleted_at.is_(None))
    page, total = clamp(db, mine, page)
    newest = mine.order_by(Dataset.created_at.desc(), Dataset.id).limit(MOST).offset((page - 1) * MOST)
    return Lines([dataset_line(db, store, dataset) for dataset in db.scalars(newest)], page, total)


def dataset_line(db: Session, store: Store, dataset: Dataset) -> DatasetLine:
    """A dataset with its shape, or how its import stands."""
    version, failed = find_version(db, dataset), False
    if version is None:
        failed = import_job(db, dataset).state in ENDED
        fact = _("could not be read") if failed else _("being read")
    else:
        kinds = {column.type for column in read_schema(store, version).columns}
        if "image" in kinds:
            fact = words.ngettext("{n} picture", "{n} pictures", version.rows).format(n=whole(version.rows))
        else:
            fact = shape_words(version.rows, version.columns)
    return DatasetLine(
        dataset.name, f"/datasets/{dataset.id}", fact, age(dataset.created_at), dataset.created_at, failed
    )


def age(then: datetime) -> str:
    """How long ago, in words: just now, 5 min ago, 3 h ago, yesterday, 4 days ago, 2026-01-31."""
    seconds = (now() - then).total_seconds()
    if seconds < 60:
        return _("just now")
    if seconds < 3600:
        return _("{n} min ago").format(n=int(seconds // 60))
    days = int(seconds // 86400)
    if days == 0:
        return _("{n} h ago").format(n=int(seconds // 3600))
    if days == 1:
        return _("yesterday")
    return _("{n} days ago").format(n=days) if days < 30 else then.date().isoformat()
