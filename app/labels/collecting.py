"""Collections: classes, examples, and how many there are."""

import shutil
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import BadInput, Conflict, NotFound, Refusal, TooLarge
from app.labels.forms import class_name
from app.labels.kinds import get_kind
from app.labels.tables import CollectedClass, Collection, Item
from app.pages import size as in_words
from app.people.tables import User
from app.settings import Settings
from app.storage import Store
from app.uploads.room import brought

SHOWN = 60
"""Examples of a class that a page shows, the newest first; all are counted and used."""
MOST_CLASSES = 100
MOST_ITEMS = 20_000
LONGEST_TEXT = 10_000
FILES = {
    "photos": (
        (b"\xff\xd8\xff", "jpg"), (b"\x89PNG", "png"), (b"GIF8", "gif"), (b"BM", "bmp"),
        (b"II*\0", "tif"), (b"MM\0*", "tif"),
    ),
    "sounds": ((b"fLaC", "flac"), (b"OggS", "ogg"), (b"ID3", "mp3"), (b"\xff\xfb", "mp3"), (b"\xff\xf3", "mp3")),
}  # fmt: skip
TYPES = {"jpg": "image/jpeg", "png": "image/png", "gif": "image/gif", "webp": "image/webp", "wav": "audio/wav",
         "flac": "audio/flac", "ogg": "audio/ogg", "mp3": "audio/mpeg"}  # fmt: skip
"""What a browser may be shown, by the ending that the first bytes gave."""


@dataclass(frozen=True)
class Column:
    """A class as the page shows it."""

    id: str
    name: str
    count: int
    newest: list[Item]


def a_collection(db: Session, person: User, key: str) -> Collection:
    """A new one with two classes."""
    kind = get_kind(key)
    collection = Collection(owner_id=person.id, name=kind.title, kind=kind.key, points={})
    db.add(collection)
    db.flush()
    for name in kind.classes:
        add_class(db, collection, name)
    return collection


def add_class(db: Session, collection: Collection, text: str) -> CollectedClass:
    """One more class, at the end."""
    name = class_name(text)
    classes = list_classes(db, collection)
    if len(classes) >= MOST_CLASSES:
        raise Conflict(f"A collection has at most {MOST_CLASSES} classes. Delete one first.")
    refuse_twice(classes, name)
    place = max((one.place for one in classes), default=0) + 1
    made = CollectedClass(owner_id=collection.owner_id, collection_id=collection.id, name=name, place=place)
    db.add(made)
    db.flush()
    return made


def rename_class(db: Session, collection: Collection, one: CollectedClass, text: str) -> None:
    """Call a class something else."""
    name = class_name(text)
    refuse_twice([other for other in list_classes(db, collection) if other.id != one.id], name)
    one.name = name
    db.flush()


def refuse_twice(classes: list[CollectedClass], name: str) -> None:
    """Two classes that differ only in capitals would be one folder on some machines."""
    if name.casefold() in {one.name.casefold() for one in classes}:
        raise BadInput(f"There is a class ‘{name}’ already. Give this one another name.")


def delete_class(db: Session, store: Store, one: CollectedClass) -> None:
    """A class with all its examples."""
    for item in db.scalars(select(Item).where(Item.class_id == one.id)):
        store.item(one.collection_id, item.id).unlink(missing_ok=True)
    db.delete(one)
    db.flush()


def get_class(db: Session, collection: Collection, id: str) -> CollectedClass:
    """A class of this collection; else NotFound."""
    found = db.get(CollectedClass, id) if "\x00" not in id else None
    if found is None or found.collection_id != collection.id:
        raise NotFound
    return found


def get_item(db: Session, collection: Collection, id: str) -> Item:
    """An example of this collection; else NotFound."""
    found = db.get(Item, id) if "\x00" not in id else None
    if found is None or found.collection_id != collection.id:
        raise NotFound
    return found


