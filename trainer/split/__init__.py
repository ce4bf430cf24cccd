"""Which rows train, which validate and which are locked for the test: the same for the same document, everywhere.

One file a way. ``divide`` reads what a way needs and asks it; whoever needs parts asks ``divide``.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from trainer.columns import read_columns
from trainer.contract.dataset import Schema, VersionFolder
from trainer.contract.documents import read_document
from trainer.contract.recipe import Question, Split
from trainer.split import folds, given, group, ratio, time
from trainer.split.copies import leave_out_copies, read_content
from trainer.split.material import PARTS, Material, Rows, check_enough, code_labels, join_units, piece_of
from trainer.split.ratio import split

BINS = 10
"""Bins of equal counts that stand for the classes of numbers."""


@dataclass(frozen=True)
class Division:
    """The rows of each part, sorted; how many are in none; what to know about it, in words."""

    parts: dict[str, Rows]
    left_out: int
    notes: list[str] = field(default_factory=list)


WAYS: dict[str, Callable[[Material, Split], tuple[dict[str, Rows], list[str]]]] = {
    "ratio": ratio.divide,
    "group": group.divide,
    "time": time.divide,
    "given": given.divide,
    "folds": folds.divide,
}


def divide(version: VersionFolder, question: Question) -> Division:
    """The parts of a version for this question. Raises ValueError in words where they cannot be made."""
    material = read_material(version, question)
    parts, notes = WAYS[question.split.way](material, question.split)
    if question.split.copies == "leave_out":
        parts, note = leave_out_copies(parts, read_content(version, question))
        notes = [*notes, note] if note else notes
    for name, rows in parts.items():
        if not len(rows):
            raise ValueError(f"No row is left for the {name} part. Choose another split, or other shares.")
    used = sum(len(rows) for rows in parts.values())
    return Division(parts, material.n - used, notes)


def read_material(version: VersionFolder, question: Question) -> Material:
    """What the ways look at: usable rows, their classes, what belongs together, what orders them."""
    schema, asked = read_document(version.schema, Schema), question.split
    media = [id for id in question.inputs if schema.column(id).type in ("image", "audio")]
    needed = [question.target, *media, *([asked.column] if asked.column else [])]
    columns = read_columns(version, list(dict.fromkeys(needed)))
    usable, labels = read_labels(columns[question.target], question.task)
    for id in media:
        usable &= np.array([name is not None for name in columns[id].tolist()], dtype=bool)
    ordered = asked.column is not None and asked.way in ("time", "given")
    key = columns[asked.column] if asked.column and ordered else None
    units = None
    if asked.column and not ordered:
        values = columns[asked.column]
        units = code_labels(values if asked.piece is None else piece_of(values, asked.piece), lone=True)
    if asked.copies == "together" and not ordered:
        content = read_content(version, question)
        units = content if units is None else join_units(units, content)
    name = schema.column(asked.column).name if asked.column else ""
    return Material(len(usable), usable, labels if asked.stratify else None, units, key, name)


def read_labels(values: npt.NDArray[Any], task: str) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.int64]]:
    """Which rows have an answer, and its class by number; numbers fall into bins of equal counts."""
    if task == "classification":
        codes = code_labels(values)
        return codes >= 0, codes
    numbers = values.astype(np.float64)
    usable = np.isfinite(numbers)
    if not usable.any():
        return usable, np.full(len(numbers), -1)
    edges = np.unique(np.quantile(numbers[usable], np.linspace(0, 1, BINS + 1)[1:-1]))
    return usable, np.where(usable, np.searchsorted(edges, numbers, side="right"), -1)


__all__ = ["PARTS", "Division", "check_enough", "divide", "read_labels", "split"]
