"""Datasets: from an upload or a sample to an import job, and from its outcome to a version."""

import functools
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.datasets.tables import Dataset, DatasetVersion
from app.errors import Conflict, NotFound
from app.jobs.service import queue_job
from app.jobs.tables import Job
from app.people.tables import User
from app.storage import Store
from app.uploads.receiving import received
from app.uploads.tables import Upload
from trainer.contract.dataset import Profile, Schema
from trainer.contract.documents import read_document
from trainer.contract.events import ENDED
from trainer.contract.order import ImportOrder, SourceFile
from trainer.contract.outcome import Outcome
from trainer.contract.samples import SAMPLES

BY_NAME = (Upload.filename, Upload.id)


def import_uploads(db: Session, store: Store, owner: User, uploads: Sequence[Upload]) -> Dataset:
    """One dataset of uploads that have arrived whole. Asked twice, it is the same one; where its import ended badly,
    they are read again.
    """
    going_on = find_dataset_of(db, uploads)
    if going_on is not None:
        if import_job(db, going_on).state in ENDED - {"done"}:
            import_again(db, store, owner, going_on)
        return going_on
    check_arrived(store, uploads)
    uploads = sorted(uploads, key=lambda upload: (upload.filename, upload.id))
    job = queue_job(
        db, store, owner, ImportOrder(datasets=store.datasets, files=source_files(store, uploads))
    )
    dataset = Dataset(
        owner_id=owner.id, name=name_of_all([upload.filename for upload in uploads]), job_id=job.id
    )
    db.add(dataset)
    db.flush()
    for upload in uploads:
        upload.dataset_id, upload.job_id = dataset.id, job.id
    db.flush()
    return dataset


def import_again(
    db: Session,
    store: Store,
    person: User,
    dataset: Dataset,
    rule: str | None = None,
    sheet: str | None = None,
) -> Job:
    """Read the files of a dataset once more, by another rule or from another sheet; what is read becomes its newest
    version. Raises Conflict in words while it is read, and when the files are not kept any more.
    """
    uploads = list(
        db.scalars(
            select(Upload)
            .where(Upload.dataset_id == dataset.id, Upload.job_id == dataset.job_id)
            .order_by(*BY_NAME)
            .with_for_update()
        )
    )
    if import_job(db, dataset).state not in ENDED:
        raise Conflict(f"{dataset.name} is being read right now. Wait for its end, then choose again.")
    if not are_kept(store, uploads):
        raise Conflict(
            f"The file of {dataset.name} itself is not kept any more: a server keeps it for some hours after it was "
            "read. Bring it once more, then choose how to read it."
        )
    order = ImportOrder(datasets=store.datasets, files=source_files(store, uploads), rule=rule, sheet=sheet)
    job = queue_job(db, store, person, order)
    dataset.job_id = job.id
    for upload in uploads:
        upload.job_id = job.id
    db.flush()
    return job


def check_arrived(store: Store, uploads: Sequence[Upload]) -> None:
    """Raise Conflict, in words, where an upload is not here whole."""
    for upload in uploads:
        arrived = received(store, upload)
        if arrived < upload.size:
            raise Conflict(
                f"{upload.filename} has not arrived whole: {arrived:,} of {upload.size:,} bytes are here. "
                "Drop the file again; the upload goes on where it stopped."
            )


def uploads_of(db: Session, dataset: Dataset) -> list[Upload]:
    """The files that a dataset was read from, in the order of their reading, without those that added rows later;
    whether their bytes are still here says ``are_kept``.
    """
    own = (Upload.dataset_id == dataset.id, Upload.job_id == dataset.job_id)
    return list(db.scalars(select(Upload).where(*own).order_by(*BY_NAME)))


def are_kept(store: Store, uploads: Sequence[Upload]) -> bool:
    """Whether there are files, and each is here whole: then they can be read again."""
    return bool(uploads) and all(received(store, upload) == upload.size for upload in uploads)


def forget_uploads(db: Session, store: Store, dataset: Dataset) -> None:
    """Delete the files of a dataset, which is about to be deleted, with their rows."""
    for upload in db.scalars(select(Upload).where(Upload.dataset_id == dataset.id)):
        store.upload(upload.id).unlink(missing_ok=True)
        db.delete(upload)
    db.flush()


def source_files(store: Store, uploads: Sequence[Upload]) -> list[SourceFile]:
    """Uploads as an order names them."""
    return [SourceFile(path=store.upload(upload.id), filename=upload.filename) for upload in uploads]


