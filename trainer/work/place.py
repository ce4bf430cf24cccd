"""A finished version gets its name and its place: whole or not at all."""

import errno
import os
from pathlib import Path

from trainer.contract.dataset import VersionFolder
from trainer.work.content import Known, name_version


def put_in_place(
    version: VersionFolder, source: str, datasets: Path, threads: int, known: Known | None
) -> str:
    """Name the version by its content and how it was read, and put it in its place. The name."""
    return put_as(name_version(version, source, threads, known), version, datasets)


def put_as(name: str, version: VersionFolder, datasets: Path) -> str:
    """Make the version survive a loss of power, and put it in its place under this name. The name."""
    files = [path for path in version.path.rglob("*") if path.is_file()]
    for path in [*files, *{path.parent for path in files}]:
        sync(path)
    target = datasets / name
    try:
        version.path.replace(target)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise
    sync(datasets)
    return name


def sync(path: Path) -> None:
    """Make a file or a folder survive a loss of power."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
