"""What a fetch works with: a folder for what comes, its limits, and whom it tells how far it is."""

import io
import tarfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from app.elsewhere.client import NotFetched
from app.pages import size as in_words
from app.settings import Settings

EVERY = 0.5
"""Seconds between two signs of progress."""


@dataclass
class Desk:
    """``tell(done, total)`` raises when the fetch was stopped by its owner."""

    folder: Path
    settings: Settings
    limit: int
    until: float
    tell: Callable[[int, int | None], None]
    total: int | None = None
    done: int = 0
    _next: float = field(default=0.0)

    def came(self, count: int) -> None:
        """So many more bytes. Raises NotFetched above the limit and after the time."""
        self.done += count
        if self.done > self.limit:
            raise NotFetched(f"It is larger than the {in_words(self.limit)} that you may bring now.")
        if time.monotonic() > self.until:
            raise NotFetched("The time that a fetch may take has passed. Bring a smaller part.")
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + EVERY
            self.tell(self.done, self.total)

    def expect(self, total: int | None) -> None:
        """So many bytes will come in all, if it is known. Raises NotFetched when that is too many."""
        if total is not None and total > self.limit:
            raise NotFetched(f"It has {in_words(total)}; you may bring {in_words(self.limit)} now.")
        self.total = total
        self.tell(self.done, total)

    def keep(self, pieces: Iterable[bytes]) -> Path:
        """A file of what comes."""
        path = self.folder / "file"
        with path.open("wb") as file:
            for piece in pieces:
                file.write(piece)
                self.came(len(piece))
        return path

    def pack(self, entries: Iterable[tuple[str, int, Iterable[bytes]]]) -> Path:
        """A tar of files: name, size, bytes. Names are labels for the importer, which trusts none."""
        path = self.folder / "file"
        with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as archive:
            for name, size, pieces in entries:
                entry = tarfile.TarInfo(name)
                entry.size = size
                try:
                    archive.addfile(entry, Pieces(self._counted(pieces)))
                except OSError as error:
                    if error.errno is not None:
                        raise
                    raise NotFetched(f"{name[:80]} came shorter than it was announced. Try again.") from None
        return path

    def _counted(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        for piece in pieces:
            self.came(len(piece))
            yield piece


class Pieces(io.RawIOBase):
    """Pieces of bytes, to be read like a file."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = b""

    def read(self, size: int = -1) -> bytes:
        """``size`` bytes; fewer only at the end."""
        parts, wanted = [self._rest], size - len(self._rest)
        while wanted > 0 and (piece := next(self._pieces, None)) is not None:
            parts.append(piece)
            wanted -= len(piece)
        whole = b"".join(parts)
        self._rest = whole[size:]
        return whole[:size]


@dataclass(frozen=True)
class Fetched:
    """What came: a file, and what it is called."""

    path: Path
    filename: str
