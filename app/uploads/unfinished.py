"""Uploads that wait for the rest of their bytes, or for somebody to say that they be read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import now
from app.pages import Db, render, wants_fragment, wants_page, words
from app.people.authorize import get_deletable
from app.people.session import Person
from app.people.tables import User
from app.settings import Settings
from app.storage import Store
from app.uploads.receiving import received, touched
from app.uploads.room import brought
from app.uploads.tables import Upload

_ = words.gettext
MOST = 20
"""Deliveries that are listed."""

router = APIRouter()


@dataclass(frozen=True)
class Delivery:
    """Files that were dropped together."""

    uploads: list[Upload]
    here: int
    touched: datetime
    expires: datetime

    @property
    def size(self) -> int:
        """Bytes of all its files."""
        return sum(upload.size for upload in self.uploads)

    @property
    def share(self) -> float:
        """How much has arrived; never all while a byte is missing."""
        return 1.0 if self.whole else min(0.99, self.here / self.size)

    @property
    def whole(self) -> bool:
        """Whether all has arrived."""
        return self.here >= self.size

    @property
    def folder(self) -> bool:
        """Whether it was a folder, which travels as one archive."""
        return len(self.uploads) == 1 and self.uploads[0].filename.endswith(".tar")

    @property
    def title(self) -> str:
        """Its file, its folder, or the number of its files."""
        if self.folder:
            return self.uploads[0].filename.removesuffix(".tar")
        others = len(self.uploads) - 1
        first = self.uploads[0].filename
        if not others:
            return first
        many = words.ngettext("{name} and {n} more file", "{name} and {n} more files", others)
        return many.format(name=first, n=others)

    @property
    def age(self) -> str:
        """When bytes came last, in words."""
        minutes = int((now() - self.touched).total_seconds() // 60)
        if minutes < 1:
            return _("just now")
        hours = minutes // 60
        return _("{n} min ago").format(n=minutes) if not hours else _("{n} h ago").format(n=hours)


@router.get("/uploads")
def show_unfinished(request: Request, db: Db, person: Person) -> Response:
    """What waits, and how much may be brought: a part of the drop target, a page, or JSON for scripts."""
    state = request.app.state
    uploads = list_unfinished(db, person)
    if not wants_page(request) and not wants_fragment(request):
        lines = [
            {
                "id": upload.id,
                "filename": upload.filename,
                "size": upload.size,
                "offset": received(state.store, upload),
                "delivery": upload.delivery,
            }
            for upload in uploads
        ]
        return JSONResponse({"uploads": lines}, headers={"Cache-Control": "no-store"})
    return show(request, db, person, uploads)


@router.post("/uploads/forget")
def forget(
    request: Request, db: Db, person: Person, upload: Annotated[list[str], Form(max_length=1000)]
) -> Response:
    """Delete what arrived of some uploads."""
    for id in dict.fromkeys(upload):
        found = get_deletable(db, person, Upload, id)
        if found.dataset_id is None:
            db.delete(found)
            request.app.state.store.upload(found.id).unlink(missing_ok=True)
    db.flush()
    if not wants_fragment(request):
        return RedirectResponse("/uploads", status_code=303)
    return show(request, db, person, list_unfinished(db, person))


def show(request: Request, db: Session, person: User, uploads: Sequence[Upload]) -> Response:
    """The list, as part of a page or as one."""
    settings: Settings = request.app.state.settings
    context = {
        "deliveries": group(request.app.state.store, uploads, settings)[:MOST],
        "brought": brought(db, person),
        "limit": settings.upload_limit,
        "most": settings.person_bytes,
        # Where rows are added, an upload of elsewhere is no part of it: it is counted, and read from its own page.
        "counted": request.query_params.get("shown") == "count",
    }
    block = "unfinished" if wants_fragment(request) else None
    return render(request, "uploads/list.html", context, block=block)


def list_unfinished(db: Session, person: User) -> list[Upload]:
    """Uploads that have not become a dataset, the newest first."""
    wanted = select(Upload).where(Upload.owner_id == person.id, Upload.dataset_id.is_(None))
    return list(db.scalars(wanted.order_by(Upload.created_at.desc(), Upload.id)))


def group(store: Store, uploads: Sequence[Upload], settings: Settings) -> list[Delivery]:
    """By delivery, in the order given."""

    def name(upload: Upload) -> str:
        return upload.delivery or upload.id

    order = {name(upload): place for place, upload in reversed(list(enumerate(uploads)))}
    found = []
    for _name, some in groupby(sorted(uploads, key=lambda upload: order[name(upload)]), key=name):
        files = sorted(some, key=lambda upload: upload.filename)
        here = sum(received(store, upload) for upload in files)
        last = max(touched(store, upload) for upload in files)
        first = min(touched(store, upload) for upload in files)
        found.append(Delivery(files, here, last, first + timedelta(hours=settings.unfinished_hours)))
    return found
