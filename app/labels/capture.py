"""The pages where people make their own examples. Nothing lives in the tab: what is made is sent at once."""

from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from app.datasets.service import import_uploads
from app.datasets.tables import Dataset
from app.db import open_session
from app.errors import BadInput, Conflict, NotFound
from app.labels import collecting
from app.labels.forms import Points
from app.labels.kinds import KINDS, get_kind
from app.labels.packing import use
from app.labels.tables import Collection, Item
from app.pages import Db, render, wants_fragment
from app.people.authorize import get_changeable, get_deletable, get_readable
from app.people.session import Person
from app.storage import Store
from app.uploads.room import reserve

LARGEST_ITEM = 16 * 2**20
LEAST_HEAD = 16
HEADERS = {
    "Cache-Control": "private, max-age=31536000, immutable",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Content-Disposition": "inline",
}
router = APIRouter()


@router.get("/capture")
def show_kinds(request: Request, db: Db, person: Person) -> HTMLResponse:
    """What can be made, and what was begun."""
    mine = select(Collection).where(Collection.owner_id == person.id).order_by(Collection.created_at.desc())
    begun = [
        (one, KINDS[one.kind], sum(collecting.count_items(db, one).values()))
        for one in db.scalars(mine.limit(20))
    ]
    return render(request, "labels/kinds.html", {"kinds": list(KINDS.values()), "begun": begun})


@router.post("/capture")
def begin(db: Db, person: Person, kind: Annotated[str, Form()]) -> Response:
    """A new collection."""
    return RedirectResponse(f"/capture/{collecting.a_collection(db, person, kind).id}", status_code=303)


@router.post("/capture/table")
def paste_table(request: Request, db: Db, person: Person, table: Annotated[str, Form()]) -> Response:
    """A table that was pasted: imported as the file it would have been."""
    if not table.strip():
        raise BadInput("Nothing was pasted. Copy the cells of a spreadsheet, then paste them here.")
    store: Store = request.app.state.store
    data = table.encode()
    upload = reserve(db, store, request.app.state.settings, person, "Pasted table.csv", len(data))
    store.upload(upload.id).write_bytes(data)
    return RedirectResponse(f"/datasets/{import_uploads(db, store, person, [upload]).id}", status_code=303)


@router.get("/capture/{collection_id}")
def show(request: Request, db: Db, person: Person, collection_id: str) -> HTMLResponse:
    """A collection, to go on with."""
    collection = get_readable(db, person, Collection, collection_id)
    return render(request, "labels/collect.html", context_of(db, collection))


@router.delete("/capture/{collection_id}")
def delete(request: Request, db: Db, person: Person, collection_id: str) -> Response:
    """A collection with all its examples; the datasets made of it stay."""
    collection = get_deletable(db, person, Collection, collection_id)
    for one in collecting.list_classes(db, collection):
        collecting.delete_class(db, request.app.state.store, one)
    db.delete(collection)
    return Response(status_code=200, headers={"HX-Redirect": "/capture"})


@router.post("/capture/{collection_id}/classes")
def add_class(
    request: Request, db: Db, person: Person, collection_id: str, name: Annotated[str, Form()]
) -> HTMLResponse:
    """One more class."""
    collection = get_changeable(db, person, Collection, collection_id)
    return answer(request, db, collection, lambda: collecting.add_class(db, collection, name))


@router.post("/capture/{collection_id}/classes/{class_id}")
def rename_class(
    request: Request, db: Db, person: Person, collection_id: str, class_id: str, name: Annotated[str, Form()]
) -> HTMLResponse:
    """Call a class something else."""
    collection = get_changeable(db, person, Collection, collection_id)
    one = collecting.get_class(db, collection, class_id)
    return answer(request, db, collection, lambda: collecting.rename_class(db, collection, one, name))


@router.delete("/capture/{collection_id}/classes/{class_id}")
def delete_class(request: Request, db: Db, person: Person, collection_id: str, class_id: str) -> HTMLResponse:
    """A class with its examples."""
    collection = get_changeable(db, person, Collection, collection_id)
    one = collecting.get_class(db, collection, class_id)
    if collection.kind == "points":
        kept = [point for point in collection.points.get("points", []) if point[2] != one.id]
        collection.points = {**collection.points, "points": kept}
    collecting.delete_class(db, request.app.state.store, one)
    return answer(request, db, collection, lambda: None)


