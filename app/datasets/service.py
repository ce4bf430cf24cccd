"""Datasets: from an upload or a sample to an import job, and from its outcome to a version."""

import functools
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.datasets.tables import Dataset, DatasetVersion
from app.errors import Conflict, NotFound
from app.jobs.service import queue_job
from app.jobs.tables import Job
from app.people.tables import User
from app.storage import Store
from app.uploads.routes import received
from app.uploads.tables import Upload
from trainer.contract.dataset import Profile, Schema
from trainer.contract.documents import read_document
from trainer.contract.events import ENDED
from trainer.contract.order import ImportOrder, SourceFile
from trainer.contract.outcome import Outcome
from trainer.contract.samples import SAMPLES


def import_upload(db: Session, store: Store, owner: User, upload: Upload) -> Dataset:
    """A dataset of an upload that has arrived whole. Asked twice, it is the same dataset."""
    going_on = find_dataset_of_upload(db, upload)
    if going_on is not None:
        return going_on
    arrived = received(store, upload)
    if arrived < upload.size:
        raise Conflict(
            f"{upload.filename} has not arrived whole: {arrived:,} of {upload.size:,} bytes are here. "
            "Drop the file again; the upload goes on where it stopped."
        )
    file = SourceFile(path=store.upload(upload.id), filename=upload.filename)
    order = ImportOrder(datasets=store.datasets, files=[file])
    job = queue_job(db, store, owner, order)
    dataset = Dataset(owner_id=owner.id, name=name_of(upload.filename), job_id=job.id, upload_id=upload.id)
    db.add(dataset)
    db.flush()
    return dataset


def import_sample(db: Session, store: Store, owner: User, key: str) -> Dataset:
    """A dataset of a sample. One that this person already has is opened again instead of being made twice."""
    sample = SAMPLES.get(key)
    if sample is None:
        raise NotFound(f"There is no sample ‘{key[:40]}’. The samples are {', '.join(SAMPLES)}.")
    for dataset in db.scalars(
        select(Dataset)
        .where(Dataset.owner_id == owner.id, Dataset.sample == key)
        .order_by(Dataset.created_at.desc())
    ):
        if find_version(db, dataset) is not None or import_job(db, dataset).state not in ENDED:
            return dataset
    job = queue_job(db, store, owner, ImportOrder(datasets=store.datasets, sample=key))
    dataset = Dataset(owner_id=owner.id, name=sample.title, sample=key, job_id=job.id)
    db.add(dataset)
    db.flush()
    return dataset


def finish_import(db: Session, job: Job, outcome: Outcome, store: Store) -> None:
    """The version's row, and the raw bytes deleted. Doing it twice changes nothing.

    A failed import keeps its upload, so that trying again needs no second upload.
    """
    dataset = db.scalar(select(Dataset).where(Dataset.job_id == job.id))
    if dataset is None or outcome.state != "done":
        return
    found = outcome.results
    if find_version(db, dataset) is None:
        db.add(
            DatasetVersion(
                owner_id=dataset.owner_id,
                dataset_id=dataset.id,
                hash=found["version"],
                rows=found["rows"],
                columns=found["columns"],
                rejects=found["rejects"],
            )
        )
    if dataset.upload_id is not None:
        store.upload(dataset.upload_id).unlink(missing_ok=True)
        upload = db.get(Upload, dataset.upload_id)
        dataset.upload_id = None
        db.flush()
        if upload is not None:
            db.delete(upload)
    db.flush()


def find_dataset_of_upload(db: Session, upload: Upload) -> Dataset | None:
    """The dataset that an upload became, unless its import ended badly."""
    for dataset in db.scalars(select(Dataset).where(Dataset.upload_id == upload.id)):
        if import_job(db, dataset).state not in ENDED - {"done"}:
            return dataset
    return None


def find_version(db: Session, dataset: Dataset) -> DatasetVersion | None:
    """The newest version of a dataset; None while none was made."""
    return db.scalar(
        select(DatasetVersion)
        .where(DatasetVersion.dataset_id == dataset.id)
        .order_by(DatasetVersion.created_at.desc(), DatasetVersion.id)
        .limit(1)
    )


def get_version(db: Session, dataset: Dataset) -> DatasetVersion:
    """The newest version; raises Conflict in words while there is none."""
    version = find_version(db, dataset)
    if version is None:
        raise Conflict(f"{dataset.name} has no table yet. Open the dataset to see how its import stands.")
    return version


def import_job(db: Session, dataset: Dataset) -> Job:
    """The job of a dataset's import."""
    return db.get_one(Job, dataset.job_id)


def read_schema(store: Store, version: DatasetVersion) -> Schema:
    """The columns of a version."""
    return _schema(store.version(version.hash).schema)


def read_profile(store: Store, version: DatasetVersion) -> Profile:
    """What was found in a version."""
    return _profile(store.version(version.hash).profile)


def name_of(filename: str) -> str:
    """What a dataset is called: its file without the last extension."""
    stem = filename.rsplit(".", 1)[0] if "." in filename.strip(".") else filename
    return stem.strip()[:200] or filename[:200]


@functools.lru_cache(maxsize=64)
def _schema(path: Path) -> Schema:
    return read_document(path, Schema)


@functools.lru_cache(maxsize=64)
def _profile(path: Path) -> Profile:
    return read_document(path, Profile)
