"""What ways to split look at, and what they share."""

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Rows = npt.NDArray[np.int64]
PARTS = ("train", "validation", "test")
LEAST = 5
"""Fewer rows cannot be split into three parts that say anything."""
SEPARATORS = re.compile(r"[/_\-\s.]+")


@dataclass(frozen=True)
class Material:
    """Rows 0..n-1 of a version."""

    n: int
    usable: npt.NDArray[np.bool_]
    labels: npt.NDArray[np.int64] | None
    """The class of each row by number; None where classes need not be alike in all parts."""
    units: npt.NDArray[np.int64] | None
    """Rows of the same number stay together; None: each goes its own way."""
    key: npt.NDArray[Any] | None
    """The cells that order the rows or name their part."""
    name: str
    """What the person calls the column of ``units`` or ``key``."""

    @property
    def rows(self) -> Rows:
        """The usable rows; raises ValueError in words where they are too few."""
        rows = np.flatnonzero(self.usable).astype(np.int64)
        check_enough(len(rows))
        return rows


def check_enough(count: int) -> None:
    """Refuse in words fewer rows than three parts need."""
    if count < LEAST:
        rows = "1 row" if count == 1 else f"{count} rows"
        raise ValueError(
            f"Only {rows} can be used; at least {LEAST} are needed to train, validate and test. Add rows, or "
            "choose a target with fewer missing values."
        )


def code_labels(values: npt.NDArray[Any], *, lone: bool = False) -> npt.NDArray[np.int64]:
    """Values -> numbers from 0, the same for the same value; -1 where missing, or with ``lone`` a number of its own."""
    if values.dtype.kind in "fM":
        missing = np.isnan(values) if values.dtype.kind == "f" else np.isnat(values)
        cells: npt.NDArray[Any] = values
    else:
        missing = np.array([value is None for value in values.tolist()], dtype=bool)
        cells = np.array(["" if value is None else str(value) for value in values.tolist()], dtype=str)
    codes = np.full(len(values), -1, dtype=np.int64)
    if not missing.all():
        codes[~missing] = np.unique(cells[~missing], return_inverse=True)[1]
    if lone:
        codes[missing] = codes.max(initial=-1) + 1 + np.arange(int(missing.sum()))
    return codes


def piece_of(names: npt.NDArray[Any], piece: int) -> npt.NDArray[Any]:
    """One piece of each file name: "7/7_jackson_32.wav" has 7, 7, jackson, 32; None where there is none."""
    found = np.empty(len(names), dtype=object)
    found[:] = [pieces[piece] if piece < len(pieces := pieces_of(name)) else None for name in names.tolist()]
    return found


def pieces_of(name: str | None) -> list[str]:
    """The pieces of a file's name without its ending, folders first."""
    if not name:
        return []
    stem = name.rpartition(".")[0] or name
    return [piece for piece in SEPARATORS.split(stem) if piece]


def join_units(one: npt.NDArray[np.int64], other: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Units in which whatever is together in either stays together."""
    first, second = (np.unique(units, return_inverse=True)[1] for units in (one, other))
    size = int(first.max(initial=-1)) + 1
    links = coo_array(
        (np.ones(len(first), dtype=np.int8), (first, second + size)),
        shape=(size + int(second.max(initial=-1)) + 1,) * 2,
    )
    return np.asarray(connected_components(links, directed=False)[1][first], dtype=np.int64)
