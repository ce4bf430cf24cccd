"""What a zip archive may hold, checked before and while it is opened. Names are labels, never paths."""

import errno
import lzma
import mmap
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from trainer.sources.refusal import Refused

MOST_ENTRIES = 500_000
MOST_BYTES = 20 << 30
MOST_ENTRY_BYTES = 256 << 20
RATIO = 100
SMALL = 1 << 20
"""Below this an entry may be smaller than a hundredth: blank pictures pack well and harm nobody."""
END = b"PK\x05\x06"
MOST_COMMENT = 65_535
FULL_32 = 0xFFFF_FFFF
LOCATOR = 20
LONGEST_NAME = 1_000
DEEPEST = 30
JUNK_NAMES = frozenset({".ds_store", "thumbs.db", "desktop.ini", ".gitkeep", "__macosx"})
ENCRYPTED = 0x1
TABLES = (".csv", ".tsv", ".txt")
ARCHIVES = (".zip", ".7z", ".rar", ".tar", ".gz", ".tgz")
PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
DAMAGE = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, struct.error, ValueError, RuntimeError,
)  # fmt: skip
"""What zipfile raises over broken entries."""


@dataclass(frozen=True)
class Archive:
    """A zip whose table of contents was found sound: files to read, and what is left out, in words."""

    zip: zipfile.ZipFile
    files: list[zipfile.ZipInfo]
    refused: list[tuple[str, str]] = field(default_factory=list)
    """Name and reason."""
    junk: int = 0
    """Files that operating systems leave in archives."""


def open_archive(path: Path, most_bytes: int = MOST_BYTES, words: str = "zip archive") -> Archive:
    """Open a zip and check its contents by its central directory alone. Raises Refused for bombs and
    damaged files.

    ``words``: what it is called where it is damaged. Nothing is inflated here; ``read_entry`` counts the real bytes
    later.
    """
    refuse_many(path)
    try:
        archive = zipfile.ZipFile(path)
    except (
        zipfile.BadZipFile,
        struct.error,
        ValueError,
        NotImplementedError,
        OSError,
        UnicodeDecodeError,
    ) as error:
        if isinstance(error, OSError) and not isinstance(error, zipfile.BadZipFile) and not is_damage(error):
            raise
        raise Refused(f"The {words} is damaged or cut off. Make it again and bring that.") from error
    infos = archive.infolist()
    try:
        check_sizes(infos, path.stat().st_size, most_bytes)
    except Refused:
        archive.close()
        raise
    files: list[zipfile.ZipInfo] = []
    refused: list[tuple[str, str]] = []
    junk = 0
    for info in infos:
        name = info.filename
        if is_junk(name):
            junk += not info.is_dir()
        elif (reason := unfit(info)) is not None:
            refused.append((label(name), reason))
        elif not info.is_dir():
            files.append(info)
    return Archive(archive, files, refused, junk)


