"""Bytes into a file: appended, synced before they are counted, taken back when they are not what was sent.

The offset of an upload is the length of its file, so that no crash can make the two differ.
"""

import asyncio
import errno
import fcntl
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from app.errors import NotFound, Refusal
from app.storage import Store
from app.uploads.tables import Upload
from app.uploads.tus import Checksum, NotWhatWasSent

BUFFER = 2**20
"""Bytes held in memory before they are written."""
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


class Busy(Refusal):
    """Another request writes to this upload right now: perhaps one whose line broke, which nobody has noticed yet."""

    status = 423

    def __init__(self) -> None:
        super().__init__("Another request is sending to this upload. Wait a moment, then go on.")


class Gone(NotFound):
    """The row is there, the file is not."""

    def __init__(self) -> None:
        super().__init__("What arrived of this upload is not kept any more. Drop the file again.")


class TooMuch(Exception):
    """More bytes than were announced."""


class WrongOffset(Exception):
    """The file does not end where the sender says; ``offset`` is where it ends."""

    def __init__(self, offset: int) -> None:
        super().__init__(offset)
        self.offset = offset


def received(store: Store, upload: Upload) -> int:
    """Bytes that are here; 0 where the file is gone."""
    try:
        return store.upload(upload.id).stat().st_size
    except FileNotFoundError:
        return 0


def touched(store: Store, upload: Upload) -> datetime:
    """When bytes arrived last."""
    try:
        return datetime.fromtimestamp(store.upload(upload.id).stat().st_mtime, UTC)
    except FileNotFoundError:
        return upload.created_at


def open_locked(path: Path) -> FileIO:
    """The file, for appending, with a lock that every process on this machine respects; raises Busy or Gone.

    It is never made here: an upload that was ended meanwhile must not come back without its row.
    """
    try:
        file = FileIO(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC), "ab")
    except FileNotFoundError:
        raise Gone from None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise Busy from None
    return file


async def append(file: FileIO, body: AsyncIterator[bytes], room: int, checksum: Checksum | None) -> None:
    """Append what arrives, synced. A cut keeps what came, unless a checksum was promised for the whole.

    Raises TooMuch when it did not fit into ``room`` bytes, and NotWhatWasSent; nothing of the request is kept then. A
    process that dies in the middle leaves bytes that no checksum was looked at for: they came by TCP, as all do.
    """
    start = os.fstat(file.fileno()).st_size
    hashed = None if checksum is None else checksum.start()
    whole = await write_body(file, body, room, hashed)
    if whole is None:
        await run_in_threadpool(cut, file, start)
        raise TooMuch
    if hashed is not None and checksum is not None and (not whole or hashed.digest() != checksum.digest):
        await run_in_threadpool(cut, file, start)
        raise NotWhatWasSent
    if os.fstat(file.fileno()).st_nlink == 0:
        raise Gone  # ended by its owner while these bytes were on their way


async def write_body(file: FileIO, body: AsyncIterator[bytes], room: int, hashed: Any) -> bool | None:
    """Whether the body came whole; None when it was too much. While one buffer is written, the next one fills."""
    held: list[bytes] = []
    waiting, whole = 0, True
    writing: asyncio.Future[None] | None = None
    try:
        async for piece in body:
            room -= len(piece)
            if room < 0:
                return None
            held.append(piece)
            waiting += len(piece)
            if waiting >= BUFFER:
                if writing is not None:
                    await asyncio.shield(writing)
                writing = asyncio.ensure_future(run_in_threadpool(write_all, file, held, hashed))
                held, waiting = [], 0
    except ClientDisconnect:
        whole = False  # not an error: the browser asks for the offset and goes on from there
    finally:
        if writing is not None:
            await asyncio.shield(writing)
    await asyncio.shield(run_in_threadpool(write_synced, file, held, hashed))
    return whole


def write_all(file: FileIO, pieces: list[bytes], hashed: Any = None) -> None:
    """All pieces, in order. Raises Refusal in words when the disk is full; what was written before counts."""
    for piece in pieces:
        if hashed is not None:
            hashed.update(piece)
        rest = memoryview(piece)
        while rest:
            try:
                rest = rest[os.write(file.fileno(), rest) :]
            except OSError as error:
                if error.errno not in FULL:
                    raise
                raise Refusal(
                    "The server's disk is full. What arrived is kept; go on when there is room again.",
                    status=507,
                ) from None


def write_synced(file: FileIO, pieces: list[bytes], hashed: Any = None) -> None:
    """The last pieces, and all of the file on the platter."""
    write_all(file, pieces, hashed)
    os.fsync(file.fileno())


def cut(file: FileIO, length: int) -> None:
    """Back to the length before a request whose bytes are not kept."""
    file.truncate(length)
    os.fsync(file.fileno())
