"""What a person brought, as one checked list of files: from a zip, from a tar, or several loose files.

Names are labels, never paths: nothing is unpacked under the name that it has.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from trainer.sources.refusal import Refused
from trainer.sources.tars import TarEntry, find_tar, open_tar, read_member
from trainer.sources.zips import MOST_ENTRY_BYTES, Damaged, is_junk, label, open_archive, read_pieces

ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
PIECE = 1 << 20
HEAD = 64
Pieces = Callable[[int], Iterator[bytes]]


@dataclass(frozen=True, slots=True)
class Entry:
    """One file: what it is called, how large it says it is, and how its bytes are read."""

    name: str
    """With ``/`` between folders, as it stands in the archive."""
    size: int
    pieces: Pieces
    """Called with the size of a piece; raises Damaged where the bytes are broken."""

    @property
    def label(self) -> str:
        """The whole name as text for people."""
        return label(self.name)

    @property
    def file(self) -> str:
        """The name without its folders, as text for people."""
        return label(self.name.rsplit("/", 1)[-1])

    @property
    def folder(self) -> str:
        """The folders it lies in, ``""`` for none."""
        return self.name.rpartition("/")[0]

    @property
    def stem(self) -> str:
        """The file's name without its last ending."""
        return self.name.rsplit("/", 1)[-1].rpartition(".")[0] or self.name.rsplit("/", 1)[-1]

    @property
    def ending(self) -> str:
        """``jpg``, or ``""``."""
        file = self.name.rsplit("/", 1)[-1]
        return file.rpartition(".")[2].casefold() if "." in file.strip(".") else ""

    def read(self, most: int = MOST_ENTRY_BYTES) -> bytes:
        """All its bytes. Raises Damaged where they are broken or more than ``most``."""
        if self.size > most:
            raise Damaged(f"it is larger than {most >> 20} MB")
        return b"".join(self.pieces(PIECE))

    def head(self) -> bytes:
        """Its first bytes; none where they are broken, which reading it tells."""
        try:
            return next(self.pieces(HEAD), b"")
        except Damaged:
            return b""


@dataclass
class Brought:
    """The files, and what was left out before any was read, in words. Close it after reading."""

    words: str
    """zip, tar or files."""
    files: list[Entry]
    refused: list[tuple[str, str]] = field(default_factory=list)
    """Name and reason."""
    junk: int = 0
    """Files that operating systems leave in folders."""
    held: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self.held.close()


def open_brought(files: list[tuple[Path, str]], scratch: Path) -> Brought:
    """A zip, a tar (packed or not: its plain form goes to ``scratch``), or loose files; each with its label.

    Raises Refused in words for bombs, damaged archives, and an archive beside other files.
    """
    path, _ = files[0]
    if len(files) > 1:
        for place, name in files:
            if is_zip(place) or find_tar(place):
                raise Refused(f"‘{name}’ is an archive. Bring it alone: it becomes a dataset of its own.")
        return from_loose(files)
    if is_zip(path):
        return from_zip(path)
    return from_tar(path, scratch) if find_tar(path) else from_loose(files)


def is_zip(path: Path) -> bool:
    """Whether the file starts as a zip does."""
    with path.open("rb") as file:
        return file.read(4).startswith(ZIP)


def from_zip(path: Path) -> Brought:
    """The files of a zip, by its checked table of contents."""
    archive = open_archive(path)
    held = ExitStack()
    held.enter_context(archive.zip)

    def pieces(place: int) -> Pieces:
        return lambda size: read_pieces(archive.zip, archive.files[place], size)

    entries = [Entry(info.filename, info.file_size, pieces(n)) for n, info in enumerate(archive.files)]
    return Brought("zip", entries, archive.refused, archive.junk, held)


def from_tar(path: Path, scratch: Path) -> Brought:
    """The files of a tar, by one pass over its headers."""
    held = ExitStack()
    try:
        tar = open_tar(path, scratch)
        file = held.enter_context(tar.path.open("rb"))
    except BaseException:
        held.close()
        raise

    def pieces(entry: TarEntry) -> Pieces:
        return lambda size: read_member(file, entry, size)

    entries = [Entry(entry.name, entry.size, pieces(entry)) for entry in tar.files]
    return Brought("tar", entries, tar.refused, tar.junk, held)


def from_loose(files: list[tuple[Path, str]]) -> Brought:
    """Files that were chosen one by one."""

    def pieces(path: Path) -> Pieces:
        return lambda size: read_file(path, size)

    entries = [Entry(name, path.stat().st_size, pieces(path)) for path, name in files if not is_junk(name)]
    return Brought("files", entries, junk=len(files) - len(entries))


def read_file(path: Path, size: int) -> Iterator[bytes]:
    """A file in pieces."""
    with path.open("rb") as file:
        while data := file.read(size):
            yield data
