"""What a split came to: rows, classes, times and groups of each part, leaks, and what could be kept together."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from trainer.columns import read_columns
from trainer.contract.dataset import VersionFolder
from trainer.contract.recipe import Question
from trainer.contract.results import PartFacts, SplitFacts
from trainer.split import Division, read_labels
from trainer.split.groups import find_groups
from trainer.split.leaks import find_leaks
from trainer.split.material import Rows, code_labels, piece_of

SHOWN = 12
"""Classes that are counted by name, and example rows."""


def describe(version: VersionFolder, question: Question, division: Division, folder: Path) -> SplitFacts:
    """All of it; the rows of leaks are written into ``folder``."""
    split, parts = question.split, division.parts
    wanted = [question.target, *([split.column] if split.column else [])]
    cells = read_columns(version, list(dict.fromkeys(wanted)))
    target = cells[question.target]
    names, class_N = name_classes(target, question.task)
    key = cells[split.column] if split.column else None
    codes = None
    if key is not None and split.way in ("group", "folds"):
        codes = code_labels(key if split.piece is None else piece_of(key, split.piece))
    facts = {}
    for part, rows in parts.items():
        counts = np.bincount(class_N[rows][class_N[rows] >= 0], minlength=len(names)).tolist()
        first, last = ends(key[rows]) if key is not None and split.way == "time" else (None, None)
        facts[part] = PartFacts(
            rows=len(rows), classes=dict(zip(names, counts, strict=True)), first=first, last=last,
            groups=None if codes is None else len(np.unique(codes[rows])),
        )  # fmt: skip
    offers = find_groups(version, question)
    return SplitFacts(
        parts=facts,
        left_out=division.left_out,
        notes=division.notes,
        leaks=find_leaks(version, question, parts, offers, folder),
        groups=offers,
        examples=pick_examples(parts["train"], class_N),
    )


def name_classes(target: npt.NDArray[Any], task: str) -> tuple[list[str], npt.NDArray[np.int64]]:
    """The classes that are counted by name and the number of each row's; rarer ones together, -1 where missing. Numbers
    fall into four bins of equal counts.
    """
    if task == "regression":
        numbers = target.astype(np.float64)
        usable = np.isfinite(numbers)
        edges = np.unique(np.quantile(numbers[usable], [0, 0.25, 0.5, 0.75, 1]))
        inner = edges[1:-1]
        bins = np.where(usable, np.searchsorted(inner, numbers, side="right"), -1)
        return [f"{low:.4g} – {high:.4g}" for low, high in pairwise(edges)], bins
    _, codes = read_labels(target, task)
    present = np.flatnonzero(codes >= 0)
    counts = np.bincount(codes[present])
    most = np.argsort(-counts, kind="stable")
    first_of = dict(zip(codes[present][::-1].tolist(), present[::-1].tolist(), strict=True))
    kept = most[: SHOWN if len(most) <= SHOWN else SHOWN - 1].tolist()
    names = [label(target[first_of[code]]) for code in kept]
    place_of = np.full(len(counts), len(kept))
    place_of[kept] = np.arange(len(kept))
    if len(most) > len(kept):
        names.append(f"{len(most) - len(kept)} more")
    return names, np.where(codes >= 0, place_of[np.maximum(codes, 0)], -1)


def label(value: Any) -> str:
    """A class as people know it: whole numbers without a point."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def ends(cells: npt.NDArray[Any]) -> tuple[str | None, str | None]:
    """First and last of times or numbers, in words."""
    if not len(cells):
        return None, None
    low, high = cells.min(), cells.max()
    if cells.dtype.kind == "M":
        whole = bool((cells == cells.astype("datetime64[D]")).all())
        unit = "datetime64[D]" if whole else "datetime64[s]"
        return str(low.astype(unit)).replace("T", " "), str(high.astype(unit)).replace("T", " ")
    return f"{float(low):.6g}", f"{float(high):.6g}"


def pick_examples(rows: Rows, class_N: npt.NDArray[np.int64]) -> list[int]:
    """Some training rows, of all classes in turn, always the same."""
    shuffled = np.random.default_rng(0).permutation(rows)
    by_class = [shuffled[class_N[shuffled] == kind] for kind in np.unique(class_N[shuffled])]
    turns = max(len(mine) for mine in by_class)
    found = [int(mine[turn]) for turn in range(min(turns, SHOWN)) for mine in by_class if turn < len(mine)]
    return found[:SHOWN]