@router.post("/capture/{collection_id}/classes/{class_id}/texts")
def add_texts(
    request: Request, db: Db, person: Person, collection_id: str, class_id: str, text: Annotated[str, Form()]
) -> HTMLResponse:
    """Lines that were typed or pasted, each an example."""
    collection = get_changeable(db, person, Collection, collection_id)
    one = collecting.get_class(db, collection, class_id)
    if collection.kind != "texts":
        raise Conflict(f"{collection.name} takes no texts.")

    def add() -> None:
        lines = text.splitlines()
        refuse_table(lines)
        collecting.refuse_bytes(
            db, request.app.state.store, request.app.state.settings, person, len(text.encode())
        )
        if not collecting.add_texts(db, one, lines):
            raise BadInput("There was no line with words in it. Type one, or paste several.")

    return answer(request, db, collection, add)


def refuse_table(lines: list[str]) -> None:
    """Raise in words for what was copied out of a spreadsheet: several lines, all with the same number of tabs."""
    tabs = {line.count("\t") for line in lines if line.strip()}
    if len(tabs) == 1 and 0 not in tabs and len(lines) > 1:
        raise BadInput(
            f"This is a table with {tabs.pop() + 1} columns, copied from a spreadsheet. Paste it below, under ‘A whole "
            "table’: its columns stay apart there."
        )


@router.post("/capture/{collection_id}/classes/{class_id}/items", status_code=201)
async def add_item(request: Request, person: Person, collection_id: str, class_id: str) -> JSONResponse:
    """One photo, clip or drawing: its bytes go to the disk as they come, and nobody opens them here."""
    engine, store = request.app.state.engine, request.app.state.store

    def begin_item(head: bytes) -> tuple[str, Path]:
        with open_session(engine) as db:
            collection = get_changeable(db, person, Collection, collection_id)
            one = collecting.get_class(db, collection, class_id)
            if collection.kind not in ("photos", "sounds", "drawings"):
                raise Conflict(f"{collection.name} takes no files.")
            ending = collecting.ending_of(collection.kind, head)
            collecting.refuse_bytes(db, store, request.app.state.settings, person, LARGEST_ITEM)
            item = collecting.new_item(db, one, ending=ending)
            path = store.item(collection.id, item.id)
            path.parent.mkdir(mode=0o700, exist_ok=True)
            db.commit()
            return item.id, path

    await run_in_threadpool(check, engine, person, collection_id, class_id)
    head, rest = b"", request.stream()
    async for piece in rest:
        head += piece
        if len(head) >= LEAST_HEAD:
            break
    id, path = await run_in_threadpool(begin_item, head)
    try:
        with path.open("wb") as file:
            await run_in_threadpool(file.write, head)
            async for piece in rest:
                await run_in_threadpool(file.write, piece)
        count = await run_in_threadpool(end_item, engine, id, path.stat().st_size)
    except ClientDisconnect:
        await run_in_threadpool(forget, engine, id, path)
        raise BadInput("The example did not arrive whole. It is sent again.") from None
    except BaseException:
        await run_in_threadpool(forget, engine, id, path)
        raise
    href = f"/capture/{collection_id}/items/{id}"
    return JSONResponse({"id": id, "href": href, "count": count}, status_code=201)


def check(engine: Any, person: Any, collection_id: str, class_id: str) -> None:
    """Whether the class is this person's, before a byte of it is awaited."""
    with open_session(engine, write=False) as db:
        collecting.get_class(db, get_changeable(db, person, Collection, collection_id), class_id)


def end_item(engine: Any, id: str, size: int) -> int:
    """The example is here whole; how many its class has now."""
    with open_session(engine) as db:
        item = db.get_one(Item, id)
        item.size = size
        collection = db.get_one(Collection, item.collection_id)
        count = collecting.count_items(db, collection)[item.class_id]
        db.commit()
        return count


