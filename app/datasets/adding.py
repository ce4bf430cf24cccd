"""Adding rows to a dataset: from uploads to an import onto the version that is shown."""

from collections.abc import Sequence
from typing import Any, Literal

from sqlalchemy.orm import Session

from app.datasets.service import check_arrived, get_version, source_files
from app.datasets.tables import Dataset
from app.errors import Conflict
from app.jobs.service import cursor, find_last, queue_job
from app.jobs.tables import Job
from app.people.tables import User
from app.storage import Store
from app.uploads.tables import Upload
from trainer.contract.events import ENDED
from trainer.contract.order import ImportOrder


def add_rows(
    db: Session,
    store: Store,
    person: User,
    dataset: Dataset,
    uploads: Sequence[Upload],
    part: Literal["rows", "test"],
) -> Job:
    """Read uploads that have arrived whole, and put their rows below those of the version that is shown.

    Raises Conflict in words while rows are added already, and for uploads that were imported before.
    """
    version = get_version(db, dataset)
    going_on = db.get(Job, dataset.adding_id) if dataset.adding_id else None
    if going_on is not None and going_on.state not in ENDED:
        raise Conflict(
            f"Rows are being added to {dataset.name} right now. Wait for their end, then add more."
        )
    if any(upload.job_id is not None for upload in uploads):
        raise Conflict("Some of these files were imported already. Drop them again to add their rows.")
    check_arrived(store, uploads)
    uploads = sorted(uploads, key=lambda upload: (upload.filename, upload.id))
    order = ImportOrder(
        datasets=store.datasets,
        files=source_files(store, uploads),
        onto=store.version(version.hash).path,
        part=part,
    )
    job = queue_job(db, store, person, order)
    dataset.adding_id = job.id
    for upload in uploads:
        upload.dataset_id, upload.job_id = dataset.id, job.id
    db.flush()
    return job


def describe_adding(db: Session, dataset: Dataset) -> dict[str, Any] | None:
    """What a dataset's page says while rows are added to it, or after that failed; None where all is quiet."""
    job = db.get(Job, dataset.adding_id) if dataset.adding_id else None
    if job is None or job.state == "done":
        return None
    event = find_last(db, job.id, "progress")
    return {
        "dataset": dataset,
        "job": job,
        "failed": job.state in ENDED,
        "cursor": cursor([job]),
        "progress": event.payload if event is not None else {},
    }
