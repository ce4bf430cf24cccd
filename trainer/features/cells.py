"""Numbers, dates and categories as vectors."""

import warnings
from typing import Any

import numpy as np
import numpy.typing as npt

from trainer.columns import read_columns
from trainer.contract.dataset import Column, VersionFolder
from trainer.features.given import Matrix, Rows

MOST_CATEGORIES = 30


def cells(version: VersionFolder, columns: list[Column], rows: Rows) -> Matrix:
    """Numbers and dates as they are (nan where missing), categories as 0/1 of the most frequent: [N, D]."""
    wanted = [c for c in columns if c.type in ("number", "datetime", "category")]
    read = read_columns(version, [c.id for c in wanted], rows)
    parts: list[Matrix] = []
    for column in wanted:
        values = read[column.id]
        if column.type == "number":
            parts.append(values.astype(np.float32)[:, None])
        elif column.type == "datetime":
            seconds = values.astype("datetime64[s]").astype(np.float64)
            parts.append(np.where(np.isnat(values), np.nan, seconds / 86_400).astype(np.float32)[:, None])
        else:
            parts.append(one_hot(values))
    return np.hstack(parts) if parts else np.zeros((len(rows), 0), np.float32)


def one_hot(values: npt.NDArray[Any]) -> Matrix:
    """The most frequent categories, and whether there is none."""
    text = np.array(["\0" if value is None else str(value) for value in values.tolist()])
    names, counts = np.unique(text, return_counts=True)
    kept = names[np.argsort(-counts, kind="stable")[:MOST_CATEGORIES]]
    found: Matrix = (text[:, None] == kept[None, :]).astype(np.float32)
    return found


def standard(table: Matrix) -> Matrix:
    """Columns of mean 0 and deviation 1; a hole lies in the middle, one that never varies says nothing."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a column of holes has no mean: it becomes zeros
        mean, deviation = np.nanmean(table, axis=0), np.nanstd(table, axis=0)
    scaled = (table - mean) / np.where(deviation > 0, deviation, 1.0)
    filled: Matrix = np.nan_to_num(scaled, nan=0.0, posinf=0.0, neginf=0.0).astype(np.float32)
    return filled
