"""The question of a project, asked once more of the newest version of its data."""

from sqlalchemy.orm import Session

from app.datasets.service import get_version, read_profile, read_schema
from app.datasets.tables import Dataset, DatasetVersion
from app.errors import BadInput
from app.people.tables import User
from app.projects.service import (
    ask_question,
    never_input,
    open_project,
    propose,
    question_of,
    version_of,
    with_choices,
)
from app.projects.splitting import kept_split
from app.projects.tables import Project
from app.storage import Store
from trainer.contract.dataset import Schema
from trainer.contract.recipe import Question


def find_newer(db: Session, project: Project) -> DatasetVersion | None:
    """The version that the data shows now, where the project asks another one."""
    shown = get_version(db, db.get_one(Dataset, project.dataset_id))
    return None if shown.id == project.version_id else shown


def ask_newest(db: Session, store: Store, person: User, project: Project) -> Project:
    """A project of its own on the version that is shown now, asked the same as far as its columns are still there."""
    dataset = db.get_one(Dataset, project.dataset_id)
    new = open_project(db, person, dataset, anew=True)
    before = question_of(project)
    if before is None:
        return new
    version = version_of(db, new)
    old, schema = read_schema(store, version_of(db, project)), read_schema(store, version)
    try:
        question = propose(schema, read_profile(store, version), before.target, before.task)
        question = with_choices(
            schema, question, carried_inputs(before, question, old, schema), before.metric
        )
    except BadInput:
        return new  # what was predicted is gone: its page asks for another column
    split = kept_split(before, question, schema)
    if split.column is None or split.column in {column.id for column in schema.columns}:
        question = question.model_copy(update={"split": split})
    ask_question(db, store, person, new, question)
    return new


def carried_inputs(before: Question, question: Question, old: Schema, schema: Schema) -> list[str]:
    """The inputs of before that can still help, and the columns that are new."""
    known = {column.id for column in old.columns}
    kept = {c.id for c in schema.columns if c.id in before.inputs and never_input(c, question) is None}
    return [*kept, *(id for id in question.inputs if id not in known)]