def refuse_many(path: Path) -> None:
    """Count the entries of the central directory before ``zipfile`` makes an object of each. Raises Refused for too
    many. Where the directory is not found or breaks off, ``zipfile`` says so.
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        end = data.rfind(END, max(0, len(data) - MOST_COMMENT - 22))
        if end < 0 or end + 22 > len(data):
            return
        size = struct.unpack_from("<I", data, end + 12)[0]
        if size == FULL_32 and end >= LOCATOR and data[end - LOCATOR : end - LOCATOR + 4] == b"PK\x06\x07":
            end = data.rfind(b"PK\x06\x06", 0, end)
            size = struct.unpack_from("<Q", data, end + 40)[0] if 0 <= end <= len(data) - 48 else 0
        place, seen = max(0, end - size), 0
        while place >= 0 and place + 46 <= end and data[place : place + 4] == b"PK\x01\x02":
            place += 46 + sum(struct.unpack_from("<HHH", data, place + 28))
            seen += 1
            if seen > MOST_ENTRIES:
                raise Refused(
                    f"The archive has more than {MOST_ENTRIES:,} entries, which is what Skillet reads. Split it."
                )


def is_damage(error: OSError) -> bool:
    """Whether it is the archive that is at fault: without a number, or for a place before the start of the file."""
    return error.errno in (None, errno.EINVAL)


def check_sizes(infos: list[zipfile.ZipInfo], packed: int, most_bytes: int) -> None:
    """Refuse archives that are too many or too much, or that unpack to more than a hundred times their
    size.
    """
    total = sum(info.file_size for info in infos)
    if total > most_bytes:
        raise Refused(
            f"Unpacked, the archive would take {total / 1e9:,.1f} GB; Skillet reads up to "
            f"{most_bytes / 1e9:,.0f} GB. "
            "Make the pictures smaller or bring fewer."
        )
    if total > RATIO * packed and total > SMALL:
        raise Refused(
            f"The archive of {packed:,} bytes says it unpacks to {total:,}, more than {RATIO} times as "
            "much. Real "
            "data never does: it looks like a zip bomb and was not opened."
        )
    spans = sorted((info.header_offset, info.compress_size) for info in infos if info.compress_size)
    for (start, size), (following, _) in pairwise(spans):
        if start + size > following:
            raise Refused(
                "Entries of the archive overlap, as in a zip bomb. It was not opened. Make the archive again."
            )


def unfit(info: zipfile.ZipInfo) -> str | None:
    """Why an entry is not read, if it is not."""
    name = info.orig_filename
    kind = stat.S_IFMT(info.external_attr >> 16)
    if (bad := bad_name(name)) is not None:
        return bad
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "it is a link or a device, not a file"
    if info.flag_bits & ENCRYPTED:
        return "it is encrypted"
    if name.casefold().endswith(ARCHIVES):
        return "it is an archive inside the archive"
    if info.compress_type not in PACKINGS:
        return "it is packed in a way that Skillet does not know"
    return too_large(info)


def bad_name(name: str) -> str | None:
    """Why no file of this name is read, if none is."""
    if leads_out(name):
        return "its name leads out of the archive"
    if len(name) > LONGEST_NAME or name.count("/") > DEEPEST:
        return f"its name is longer than {LONGEST_NAME:,} characters or {DEEPEST} folders"
    return "its name holds a backslash" if "\\" in name else None


def leads_out(name: str) -> bool:
    """Whether a name, taken for a path, would leave the folder it is unpacked in."""
    parts = name.replace("\\", "/").split("/")
    return ".." in parts or name.startswith(("/", "\\")) or name[1:2] == ":" or "\0" in name


def too_large(info: zipfile.ZipInfo) -> str | None:
    """Why an entry is too much, if it is."""
    if info.file_size > MOST_ENTRY_BYTES and not info.filename.casefold().endswith(TABLES):
        return f"it is larger than {MOST_ENTRY_BYTES >> 20} MB"
    if info.file_size > RATIO * max(1, info.compress_size) and info.file_size > SMALL:
        return f"it unpacks to more than {RATIO} times its size, as bombs do"
    return None


def is_junk(name: str) -> bool:
    """Whether a file was left by an operating system, not by the person."""
    parts = name.rstrip("/").split("/")
    return any(part.casefold() in JUNK_NAMES or part.startswith("._") for part in parts)


def label(name: str) -> str:
    """A name as text for people: printable, not endless."""
    return "".join(letter if letter.isprintable() else "�" for letter in name)[-300:]


def read_pieces(archive: zipfile.ZipFile, info: zipfile.ZipInfo, piece: int = 1 << 20) -> Iterator[bytes]:
    """Inflate an entry, counting the real bytes. Raises Damaged where it is broken, or longer than it
    says.
    """
    seen = 0
    try:
        with archive.open(info) as file:
            while data := file.read(piece):
                seen += len(data)
                yield data
                if seen > info.file_size:
                    break
    except OSError as error:
        if not is_damage(error):
            raise
        raise Damaged("its packed data is damaged") from error
    except DAMAGE as error:
        raise Damaged("its packed data is damaged") from error
    if seen > info.file_size:
        raise Damaged("it is longer than the archive says")


class Damaged(ValueError):
    """One entry cannot be read; ``str(error)`` is the reason."""