def import_sample(db: Session, store: Store, owner: User, key: str) -> Dataset:
    """A dataset of a sample. One that this person already has is opened again instead of being made twice."""
    sample = SAMPLES.get(key)
    if sample is None:
        raise NotFound(f"There is no sample ‘{key[:40]}’. The samples are {', '.join(SAMPLES)}.")
    for dataset in db.scalars(
        select(Dataset)
        .where(Dataset.owner_id == owner.id, Dataset.sample == key, Dataset.deleted_at.is_(None))
        .order_by(Dataset.created_at.desc())
    ):
        if find_version(db, dataset) is not None or import_job(db, dataset).state not in ENDED:
            return dataset
    job = queue_job(db, store, owner, ImportOrder(datasets=store.datasets, sample=key))
    dataset = Dataset(owner_id=owner.id, name=sample.title, sample=key, job_id=job.id)
    db.add(dataset)
    db.flush()
    return dataset


def finish_import(db: Session, job: Job, outcome: Outcome) -> None:
    """The version's row, which is shown from now on. Doing it twice changes nothing.

    The raw bytes stay for some hours, whether the import succeeded or not (``app.datasets.janitor``).
    """
    dataset = db.scalar(
        select(Dataset).where(or_(Dataset.job_id == job.id, Dataset.adding_id == job.id)).limit(1)
    )
    if dataset is None or outcome.state != "done":
        return
    found = outcome.results
    made = select(DatasetVersion.id).where(
        DatasetVersion.dataset_id == dataset.id,
        DatasetVersion.hash == found["version"],
        DatasetVersion.created_at >= job.created_at,
    )
    if db.scalar(made.limit(1)) is None:
        dataset.version_id = None
        base = select(DatasetVersion.id).where(
            DatasetVersion.dataset_id == dataset.id, DatasetVersion.hash == found.get("onto")
        )
        db.add(
            DatasetVersion(
                owner_id=dataset.owner_id,
                dataset_id=dataset.id,
                hash=found["version"],
                rows=found["rows"],
                columns=found["columns"],
                rejects=found["rejects"],
                parent_id=db.scalar(base.order_by(DatasetVersion.created_at.desc()).limit(1)),
                note=found.get("note", ""),
            )
        )
    if dataset.adding_id == job.id:
        dataset.adding_id = None
    db.flush()


def find_dataset_of(db: Session, uploads: Sequence[Upload]) -> Dataset | None:
    """The dataset that these uploads became; None while they are none. Raises Conflict when they are of several."""
    ids = {upload.dataset_id for upload in uploads} - {None}
    found = [dataset for dataset in (db.get(Dataset, id) for id in ids) if dataset is not None]
    if not found:
        return None
    if len(found) > 1 or None in {upload.dataset_id for upload in uploads}:
        raise Conflict("Some of these files were imported already. Bring the others without them.")
    return found[0]


def find_version(db: Session, dataset: Dataset) -> DatasetVersion | None:
    """The version of a dataset that is shown: the one gone to, else the newest; None while none was made."""
    chosen = db.get(DatasetVersion, dataset.version_id) if dataset.version_id else None
    if chosen is not None and chosen.dataset_id == dataset.id and chosen.deleted_at is None:
        return chosen
    return db.scalar(
        select(DatasetVersion)
        .where(DatasetVersion.dataset_id == dataset.id, DatasetVersion.deleted_at.is_(None))
        .order_by(DatasetVersion.created_at.desc(), DatasetVersion.id)
        .limit(1)
    )


def get_version(db: Session, dataset: Dataset) -> DatasetVersion:
    """The version that is shown; raises Conflict in words while there is none."""
    version = find_version(db, dataset)
    if version is None:
        raise Conflict(f"{dataset.name} has no table yet. Open the dataset to see how its import stands.")
    return version


def get_version_of(db: Session, dataset: Dataset, version_id: str | None) -> DatasetVersion:
    """This version of a dataset, or with None the one that is shown; raises NotFound for one of another dataset."""
    if version_id is None:
        return get_version(db, dataset)
    version = db.get(DatasetVersion, version_id) if "\x00" not in version_id else None
    if version is None or version.dataset_id != dataset.id or version.deleted_at is not None:
        raise NotFound
    return version


def import_job(db: Session, dataset: Dataset) -> Job:
    """The job of a dataset's import."""
    return db.get_one(Job, dataset.job_id)


def read_schema(store: Store, version: DatasetVersion) -> Schema:
    """The columns of a version."""
    return schema_at(store, version.hash)


def read_profile(store: Store, version: DatasetVersion) -> Profile:
    """What was found in a version."""
    return profile_at(store, version.hash)


def schema_at(store: Store, hash: str) -> Schema:
    """The columns of the version in this folder."""
    return _schema(store.version(hash).schema)


def profile_at(store: Store, hash: str) -> Profile:
    """What was found in the version in this folder."""
    return _profile(store.version(hash).profile)


def name_of_all(filenames: Sequence[str]) -> str:
    """What a dataset of several files is called: after the first, with the number of the others."""
    others = len(filenames) - 1
    if not others:
        return name_of(filenames[0])
    return f"{name_of(filenames[0])[:170]} and {others} more {'file' if others == 1 else 'files'}"


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
