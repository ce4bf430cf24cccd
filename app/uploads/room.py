"""Room for what people bring: limits a file, a person and the disk, looked at before the first byte.

What a person has brought is one sum over their uploads: those on their way, those being read, and those whose dataset
still lives. Raw bytes that are kept after an import only to be read again are the first to go when the disk is full.
"""

import shutil
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import BadInput, Refusal, TooLarge
from app.jobs.tables import Job
from app.pages import size as in_words
from app.pages import whole
from app.people.tables import User
from app.settings import Settings
from app.storage import Store
from app.uploads.receiving import received
from app.uploads.tables import Upload
from trainer.contract.events import ENDED


@dataclass(frozen=True)
class Brought:
    """What a person has brought."""

    bytes: int
    files: int


def brought(db: Session, person: User) -> Brought:
    """How much a person has brought, announced bytes included."""
    total, files = db.execute(
        select(func.coalesce(func.sum(Upload.size), 0), func.count()).where(Upload.owner_id == person.id)
    ).one()
    return Brought(int(total), int(files))


def reserve(
    db: Session,
    store: Store,
    settings: Settings,
    person: User,
    filename: str,
    size: int,
    delivery: str | None = None,
) -> Upload:
    """An upload with room for all its bytes, or a refusal in words. Its file is there, empty, when ``db`` commits."""
    db.execute(
        select(User.id).where(User.id == person.id).with_for_update()
    )  # one reservation of a person at a time
    filename = clean_filename(filename)
    refuse_size(filename, size, settings)
    refuse_quota(brought(db, person), filename, size, settings)
    make_room(db, store, settings, filename, size)
    upload = Upload(owner_id=person.id, filename=filename, size=size, delivery=delivery)
    db.add(upload)
    db.flush()
    store.upload(upload.id).touch(mode=0o600, exist_ok=False)
    return upload


def refuse_size(filename: str, size: int, settings: Settings) -> None:
    """Raise in words when a file is empty or above the limit."""
    if size < 1:
        raise BadInput(f"{filename} is empty. Choose a file with something in it.")
    if size > settings.upload_limit:
        raise TooLarge(
            f"{filename} has {in_words(size)}; this server takes files of up to "
            f"{in_words(settings.upload_limit)}. Make it smaller, or have "
            "SKILLET_UPLOAD_LIMIT raised by who runs the server."
        )


def refuse_quota(has: Brought, filename: str, size: int, settings: Settings) -> None:
    """Raise in words when a person would have more than one person may."""
    if has.bytes + size > settings.person_bytes:
        raise TooLarge(
            f"{filename} has {in_words(size)}, and you have brought {in_words(has.bytes)} of the "
            f"{in_words(settings.person_bytes)} that one person may have here. Delete data you no longer need, "
            "or have SKILLET_PERSON_BYTES raised by who runs the server."
        )
    if has.files >= settings.person_files:
        raise TooLarge(
            f"You have brought {whole(has.files)} files, and one person may have {whole(settings.person_files)} here. "
            "Delete data you no longer need, or bring a folder: it counts as one file."
        )


def make_room(db: Session, store: Store, settings: Settings, filename: str, size: int) -> None:
    """Let go of raw bytes that were read already until ``size`` fits; raises in words when it does not."""
    # an import writes its own copy beside the raw bytes
    missing = settings.free_space + 2 * size - left_on_disk(db, store)
    if missing <= 0:
        return
    read = list_read(db)
    if sum(received(store, upload) for upload in read) < missing:
        free = shutil.disk_usage(store.root).free
        raise Refusal(
            f"{filename} has {in_words(size)}, and reading it needs about twice that. The server's disk has "
            f"{in_words(free)} free and keeps {in_words(settings.free_space)} back, besides what other uploads "
            "still need. Delete data you no longer need, or bring a smaller file.",
            status=507,
        )
    for upload in read:
        missing -= received(store, upload)
        store.upload(upload.id).unlink(missing_ok=True)
        if missing <= 0:
            return


def left_on_disk(db: Session, store: Store) -> int:
    """Free bytes less those that were promised to uploads on their way."""
    promised = 0
    for upload in db.scalars(select(Upload).where(Upload.job_id.is_(None))):
        promised += upload.size - received(store, upload)
    return shutil.disk_usage(store.root).free - promised


def list_read(db: Session) -> list[Upload]:
    """Uploads whose import has ended, the longest ago first; locked, so that nobody orders to read them meanwhile."""
    wanted = select(Upload).join(Job, Job.id == Upload.job_id).where(Job.state.in_(ENDED))
    return list(db.scalars(wanted.order_by(Job.ended_at).with_for_update(of=Upload)))


def clean_filename(name: str) -> str:
    """A label: the last part of what may be a path, without control characters, at most 255 characters."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    label = "".join(c for c in last if c.isprintable()).strip()[:255]
    if not label:
        raise BadInput("The file has no name. Give it one, then drop it again.")
    return label