def list_classes(db: Session, collection: Collection) -> list[CollectedClass]:
    """In their order."""
    wanted = select(CollectedClass).where(CollectedClass.collection_id == collection.id)
    return list(db.scalars(wanted.order_by(CollectedClass.place)))


def list_columns(db: Session, collection: Collection) -> list[Column]:
    """The classes with how many examples each has, and the newest of them."""
    counts = count_items(db, collection)
    columns = []
    for one in list_classes(db, collection):
        newest = select(Item).where(Item.class_id == one.id).order_by(Item.number.desc()).limit(SHOWN)
        columns.append(Column(one.id, one.name, counts.get(one.id, 0), list(db.scalars(newest))))
    return columns


def count_items(db: Session, collection: Collection) -> dict[str, int]:
    """Class id -> examples."""
    if collection.kind == "points":
        counts: dict[str, int] = {}
        for _x, _y, answer in collection.points.get("points", []):
            counts[str(answer)] = counts.get(str(answer), 0) + 1
        return counts
    wanted = select(Item.class_id, func.count()).where(Item.collection_id == collection.id)
    return {row.class_id: row[1] for row in db.execute(wanted.group_by(Item.class_id))}


def new_item(db: Session, one: CollectedClass, **values: object) -> Item:
    """One more example."""
    wanted = select(func.coalesce(func.max(Item.number), 0), func.count())
    last, count = db.execute(wanted.where(Item.collection_id == one.collection_id)).one()
    if count >= MOST_ITEMS:
        raise Conflict(
            f"A collection holds at most {MOST_ITEMS:,} examples. Make a dataset of it and start another."
        )
    item = Item(
        owner_id=one.owner_id, collection_id=one.collection_id, class_id=one.id, number=last + 1, **values
    )
    db.add(item)
    db.flush()
    return item


def add_texts(db: Session, one: CollectedClass, lines: list[str]) -> int:
    """Each line that says something is an example; how many there were."""
    said = [line.strip() for line in lines if line.strip()]
    long = next((n for n, line in enumerate(said, 1) if len(line) > LONGEST_TEXT), None)
    if long is not None:
        raise BadInput(
            f"Line {long:,} is longer than {LONGEST_TEXT:,} characters. Split it, or bring it as a file."
        )
    for line in said:
        new_item(db, one, text=line, size=len(line.encode()))
    return len(said)


def ending_of(kind: str, head: bytes) -> str:
    """What kind of file the first bytes say it is; raises BadInput in words for what cannot be an example."""
    if head.startswith(b"RIFF"):
        form = {b"WEBP": ("photos", "webp"), b"WAVE": ("sounds", "wav")}.get(head[8:12])
        family = "sounds" if kind == "sounds" else "photos"
        if form is not None and form[0] == family:
            return form[1]
    for magic, ending in FILES["sounds" if kind == "sounds" else "photos"]:
        if head.startswith(magic):
            return ending
    if kind == "sounds":
        raise BadInput("This is no sound that can be read. Bring WAV, FLAC, OGG or MP3.")
    raise BadInput("This is no picture that can be read. Bring JPEG, PNG, WebP, BMP, GIF or TIFF.")


def refuse_bytes(db: Session, store: Store, settings: Settings, person: User, size: int) -> None:
    """Raise in words when a person would have more than one person may, or the disk too little left."""
    collected = (
        db.scalar(select(func.coalesce(func.sum(Item.size), 0)).where(Item.owner_id == person.id)) or 0
    )
    has = brought(db, person).bytes + int(collected)
    if has + size > settings.person_bytes:
        raise TooLarge(
            f"You have brought {in_words(has)} of the {in_words(settings.person_bytes)} that one person may have here. "
            "Delete data you no longer need, or have SKILLET_PERSON_BYTES raised by who runs the server."
        )
    if shutil.disk_usage(store.root).free - size < settings.free_space:
        raise Refusal(
            "The server's disk is nearly full. Delete data you no longer need, then go on.", status=507
        )
