"""A zip of class folders -> pictures in our own bytes, each with its name and its folder's name."""

import re
import zipfile
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from trainer.sources.media import MediaWriter
from trainer.sources.pictures import Picture, Unreadable, read_picture, strict_pillow
from trainer.sources.rejects import Rejects
from trainer.sources.zips import MOST_ENTRY_BYTES, Archive, Damaged, label, read_pieces

IN_FLIGHT = 8
"""Pictures decoded ahead per thread: bounds memory."""
NUMBER = re.compile(r"(\d+)")


@dataclass(frozen=True)
class PictureRows:
    """What a table of pictures holds: a name and, where the archive has class folders, a label per row."""

    names: list[str]
    labels: list[str | None] | None
    findings: list[str]
    source: str


def read_zip(
    archive: Archive, media: MediaWriter, rejects: Rejects, threads: int, tell: Callable[[int, int], None]
) -> PictureRows:
    """Decode every picture of the archive. ``tell`` hears how many of how many are done.

    The folder that directly holds a picture is its class. Everything that is no picture goes to ``rejects``.
    """
    for name, why in archive.refused:
        rejects.add(name, None, why)
    files = sorted(archive.files, key=lambda info: natural(info.filename))
    names: list[str] = []
    labels: list[str | None] = []
    with strict_pillow(), ThreadPoolExecutor(max_workers=min(2, max(1, threads))) as pool:
        for done, (info, found) in enumerate(decode(archive.zip, files, pool, threads)):
            try:
                picture = found.result()
            except (Unreadable, Damaged) as error:
                rejects.add(label(info.filename), None, str(error))
            else:
                media.add(picture)
                names.append(label(info.filename.rsplit("/", 1)[-1]))
                labels.append(folder_of(info.filename))
            tell(done + 1, len(files))
    findings, classes = describe(archive, labels)
    source = (
        f"zip of pictures, {len(set(labels))} class folders"
        if classes
        else f"zip of pictures in {'one folder' if set(labels) - {None} else 'no folders'}"
    )
    return PictureRows(names, labels if classes else None, findings, source)


def decode(
    archive: zipfile.ZipFile, files: list[zipfile.ZipInfo], pool: ThreadPoolExecutor, threads: int
) -> Iterator[tuple[zipfile.ZipInfo, "Future[Picture]"]]:
    """Inflate in this thread, decode in the pool, give back in order; few are in flight at a time."""
    waiting: deque[tuple[zipfile.ZipInfo, Future[Picture]]] = deque()
    for info in files:
        future: Future[Picture]
        try:
            data = b"".join(read_pieces(archive, info)) if info.file_size <= MOST_ENTRY_BYTES else b""
        except Damaged as error:
            future = Future()
            future.set_exception(error)
        else:
            future = pool.submit(read_picture, data)
        waiting.append((info, future))
        if len(waiting) >= IN_FLIGHT * max(1, threads):
            yield waiting.popleft()
    yield from waiting


def describe(archive: Archive, labels: list[str | None]) -> tuple[list[str], bool]:
    """What to say about the archive, and whether its folders are classes."""
    findings = []
    if archive.junk:
        files = "file" if archive.junk == 1 else "files"
        findings.append(
            f"{archive.junk} {files} that an operating system had left in the zip (such as .DS_Store) "
            "were ignored."
        )
    counts = Counter(labels)
    loose = counts.pop(None, 0)
    if len(counts) < 2 and not (counts and loose):
        only = next(iter(counts), None)
        found = f"All pictures lie in one folder, ‘{only}’" if only else "The pictures lie in no folders"
        findings.append(
            f"{found}, so there is no label to predict. Put each class in a folder of its own, at least two."
        )
        return findings, False
    if loose:
        lie = (
            "1 picture lies in no folder; its"
            if loose == 1
            else f"{loose:,} pictures lie in no folder; their"
        )
        findings.append(f"{lie} label is missing.")
    return findings, True


def folder_of(name: str) -> str | None:
    """The folder that directly holds the picture."""
    parts = name.split("/")
    return label(parts[-2]).strip() or None if len(parts) > 1 else None


def natural(name: str) -> list[tuple[int, int | str]]:
    """Sort key that puts 2 before 10."""
    return [
        (0, int(part)) if part.isdecimal() and len(part) < 19 else (1, part) for part in NUMBER.split(name)
    ]
