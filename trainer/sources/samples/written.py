"""How a sample is written down: as the file that a person would have brought."""

import csv
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

Make = Callable[[Path], Path]
"""Writes one file into a folder, and says which."""
Rows = list[list[object]]
FIRST_DAY = (1980, 1, 1, 0, 0, 0)
"""The date of every entry of an archive: the same sample must have the same bytes every day."""


def dice(seed: int) -> np.random.Generator:
    """Numbers that are the same on every machine."""
    return np.random.Generator(np.random.PCG64(seed))


def write_csv(path: Path, header: list[str], rows: Iterable[list[object]]) -> Path:
    """A table, UTF-8, commas."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
    return path


def write_zip(path: Path, entries: Iterable[tuple[str, bytes]]) -> Path:
    """An archive of these files, stored as they are."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in entries:
            archive.writestr(zipfile.ZipInfo(name, FIRST_DAY), data)
    return path


def rounded(values: object, digits: int) -> list[float]:
    """Plain numbers of so many digits."""
    return [round(float(value), digits) for value in np.asarray(values).ravel()]
