"""A collection as a file that an import can read: class folders in a zip, or a table."""

import csv
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.datasets.service import forget_uploads, import_again, import_job, import_uploads
from app.datasets.tables import Dataset
from app.errors import Conflict
from app.labels.collecting import count_items, list_classes
from app.labels.kinds import get_kind
from app.labels.tables import Collection, Item
from app.people.tables import User
from app.settings import Settings
from app.storage import Store
from app.uploads.room import reserve
from trainer.contract.events import ENDED

FIRST_DAY = (1980, 1, 1, 0, 0, 0)
OVERHEAD = 1_000
"""Bytes that an example takes in an archive besides its own, at most."""
PIECE = 1 << 20


def use(db: Session, store: Store, settings: Settings, person: User, collection: Collection) -> Dataset:
    """Make a dataset of all examples, or the next version of the one that was made before."""
    refuse_empty(db, collection)
    dataset = db.get(Dataset, collection.dataset_id) if collection.dataset_id else None
    if dataset is not None and import_job(db, dataset).state not in ENDED:
        raise Conflict(
            f"{dataset.name} is being read right now. Wait for its end, then use the new examples."
        )
    ending = "csv" if collection.kind in ("texts", "points") else "zip"
    upload = reserve(db, store, settings, person, f"{collection.name}.{ending}", roughly(db, collection))
    path = store.upload(upload.id)
    write = {"texts": write_texts, "points": write_points}.get(collection.kind, write_archive)
    try:
        write(db, store, collection, path)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    upload.size = path.stat().st_size
    db.flush()
    if dataset is None:
        dataset = import_uploads(db, store, person, [upload])
        collection.dataset_id = dataset.id
    else:
        forget_uploads(db, store, dataset)
        upload.dataset_id, upload.job_id = dataset.id, dataset.job_id
        db.flush()
        import_again(db, store, person, dataset)
    db.flush()
    return dataset


def refuse_empty(db: Session, collection: Collection) -> None:
    """Raise in words where there is nothing yet to tell apart."""
    kind = get_kind(collection.kind)
    if collection.points.get("target") == "height" and collection.points.get("points"):
        return
    counts = count_items(db, collection)
    named = [one.name for one in list_classes(db, collection) if counts.get(one.id)]
    if not named:
        raise Conflict(f"There are no {kind.many} yet. Make some first, in at least two classes.")
    if len(named) == 1:
        raise Conflict(
            f"Only ‘{named[0]}’ has {kind.many}, and with one class there is nothing to tell apart. "
            "Make examples of another class too."
        )


def roughly(db: Session, collection: Collection) -> int:
    """At most so many bytes will be written."""
    sizes = list(db.scalars(select(Item.size).where(Item.collection_id == collection.id)))
    points = len(collection.points.get("points", []))
    return (
        2 * sum(sizes) + OVERHEAD * (len(sizes) + points + 1)
        if collection.kind in ("texts", "points")
        else (sum(sizes) + OVERHEAD * (len(sizes) + 1))
    )


def write_archive(db: Session, store: Store, collection: Collection, path: Path) -> None:
    """A folder a class; the bytes as they were received, which only the import opens."""
    names = {one.id: one.name for one in list_classes(db, collection)}
    items = select(Item).where(Item.collection_id == collection.id).order_by(Item.number)
    with zipfile.ZipFile(path, "w") as archive:
        for item in db.scalars(items):
            info = zipfile.ZipInfo(f"{names[item.class_id]}/{item.number:05}.{item.ending}", FIRST_DAY)
            with store.item(collection.id, item.id).open("rb") as file, archive.open(info, "w") as target:
                while data := file.read(PIECE):
                    target.write(data)


def write_texts(db: Session, _store: Store, collection: Collection, path: Path) -> None:
    """Two columns: text and class."""
    names = {one.id: one.name for one in list_classes(db, collection)}
    items = select(Item).where(Item.collection_id == collection.id).order_by(Item.number)
    write_csv(
        path, ["text", "class"], ([item.text or "", names[item.class_id]] for item in db.scalars(items))
    )


def write_points(db: Session, _store: Store, collection: Collection, path: Path) -> None:
    """Three columns: x, y, and colour or height."""
    names = {one.id: one.name for one in list_classes(db, collection)}
    points = collection.points["points"]
    if collection.points["target"] == "height":
        write_csv(path, ["x", "y", "height"], points)
    else:
        write_csv(path, ["x", "y", "colour"], ([x, y, names[id]] for x, y, id in points if id in names))


def write_csv(path: Path, header: list[str], rows: Iterable[Sequence[object]]) -> None:
    """A table, UTF-8, commas."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
