"""Deeper looks at a version: asked for, going on, and what they found as sets of rows."""

import shutil

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.datasets.findings import SUSPECTS
from app.datasets.tables import Audit, Dataset, DatasetVersion, RowSet
from app.errors import BadInput
from app.jobs.service import ask, queue_job
from app.jobs.tables import Job
from app.people.tables import User
from app.storage import Store
from trainer.contract.dataset import Column, Finding, Profile, Schema
from trainer.contract.events import ENDED
from trainer.contract.order import AuditOrder
from trainer.contract.outcome import Outcome
from trainer.contract.recipe import Question
from trainer.contract.results import AuditResults

MOST_CLASSES = 200
FEW_NUMBERS = 20
"""A column of whole numbers with at most so many different ones may hold labels."""
LONGEST_NAME = 200


def start_audit(
    db: Session,
    store: Store,
    person: User,
    dataset: Dataset,
    version: DatasetVersion,
    target: str | None,
    question: tuple[str, Question] | None = None,
) -> Audit:
    """Look deeper; a look that goes on at the same is joined, one at something else is given up.

    ``question``: the project and what it asks, by whose split copies across parts are found.
    """
    going_on = find_audit(db, version)
    project_id = question[0] if question else None
    if going_on is not None and audit_job(db, going_on).state not in ENDED:
        if (going_on.target, going_on.project_id) == (target, project_id):
            return going_on
        ask(db, audit_job(db, going_on), "stop")
    order = AuditOrder(
        version=store.version(version.hash).path, target=target, question=question[1] if question else None
    )
    job = queue_job(db, store, person, order)
    audit = Audit(
        owner_id=dataset.owner_id, dataset_id=dataset.id, version_id=version.id, job_id=job.id, target=target,
        project_id=project_id, sets={},
    )  # fmt: skip
    db.add(audit)
    db.flush()
    return audit


def finish_audit(db: Session, job: Job, outcome: Outcome, store: Store) -> None:
    """Each finding's rows become a set that the table can show. Doing it twice changes nothing."""
    audit = db.scalar(select(Audit).where(Audit.job_id == job.id).order_by(Audit.created_at).limit(1))
    if audit is None or outcome.state != "done" or audit.sets:
        return
    folder = store.job(job.id).results
    sets: dict[str, str] = {}
    for finding in AuditResults.model_validate(outcome.results).findings:
        if finding.rows is None or finding.rows in sets:
            continue
        found = RowSet(
            owner_id=audit.owner_id, version_id=audit.version_id, name=finding.sentence[:LONGEST_NAME],
            kind=finding.kind, count=finding.count,
        )  # fmt: skip
        db.add(found)
        db.flush()
        shutil.copyfile(folder.rows(finding.rows), store.row_set(found.id))
        sets[finding.rows] = found.id
    audit.sets = sets
    db.flush()


def find_audit(db: Session, version: DatasetVersion, *, done: bool = False) -> Audit | None:
    """The newest look at a version; with ``done`` the newest that has found what there is."""
    looks = select(Audit).join(Job, Job.id == Audit.job_id).where(Audit.version_id == version.id)
    if done:
        looks = looks.where(Job.state == "done")
    return db.scalar(looks.order_by(Audit.created_at.desc(), Audit.id).limit(1))


def find_last_asked(db: Session, dataset: Dataset) -> Audit | None:
    """The newest look at any version of a dataset."""
    looks = select(Audit).where(Audit.dataset_id == dataset.id)
    return db.scalar(looks.order_by(Audit.created_at.desc(), Audit.id).limit(1))


def find_suspects(db: Session, version: DatasetVersion, column: str) -> RowSet | None:
    """The rows whose label in a column the newest finished look at it doubts, each with a suggestion."""
    looks = select(Audit).join(Job, Job.id == Audit.job_id)
    looks = looks.where(Audit.version_id == version.id, Audit.target == column, Job.state == "done")
    newest = db.scalar(looks.order_by(Audit.created_at.desc(), Audit.id).limit(1))
    return db.get(RowSet, newest.sets.get(SUSPECTS, "")) if newest is not None else None


def audit_job(db: Session, audit: Audit) -> Job:
    """The job of a look."""
    return db.get_one(Job, audit.job_id)


def audit_findings(db: Session, audit: Audit) -> list[Finding]:
    """What it found; nothing while it goes on, and where it failed."""
    job = audit_job(db, audit)
    if job.state != "done" or job.outcome is None:
        return []
    return AuditResults.model_validate(Outcome.model_validate(job.outcome).results).findings


def label_columns(schema: Schema, profile: Profile) -> list[Column]:
    """Columns that may hold labels to be doubted, the likeliest first: categories, few of them, the last column first.
    A name has no say: who renames a column has not chosen another.
    """
    found = [
        column
        for column in schema.columns
        if column.role == "input"
        and 2 <= profile.columns[column.id].distinct <= MOST_CLASSES
        and (
            column.type == "category"
            or (
                column.type == "number"
                and column.whole
                and profile.columns[column.id].distinct <= FEW_NUMBERS
            )
        )
    ]
    return sorted(found, key=lambda c: (c.type != "category", -schema.columns.index(c)))


def known_label_column(schema: Schema, profile: Profile, id: str) -> str | None:
    """The id of a column to doubt, None for none; raises BadInput in words."""
    if not id:
        return None
    if all(column.id != id for column in label_columns(schema, profile)):
        raise BadInput("The labels of this column cannot be looked at. Choose a column of categories.")
    return id