def forget(engine: Any, id: str, path: Path) -> None:
    """An example that did not arrive whole."""
    path.unlink(missing_ok=True)
    with open_session(engine) as db:
        item = db.get(Item, id)
        if item is not None:
            db.delete(item)
        db.commit()


@router.get("/capture/{collection_id}/items/{item_id}")
def send_item(request: Request, db: Db, person: Person, collection_id: str, item_id: str) -> Response:
    """An example as it was received, to its owner alone, of a type that its first bytes gave."""
    item = collecting.get_item(db, get_readable(db, person, Collection, collection_id), item_id)
    path = request.app.state.store.item(collection_id, item.id)
    if item.text is not None:
        return Response(item.text, media_type="text/plain; charset=utf-8", headers=HEADERS)
    if item.ending not in collecting.TYPES or not path.is_file():
        raise NotFound("A browser cannot show this file. It is here all the same, and is used.")
    return FileResponse(path, media_type=collecting.TYPES[item.ending], headers=HEADERS)


@router.delete("/capture/{collection_id}/items/{item_id}")
def delete_item(request: Request, db: Db, person: Person, collection_id: str, item_id: str) -> JSONResponse:
    """One example."""
    collection = get_changeable(db, person, Collection, collection_id)
    item = collecting.get_item(db, collection, item_id)
    request.app.state.store.item(collection.id, item.id).unlink(missing_ok=True)
    db.delete(item)
    db.flush()
    return JSONResponse(
        {"class": item.class_id, "count": collecting.count_items(db, collection).get(item.class_id, 0)}
    )


@router.put("/capture/{collection_id}/points")
def keep_points(db: Db, person: Person, collection_id: str, points: Points) -> JSONResponse:
    """All points as they are now."""
    collection = get_changeable(db, person, Collection, collection_id)
    if collection.kind != "points":
        raise Conflict(f"{collection.name} takes no points.")
    known = {one.id for one in collecting.list_classes(db, collection)}
    for n, (_x, _y, answer_) in enumerate(points.points, 1):
        if points.target == "class" and answer_ not in known:
            raise BadInput(f"Point {n:,} is of a class that is not here. Reload the page and paint again.")
        if points.target == "height" and isinstance(answer_, str):
            raise BadInput(f"Point {n:,} has no height. Reload the page and paint again.")
    collection.points = points.model_dump(mode="json")
    return JSONResponse({"count": len(points.points)})


@router.post("/capture/{collection_id}/use")
def use_these(request: Request, db: Db, person: Person, collection_id: str) -> Response:
    """Make a dataset of the examples, or its next version."""
    collection = get_changeable(db, person, Collection, collection_id)
    try:
        dataset = use(db, request.app.state.store, request.app.state.settings, person, collection)
    except Conflict as refusal:
        db.rollback()
        context = context_of(db, collection) | {"unused": refusal.sentence}
        block = "unused" if wants_fragment(request) else None
        # 422 for htmx, which shows no 409: the sentence stands on the page where the missing examples are made.
        return render(request, "labels/collect.html", context, block=block, status=422 if block else 409)
    place = f"/datasets/{dataset.id}"
    if wants_fragment(request):
        return Response(headers={"HX-Redirect": place})
    return RedirectResponse(place, status_code=303)


def answer(request: Request, db: Session, collection: Collection, change: Any) -> HTMLResponse:
    """The classes after a change; where it was refused, the sentence above them as they were."""
    try:
        change()
    except (BadInput, Conflict) as refusal:
        context = context_of(db, collection) | {"refused": refusal.sentence}
        return render(request, "labels/collect.html", context, block="classes", status=422)
    return render(request, "labels/collect.html", context_of(db, collection), block="classes")


def context_of(db: Session, collection: Collection) -> dict[str, Any]:
    """What the page of a collection needs."""
    columns = collecting.list_columns(db, collection)
    return {
        "collection": collection,
        "kind": get_kind(collection.kind),
        "columns": columns,
        "total": sum(collecting.count_items(db, collection).values()),
        "dataset": db.get(Dataset, collection.dataset_id) if collection.dataset_id else None,
        "points": collection.points or {"target": "class", "points": []},
        "refused": None,
        "shown": collecting.SHOWN,
        "types": collecting.TYPES,
    }
