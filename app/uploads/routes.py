"""Bytes on their way in: any size, constant memory, going on after a cut. The protocol is tus (``app.uploads.tus``)."""

import os
import re
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Header, Request, Response
from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool

from app.db import open_session
from app.errors import BadInput, Conflict, TooLarge
from app.pages import Db
from app.people.authorize import get_changeable, get_deletable
from app.people.session import Person
from app.people.tables import User
from app.settings import Settings
from app.storage import Store
from app.uploads import tus
from app.uploads.receiving import Gone, TooMuch, WrongOffset, append, open_locked, received, touched
from app.uploads.room import reserve
from app.uploads.tables import Upload

DELIVERY = re.compile(r"[A-Za-z0-9]{1,32}")

router = APIRouter(route_class=tus.TusRoute)


@router.options("/uploads")
def discover(request: Request) -> Response:
    """What this server speaks."""
    settings: Settings = request.app.state.settings
    return Response(
        status_code=204,
        headers={
            "Tus-Version": tus.VERSION,
            "Tus-Extension": tus.EXTENSIONS,
            "Tus-Checksum-Algorithm": ",".join(tus.ALGORITHMS),
            "Tus-Max-Size": str(int(settings.upload_limit)),
        },
    )


@router.post("/uploads")
async def start_upload(
    request: Request,
    person: Person,
    upload_length: Annotated[int | None, Header()] = None,
    upload_metadata: Annotated[str, Header()] = "",
) -> Response:
    """Make room for a file, or say why there is none; the body may hold its first bytes already."""
    if upload_length is None:
        sentence = "How many bytes will come must be said first, in the header Upload-Length."
        raise BadInput(sentence, status=400)
    found = tus.read_metadata(upload_metadata)
    delivery = found.get("delivery") or None
    if delivery is not None and not DELIVERY.fullmatch(delivery):
        raise BadInput("A delivery is named by up to 32 letters and digits.", status=400)

    def begin() -> Upload:
        state = request.app.state
        with open_session(state.engine) as db:
            filename = found.get("filename", "")
            upload = reserve(db, state.store, state.settings, person, filename, upload_length, delivery)
            db.commit()
            return upload

    upload = await run_in_threadpool(begin)
    offset = 0
    if request.headers.get("Content-Type") == tus.BYTES:
        offset = await take(request, upload, 0)
    headers = tus.state_headers(offset, upload.size, expires(request, upload))
    return Response(status_code=201, headers=headers | {"Location": f"/uploads/{upload.id}"})


@router.head("/uploads/{upload_id}")
def ask_offset(request: Request, db: Db, person: Person, upload_id: str) -> Response:
    """How much has arrived."""
    upload = get_changeable(db, person, Upload, upload_id)
    store: Store = request.app.state.store
    if not store.upload(upload.id).exists():
        raise Gone
    return Response(headers=tus.state_headers(received(store, upload), upload.size, expires(request, upload)))


@router.patch("/uploads/{upload_id}")
async def send_bytes(
    request: Request, person: Person, upload_id: str, upload_offset: Annotated[int, Header(ge=0)]
) -> Response:
    """Append the body at ``Upload-Offset``. 409 with the right offset when it is another one."""
    if request.headers.get("Content-Type") != tus.BYTES:
        raise BadInput(f"Bytes of a file come with the content type {tus.BYTES}.", status=415)
    upload = await run_in_threadpool(get_upload, request.app.state.engine, person, upload_id)
    try:
        status, offset = 204, await take(request, upload, upload_offset)
    except WrongOffset as error:
        status, offset = 409, error.offset
    return Response(
        status_code=status, headers=tus.state_headers(offset, upload.size, expires(request, upload))
    )


@router.delete("/uploads/{upload_id}", status_code=204)
def end_upload(request: Request, db: Db, person: Person, upload_id: str) -> Response:
    """Forget an upload and its bytes, whether all have arrived or not."""
    upload = get_deletable(db, person, Upload, upload_id)
    if upload.dataset_id is not None:
        raise Conflict(f"{upload.filename} has become a dataset. Delete the dataset; its file goes with it.")
    db.delete(upload)
    db.flush()
    request.app.state.store.upload(upload.id).unlink(missing_ok=True)
    return Response(status_code=204)


async def take(request: Request, upload: Upload, offset: int) -> int:
    """Append the body of a request; the new offset. Raises WrongOffset when the file does not end at ``offset``."""
    checksum = tus.read_checksum(request.headers.get("Upload-Checksum"))
    file = await run_in_threadpool(open_locked, request.app.state.store.upload(upload.id))
    try:
        start = os.fstat(file.fileno()).st_size
        if start != offset:
            raise WrongOffset(start)
        await append(file, request.stream(), upload.size - start, checksum)
        return os.fstat(file.fileno()).st_size
    except TooMuch:
        raise TooLarge(
            f"{upload.filename} was announced with {upload.size:,} bytes, and more were sent. "
            "It may have changed while it was sent; drop it again."
        ) from None
    finally:
        file.close()


def get_upload(engine: Engine, person: User, upload_id: str) -> Upload:
    """The upload, in a transaction of its own: none may stay open while somebody's slow line sends."""
    with open_session(engine, write=False) as db:
        return get_changeable(db, person, Upload, upload_id)


def expires(request: Request, upload: Upload) -> datetime | None:
    """Until when an upload on its way is kept if nothing more arrives."""
    if upload.job_id is not None:
        return None
    settings: Settings = request.app.state.settings
    return touched(request.app.state.store, upload) + timedelta(hours=settings.unfinished_hours)
