"""Columns and pieces of file names that look like who or what a row comes from."""

import re
from collections import Counter
from typing import Any

import numpy as np
import numpy.typing as npt

from trainer.columns import read_columns
from trainer.contract.dataset import Column, Schema, VersionFolder
from trainer.contract.documents import read_document
from trainer.contract.recipe import Question
from trainer.contract.results import Groups
from trainer.contract.steps import MakeColumn, Steps
from trainer.split.material import code_labels, pieces_of

HINT = re.compile(
    r"(?<![a-z])(speaker|patient|subject|person|user|customer|client|student|participant|author|owner|driver|"
    r"session|group|family|household|site|hospital|clinic|device|camera|recording|video|scan|slide|batch|farm|"
    r"store|shop|school|sprecher|patientin|gruppe|kunde)(?![a-z])",
    re.IGNORECASE,
)
NUMBERED = re.compile(r"[a-z]{1,12}\d{1,6}", re.IGNORECASE)
MOST = 3
"""Offers."""
EACH = 2.0
"""Rows that a group has on average, at least."""
MANY_NUMBERS = 20
"""Numbers that tell who a row comes from are many; fewer count something."""


def find_groups(version: VersionFolder, question: Question) -> list[Groups]:
    """What a split should perhaps keep together, likeliest first."""
    schema = read_document(version.schema, Schema)
    computed = made_names(version)
    columns = [
        c
        for c in schema.columns
        if c.id != question.target and may_group(c) and not (c.type == "number" and c.name in computed)
    ]
    names = [c for c in schema.columns if c.type in ("image", "audio")]
    wanted = [question.target, *(c.id for c in [*columns, *names])]
    cells = read_columns(version, list(dict.fromkeys(wanted)))
    answers = code_labels(cells[question.target])
    found = [offer for column in columns if (offer := of_column(column, cells[column.id], answers))]
    for column in names:
        found += of_names(column, cells[column.id], answers)
    return found[:MOST]


def made_names(version: VersionFolder) -> set[str]:
    """The names of columns that a person computed from others: as numbers they name nobody."""
    if not version.steps.exists():
        return set()
    return {step.name for step in read_document(version.steps, Steps).steps if isinstance(step, MakeColumn)}


def may_group(column: Column) -> bool:
    """Whether a column's name says that it tells where rows come from."""
    return column.type in ("category", "text", "number") and bool(HINT.search(column.name.replace("_", " ")))


def of_column(column: Column, cells: npt.NDArray[Any], answers: npt.NDArray[np.int64]) -> Groups | None:
    """The offer of a column, if its values repeat as groups do."""
    codes = code_labels(cells)
    if not fits(codes, answers) or (column.type == "number" and not numbers_groups(column, codes)):
        return None
    return offer(column, None, column.name, codes, "rows")


def numbers_groups(column: Column, codes: npt.NDArray[np.int64]) -> bool:
    """Whether a column of numbers can number groups: whole ones, and many."""
    return column.whole and len(np.unique(codes[codes >= 0])) >= MANY_NUMBERS


def of_names(column: Column, cells: npt.NDArray[Any], answers: npt.NDArray[np.int64]) -> list[Groups]:
    """The offers of pieces of file names: words that repeat over several classes, or numbers behind a word such as
    "patient".
    """
    pieces = [pieces_of(name) for name in cells.tolist()]
    depth = Counter(len(row) for row in pieces if row).most_common(1)
    found = []
    for place in range(depth[0][0] if depth else 0):
        said = np.empty(len(pieces), dtype=object)
        said[:] = [row[place] if place < len(row) else None for row in pieces]
        codes = code_labels(said)
        if not fits(codes, answers):
            continue
        values = [str(value) for value, _ in Counter(v for v in said.tolist() if v).most_common(3)]
        before = {row[place - 1] for row in pieces if place and place < len(row)}
        hinted = len(before) == 1 and bool(HINT.fullmatch(next(iter(before))))
        if hinted or all(word_like(value) for value in values):
            name = (
                next(iter(before))
                if hinted
                else f"piece {place + 1} of ‘{column.name}’ ({', '.join(values)}, …)"
            )
            found.append(offer(column, place, name, codes, "clips" if column.type == "audio" else "pictures"))
    return found


def word_like(value: str) -> bool:
    """A name, or a letter or word with a number: not a bare number."""
    return bool(re.fullmatch(r"[^\W\d]{2,}", value) or NUMBERED.fullmatch(value))


def fits(codes: npt.NDArray[np.int64], answers: npt.NDArray[np.int64]) -> bool:
    """Whether values repeat as groups do: three or more, of some rows each, and not the answer in other words."""
    there = codes >= 0
    if not there.any():
        return False
    groups = len(np.unique(codes[there]))
    if groups < 3 or there.sum() < EACH * groups:
        return False
    pairs = len(np.unique(np.column_stack([codes[there], answers[there]]), axis=0))
    return pairs > len(np.unique(answers[there])) and pairs > groups


def offer(column: Column, piece: int | None, name: str, codes: npt.NDArray[np.int64], what: str) -> Groups:
    """The offer in words."""
    sizes = np.bincount(codes[codes >= 0])
    sizes = sizes[sizes > 0]
    middle = int(np.median(sizes))
    said = name if piece is not None else f"‘{name}’"
    sentence = (
        f"About {middle:,} {what} of each of {len(sizes):,} groups by {said}: a random split would test on groups that "
        "it has learned from."
    )
    return Groups(column=column.id, piece=piece, name=name, groups=len(sizes), sentence=sentence)
