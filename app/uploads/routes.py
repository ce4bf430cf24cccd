"""Bytes on their way in: any size, constant memory, going on after a cut.

The offset of an upload is the length of its file on disk, so that no crash can make the two differ: bytes are
flushed and synced before an answer counts them. The protocol is the core of tus 1.0 (tus.io), JSON to create.
"""

import asyncio
import fcntl
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, BinaryIO

from fastapi import APIRouter, Header, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from app.db import open_session
from app.errors import BadInput, TooLarge
from app.pages import Db
from app.people.authorize import get_changeable
from app.people.session import Person
from app.people.tables import User
from app.settings import Settings
from app.storage import Store
from app.uploads.tables import Upload

CHUNK = 8 * 2**20
"""What a browser sends in one request."""
BUFFER = 2**20
"""Bytes held in memory before they are written."""

router = APIRouter()


class NewUpload(BaseModel):
    """What a browser says before it sends a file."""

    model_config = ConfigDict(extra="forbid")

    filename: str = Field(min_length=1, max_length=1000)
    size: int


class Busy(Exception):
    """Another request writes to this upload right now."""


@router.post("/uploads", status_code=201)
def start_upload(
    request: Request, db: Db, person: Person, new: NewUpload, response: Response
) -> dict[str, str | int]:
    """Make room for a file, or say why there is none."""
    store: Store = request.app.state.store
    filename = clean_filename(new.filename)
    refuse_size(filename, new.size, request.app.state.settings, shutil.disk_usage(store.root).free)
    upload = Upload(owner_id=person.id, filename=filename, size=new.size)
    db.add(upload)
    db.flush()
    store.upload(upload.id).touch(mode=0o600, exist_ok=False)
    response.headers["Location"] = f"/uploads/{upload.id}"
    return {"id": upload.id, "offset": 0, "chunk": CHUNK}


@router.head("/uploads/{upload_id}")
def ask_offset(request: Request, db: Db, person: Person, upload_id: str) -> Response:
    """How much has arrived."""
    upload = get_changeable(db, person, Upload, upload_id)
    return answer(200, received(request.app.state.store, upload), upload.size)


@router.patch("/uploads/{upload_id}")
async def append(
    request: Request, person: Person, upload_id: str, upload_offset: Annotated[int, Header(ge=0)]
) -> Response:
    """Append the body at ``Upload-Offset``. 409 with the right offset when it is another one."""
    upload = await run_in_threadpool(get_upload, request.app.state.engine, person, upload_id)
    store: Store = request.app.state.store
    try:
        file = await run_in_threadpool(open_locked, store.upload(upload.id))
    except Busy:
        return answer(409, received(store, upload), upload.size)
    try:
        start = os.fstat(file.fileno()).st_size
        if start != upload_offset:
            return answer(409, start, upload.size)
        fits = await write_body(file, request.stream(), upload.size - start)
        if not fits:
            await run_in_threadpool(cut, file, start)
            raise TooLarge(
                f"{upload.filename} was announced with {upload.size:,} bytes, and more were sent. "
                "It may have changed while it was sent; drop it again."
            )
        return answer(204, os.fstat(file.fileno()).st_size, upload.size)
    finally:
        file.close()


def get_upload(engine: Engine, person: User, upload_id: str) -> Upload:
    """The upload, in a transaction of its own: none may stay open while somebody's slow line sends."""
    with open_session(engine, write=False) as db:
        return get_changeable(db, person, Upload, upload_id)


async def write_body(file: BinaryIO, body: AsyncIterator[bytes], room: int) -> bool:
    """Write what arrives, synced, and say whether it fitted into ``room`` bytes. A cut keeps what came."""
    held = bytearray()
    try:
        async for piece in body:
            room -= len(piece)
            if room < 0:
                return False
            held += piece
            if len(held) >= BUFFER:
                await run_in_threadpool(file.write, bytes(held))
                held.clear()
    except ClientDisconnect:
        pass  # not an error: the browser asks for the offset and goes on from there
    await asyncio.shield(run_in_threadpool(write_synced, file, bytes(held)))
    return True


def write_synced(file: BinaryIO, rest: bytes) -> None:
    """The last bytes, and all of them on the platter."""
    file.write(rest)
    file.flush()
    os.fsync(file.fileno())


def cut(file: BinaryIO, length: int) -> None:
    """Back to the length before a request that sent too much."""
    file.flush()
    file.truncate(length)


def open_locked(path: Path) -> BinaryIO:
    """The file, for appending, with a lock that every process on this machine respects; raises Busy."""
    file = path.open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise Busy from None
    return file


def received(store: Store, upload: Upload) -> int:
    """Bytes that have arrived; 0 where the file is gone."""
    try:
        return store.upload(upload.id).stat().st_size
    except FileNotFoundError:
        return 0


def answer(status: int, offset: int, size: int) -> Response:
    """An empty answer that says how much has arrived."""
    return Response(
        status_code=status,
        headers={"Upload-Offset": str(offset), "Upload-Length": str(size), "Cache-Control": "no-store"},
    )


def refuse_size(filename: str, size: int, settings: Settings, free: int) -> None:
    """Raise in words when a file is empty, above the limit, or leaves too little of the disk."""
    if size < 1:
        raise BadInput(f"{filename} is empty. Choose a file with something in it.")
    if size > settings.upload_limit:
        raise TooLarge(
            f"{filename} has {in_words(size)}; this server takes files of up to "
            f"{in_words(settings.upload_limit)}. Make it smaller, or have "
            "SKILLET_UPLOAD_LIMIT raised by who runs the server."
        )
    # The import writes its own copy beside the raw bytes, which are deleted after it.
    if free - 2 * size < settings.free_space:
        raise TooLarge(
            f"{filename} has {in_words(size)}, and reading it needs about twice that. The server's disk has "
            f"{in_words(free)} free and keeps {in_words(settings.free_space)} back. Delete data you no "
            "longer need, or bring a smaller file."
        )


def clean_filename(name: str) -> str:
    """A label: the last part of what may be a path, without control characters, at most 255 characters."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    label = "".join(c for c in last if c.isprintable()).strip()[:255]
    if not label:
        raise BadInput("The file has no name. Give it one, then drop it again.")
    return label


def in_words(size: int) -> str:
    """Bytes as people say them: 3.4 MB."""
    value, unit = float(size), "bytes"
    for larger in ("kB", "MB", "GB", "TB", "PB", "EB"):
        if value < 1000:
            break
        value, unit = value / 1000, larger
    return f"{value:.3g} {unit}" if unit != "bytes" else f"{size} bytes"
