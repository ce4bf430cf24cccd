"""Projects: one question asked of a dataset version, and its baselines."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.datasets.service import get_version, read_profile, read_schema
from app.datasets.tables import Dataset, DatasetVersion
from app.errors import BadInput, Conflict
from app.jobs.service import ask, queue_job
from app.jobs.tables import Job
from app.people.tables import User
from app.projects.tables import Project
from app.storage import Store
from trainer.contract.dataset import Column, Profile, Schema
from trainer.contract.order import BaselineOrder
from trainer.contract.outcome import Outcome
from trainer.contract.propose import FEW_CATEGORIES, fitting_learners, propose_question
from trainer.contract.recipe import Metric, Question, Task
from trainer.contract.results import BaselineResults

METRICS: dict[Task, tuple[Metric, ...]] = {
    "classification": ("accuracy", "balanced_accuracy", "f1"),
    "regression": ("rmse", "mae", "r2"),
}
FEW_NUMBERS = 20
"""A column of whole numbers with at most so many different ones may also be read as classes."""
LEAST = 5
"""Rows that a split into three parts takes at least, as ``trainer.split`` says too."""
UNREAD = {"boxes": "boxes", "mask": "masks", "audio": "sounds"}
"""Types that no learner takes yet, in words."""
CAN_HELP = frozenset({"number", "category", "datetime", "image"})


def open_project(db: Session, owner: User, dataset: Dataset, *, anew: bool = False) -> Project:
    """The newest project on this data, or with ``anew`` (or where there is none) a new one."""
    mine = list(
        db.scalars(
            select(Project)
            .where(Project.dataset_id == dataset.id, Project.owner_id == owner.id)
            .order_by(Project.created_at.desc())
        )
    )
    unasked = next((project for project in mine if project.question is None), None)
    if mine and not anew and mine[0] is not unasked:
        return mine[0]
    version = get_version(db, dataset)
    if unasked is not None:
        unasked.version_id = version.id  # nothing is asked of the older one yet
        return unasked
    name = dataset.name if not mine else f"{dataset.name[:190]} {len(mine) + 1}"
    project = Project(owner_id=owner.id, name=name, dataset_id=dataset.id, version_id=version.id, fixed=False)
    db.add(project)
    db.flush()
    return project


def ask_question(db: Session, store: Store, owner: User, project: Project, question: Question) -> Job:
    """Keep the question and have its baselines made; those of the question before are given up."""
    if project.fixed:
        raise Conflict(
            f"{project.name} has runs, and they can be compared only while the question stays. "
            "Ask the new question in a project of its own on the same data."
        )
    before = find_baseline_job(db, project)
    if before is not None:
        ask(db, before, "stop")
    version = version_of(db, project)
    order = BaselineOrder(version=store.version(version.hash).path, question=question)
    job = queue_job(db, store, owner, order)
    project.question = question.model_dump(mode="json")
    project.baseline_job_id = job.id
    db.flush()
    return job


def propose(schema: Schema, profile: Profile, target: str, task: str) -> Question:
    """What clicking a column asks; raises BadInput in words."""
    try:
        column = schema.column(target)
    except KeyError:
        raise BadInput(f"This table has no column ‘{target[:40]}’. Choose one of its columns.") from None
    if task not in ("", "classification", "regression"):
        raise BadInput(f"‘{task[:40]}’ is no way to predict. It is classification or regression.")
    as_classes = task == "classification"
    if as_classes and column.type == "number" and not may_be_classes(column, profile):
        raise BadInput(
            f"{column.name} has {profile.columns[target].distinct:,} different numbers: too many to be "
            "classes. Predict it as a number."
        )
    wanted: Task | None = "classification" if as_classes else "regression" if task == "regression" else None
    try:
        return propose_question(schema, profile, target, wanted)
    except ValueError as error:
        raise BadInput(str(error)) from error


def with_choices(schema: Schema, question: Question, inputs: list[str] | None, metric: str) -> Question:
    """A question with the person's own inputs and metric; raises BadInput in words."""
    if metric and metric != question.metric:
        fitting = METRICS[question.task]
        if metric not in fitting:
            raise BadInput(f"‘{metric[:40]}’ does not score a {question.task}. Choose {', '.join(fitting)}.")
        question = question.model_copy(update={"metric": metric})
    if inputs is None:
        return question
    known = {column.id: column for column in schema.columns}
    for id in inputs:
        if id not in known:
            raise BadInput(f"This table has no column ‘{id[:40]}’. Choose inputs among its columns.")
        reason = never_input(known[id], question)
        if reason is not None:
            raise BadInput(f"{known[id].name} cannot be an input: {reason}.")
    chosen = [column.id for column in schema.columns if column.id in inputs]
    if not chosen:
        raise BadInput("Something must be left to predict from. Keep at least one input.")
    question = question.model_copy(update={"inputs": chosen})
    if not fitting_learners(schema, question):
        raise BadInput(
            "No learner takes these columns together: pictures are learned on their own, one column of them. "
            "Choose the picture, or the other columns."
        )
    return question


