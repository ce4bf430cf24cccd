"""Pictures, masks and sounds of a version by row, out of memory-mapped Arrow files: only what is sent is read."""

import functools
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from fastapi import Response

from app.datasets.ranges import find_part
from app.errors import NotFound

MAGIC = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"fLaC": "audio/flac"}
HEADERS = {
    # A version never changes and its hash is in the address.
    "Cache-Control": "private, max-age=31536000, immutable",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Content-Disposition": "inline",
}


@dataclass(frozen=True)
class Picture:
    """The bytes of a picture as the import wrote them, and its size in pixels."""

    content: bytes
    width: int
    height: int


def find_picture(path: Path, row: int) -> Picture | None:
    """The picture of a row; None where it is missing. Raises NotFound for a column or row there is not."""
    if not path.is_file():
        raise NotFound("This table has no such column of pictures.")
    table = open_arrow(path)
    if not 0 <= row < table.num_rows:
        raise NotFound(f"There is no row {row:,}: the table has {table.num_rows:,}, counted from 0.")
    content = table.column("bytes")[row].as_py()
    if content is None:
        return None
    return Picture(content, int(table.column("width")[row].as_py()), int(table.column("height")[row].as_py()))


def find_size(path: Path, row: int) -> tuple[int, int] | None:
    """Width and height of a row's picture without touching its bytes; None where it is missing."""
    table = open_arrow(path)
    width, height = table.column("width")[row].as_py(), table.column("height")[row].as_py()
    return None if width is None or height is None else (int(width), int(height))


def find_content(path: Path, row: int) -> bytes | None:
    """The bytes of a row as the import wrote them; None where it has none. Raises NotFound in words."""
    if not path.is_file():
        raise NotFound("This table has no such column of pictures or sounds.")
    table = open_arrow(path)
    if not 0 <= row < table.num_rows:
        raise NotFound(f"There is no row {row:,}: the table has {table.num_rows:,}, counted from 0.")
    content: bytes | None = table.column("bytes")[row].as_py()
    return content


def find_seconds(path: Path, row: int) -> float | None:
    """How long a row's sound is, without touching its bytes; None where it is missing."""
    table = open_arrow(path)
    rate, frames = table.column("rate")[row].as_py(), table.column("frames")[row].as_py()
    return None if not rate or frames is None else float(frames / rate)


def send_content(content: bytes | None, wanted: str | None = None) -> Response:
    """The answer with a picture or a sound, or with the part of it that the header ``Range`` wants, so that a player
    can jump. Its type comes from its first bytes; nothing else is ever sent.
    """
    if content is None:
        raise NotFound("This row has none.")
    kind = next((kind for magic, kind in MAGIC.items() if content.startswith(magic)), None)
    if kind is None:
        raise NotFound("What lies here is neither a picture nor a sound.")
    headers = HEADERS | {"Accept-Ranges": "bytes"}
    part = find_part(wanted, len(content))
    if part is None:
        return Response(content, media_type=kind, headers=headers)
    first, last = part
    if first > last or first >= len(content):
        return Response(status_code=416, headers=headers | {"Content-Range": f"bytes */{len(content)}"})
    headers |= {"Content-Range": f"bytes {first}-{last}/{len(content)}"}
    return Response(content[first : last + 1], status_code=206, media_type=kind, headers=headers)


@functools.lru_cache(maxsize=64)
def open_arrow(path: Path) -> pa.Table:
    """Map an Arrow file of an immutable version; the pages are the kernel's: this holds no bytes."""
    return pa.ipc.open_file(pa.memory_map(str(path))).read_all()
