"""What a tar archive may hold, plain or packed with gzip. Only regular files are read, by their place in the file:
nothing is ever extracted.
"""

import gzip
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from trainer.sources.refusal import Refused
from trainer.sources.zips import (
    ARCHIVES,
    MOST_BYTES,
    MOST_ENTRIES,
    MOST_ENTRY_BYTES,
    RATIO,
    SMALL,
    TABLES,
    Damaged,
    bad_name,
    is_junk,
    label,
)

GZIP = b"\x1f\x8b"
MAGIC_AT = 257
"""Where a tar says that it is one."""
BLOCK = 512
MOST_HEADER = 1 << 20
"""No name or note in a header is longer: tarfile would read gigabytes of it into memory."""
PIECE = 1 << 20
BROKEN = (tarfile.TarError, zlib.error, EOFError, ValueError, RecursionError, OverflowError)


@dataclass(frozen=True, slots=True)
class TarEntry:
    """A regular file in the plain tar, and where its bytes lie."""

    name: str
    size: int
    start: int


@dataclass
class Tar:
    """A plain tar whose headers were found sound."""

    path: Path
    files: list[TarEntry]
    refused: list[tuple[str, str]] = field(default_factory=list)
    junk: int = 0


class Careful:
    """The file as tarfile may read it: no header longer than 1 MB."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.seek = file.seek
        self.tell = file.tell

    def read(self, size: int = -1) -> bytes:
        """Up to ``size`` bytes; raises tarfile.ReadError for more than a header needs."""
        if not 0 <= size <= MOST_HEADER:
            raise tarfile.ReadError("a header is too long")
        return self._file.read(size)


def find_tar(path: Path) -> bool:
    """Whether the file is a tar, or a gzip file with a tar in it."""
    with path.open("rb") as file:
        head = file.read(BLOCK)
    if head.startswith(GZIP):
        try:
            with gzip.open(path) as packed:
                head = packed.read(BLOCK)
        except (OSError, EOFError, zlib.error):
            return False
    return head[MAGIC_AT : MAGIC_AT + 5] == b"ustar"


def open_tar(path: Path, scratch: Path, most_bytes: int = MOST_BYTES) -> Tar:
    """Read the headers of a tar; a packed one is unpacked into ``scratch`` first, its bytes counted.

    Raises Refused for damaged files and for more than the limits.
    """
    with path.open("rb") as file:
        packed = file.read(2) == GZIP
    plain = unpack(path, scratch / "plain.tar", most_bytes) if packed else path
    tar = Tar(plain, [])
    whole = plain.stat().st_size
    try:
        with plain.open("rb") as file:
            for member in members(file):
                take(tar, member, whole)
    except BROKEN as error:
        raise Refused(
            "The tar archive is damaged or cut off. Make it again, or bring a zip instead."
        ) from error
    return tar


def members(file: BinaryIO) -> Iterator[tarfile.TarInfo]:
    """The headers one by one; only one is kept at a time. Raises Refused for too many."""
    with tarfile.open(fileobj=Careful(file), mode="r:", errorlevel=2) as archive:  # type: ignore[call-overload]
        seen = 0
        while (member := archive.next()) is not None:
            archive.members.clear()
            seen += 1
            if seen > MOST_ENTRIES:
                raise Refused(
                    f"The archive has more than {MOST_ENTRIES:,} entries, which is what Skillet reads. Split it."
                )
            yield member


def take(tar: Tar, member: tarfile.TarInfo, whole: int) -> None:
    """Keep a member, or say why not."""
    name = member.name.removeprefix("./")
    if is_junk(name):
        tar.junk += not member.isdir()
    elif (reason := unfit(member, whole)) is not None:
        tar.refused.append((label(name), reason))
    elif member.isreg():
        tar.files.append(TarEntry(name, member.size, member.offset_data))


def unfit(member: tarfile.TarInfo, whole: int) -> str | None:
    """Why a member is not read, if it is not: the same rules as for zips."""
    name = member.name
    if (bad := bad_name(name)) is not None:
        return bad
    if not (member.isreg() or member.isdir()):
        return "it is a link or a device, not a file"
    if member.issparse():
        return "it is stored with holes, which real data never is"
    if name.casefold().endswith(ARCHIVES):
        return "it is an archive inside the archive"
    if member.size < 0 or member.offset_data + member.size > whole:
        return "it says that it is longer than the archive"
    if member.size > MOST_ENTRY_BYTES and not name.casefold().endswith(TABLES):
        return f"it is larger than {MOST_ENTRY_BYTES >> 20} MB"
    return None


def unpack(path: Path, target: Path, most_bytes: int) -> Path:
    """The plain form of a gzip file, its real bytes counted."""
    most = min(most_bytes, max(SMALL, RATIO * path.stat().st_size))
    seen = 0
    try:
        with gzip.open(path) as packed, target.open("wb") as out:
            while data := packed.read(PIECE):
                seen += len(data)
                if seen > most:
                    raise Refused(
                        f"The archive of {path.stat().st_size:,} bytes unpacks to more than {most:,}. Real data "
                        "never does: it looks like a bomb and was not opened further."
                    )
                out.write(data)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise Refused("The packed archive is damaged or cut off. Make it again and bring that.") from error
    return target


def read_member(file: BinaryIO, entry: TarEntry, piece: int = PIECE) -> Iterator[bytes]:
    """The bytes of a member, in pieces. Raises Damaged where the archive ends before they do."""
    left = entry.size
    while left:
        file.seek(entry.start + entry.size - left)
        data = file.read(min(piece, left))
        if not data:
            raise Damaged("the archive ends in the middle of it")
        left -= len(data)
        yield data