def never_input(column: Column, question: Question) -> str | None:
    """Why a column cannot help to answer; None where it can."""
    if column.id == question.target:
        return "it is what is predicted"
    if column.role == "id":
        return "an identifier, different in every row"
    if column.role == "constant":
        return "the same in every row"
    if column.role == "text" or column.type == "text":
        return "free text, which no learner here reads yet"
    if column.type not in CAN_HELP:
        return f"{column.type}, which no learner here reads yet"
    return None


def left_out(column: Column, profile: Profile, question: Question, schema: Schema) -> str:
    """Why a column that could help is not an input of its own accord."""
    if column.type == "category" and profile.columns[column.id].distinct > FEW_CATEGORIES:
        return f"{profile.columns[column.id].distinct:,} different values: too many to learn much from each"
    pictures = any(schema.column(id).type == "image" for id in question.inputs)
    if pictures != (column.type == "image"):
        return "pictures and other columns are not learned together yet"
    return "you left it out"


def why_unpredictable(schema: Schema, profile: Profile) -> str | None:
    """Why no column of this data can be predicted; None where one can. In words for the person."""
    if schema.rows < LEAST:
        return (
            f"{schema.rows} {'row is' if schema.rows == 1 else 'rows are'} too few to learn from: at least "
            f"{LEAST} are needed to train, validate and test, and some hundred to learn well. Bring more rows."
        )
    if any(can_be_asked(schema, profile, column) for column in schema.columns if column.role != "part"):
        return None
    kinds = {column.type for column in schema.columns}
    unread = [UNREAD[kind] for kind in UNREAD if kind in kinds]
    if unread:
        return (
            f"No learner here reads {' and '.join(unread)} yet. The data is kept as it is: look at it, and bring "
            "something else to learn from meanwhile."
        )
    if "image" in kinds and "category" not in kinds:
        return (
            "These pictures have no label that could be predicted. Put each class in a folder of its own, at "
            "least two of them, and zip them."
        )
    wanted = next(
        (
            c
            for c in schema.columns
            if c.type in ("category", "number") and profile.columns[c.id].distinct > 1
        ),
        None,
    )
    if wanted is None:
        return (
            "No column holds different numbers or categories, so there is nothing that could be predicted. "
            "Bring a table with a column of answers."
        )
    if len(schema.columns) == 1:
        return (
            f"‘{wanted.name}’ is the only column, so nothing can help to predict it. Bring a table with more."
        )
    return (
        f"Nothing can help to predict ‘{wanted.name}’: the other columns are ids, free text or the same in "
        "every row. Bring a table with more columns."
    )


def can_be_asked(schema: Schema, profile: Profile, column: Column) -> bool:
    """Whether clicking this column would ask a question."""
    try:
        propose_question(schema, profile, column.id)
    except ValueError:
        return False
    return True


def may_be_classes(column: Column, profile: Profile) -> bool:
    """Whether a column of numbers may also be read as classes."""
    return column.type == "number" and profile.columns[column.id].distinct <= FEW_NUMBERS


def question_of(project: Project) -> Question | None:
    """The question of a project, if one is asked."""
    return Question.model_validate(project.question) if project.question else None


def version_of(db: Session, project: Project) -> DatasetVersion:
    """The version that a project asks its question of."""
    return db.get_one(DatasetVersion, project.version_id)


def look_at(db: Session, store: Store, project: Project) -> tuple[DatasetVersion, Schema, Profile]:
    """The version of a project with its columns and what was found in them."""
    version = version_of(db, project)
    return version, read_schema(store, version), read_profile(store, version)


def find_baseline_job(db: Session, project: Project) -> Job | None:
    """The job that makes, or made, the baselines."""
    return db.get(Job, project.baseline_job_id) if project.baseline_job_id else None


def may_pass(job: Job) -> bool:
    """Whether what stopped a job lies outside of it, such as a full disk."""
    return job.outcome is not None and bool(Outcome.model_validate(job.outcome).passing)


def find_baselines(job: Job | None) -> BaselineResults | None:
    """What needs no learning scores; None while it is being found out, or when that failed."""
    if job is None or job.state != "done" or job.outcome is None:
        return None
    return BaselineResults.model_validate(Outcome.model_validate(job.outcome).results)
