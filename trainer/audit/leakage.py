"""Columns that give the answer away: alone they say it nearly always, or they number rows that are sorted by it."""

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import KFold, StratifiedKFold, cross_val_predict
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from trainer.audit.job import Look
from trainer.audit.near import thin
from trainer.baselines import label_of
from trainer.columns import read_columns
from trainer.contract.dataset import Column, Finding, Fix
from trainer.contract.steps import Drop
from trainer.features import Rows
from trainer.profile.look import percent, quoted

ROWS = 20_000
GIVEN_AWAY = 0.98
"""Balanced accuracy, or share of the variance, that one column reaches where it says the answer."""
NEARLY, AHEAD = 0.8, 0.3
"""An answer with wrong labels in it is never given away whole: less is enough where one column alone is so far ahead of
all others together.
"""
SORTED = 0.5
"""The same for an id: by chance it reaches nothing."""
LEAST_ROWS = 50
MOST_CLASSES = 50
LEAST_OF_CLASS = 5
TOLD = 4


def leaks(look: Look) -> list[Finding]:
    """What gives the target away."""
    target = look.target
    if target is None:
        return []
    rows = thin(np.arange(look.schema.rows, dtype=np.int64), ROWS)
    y, classes = answers(look, target, rows)
    if y is None:
        return []
    there = np.flatnonzero(np.isfinite(y))
    candidates = [
        c for c in look.of_type("number", "category", "datetime", "text")
        if c.id != target.id and c.role in ("input", "id") and (c.type != "text" or c.role != "id")
    ]  # fmt: skip
    columns = read_columns(look.version, [c.id for c in candidates], rows[there])
    findings = []
    for done, column in enumerate(candidates):
        look.tell("asking each column alone", done, len(candidates))
        share = alone(encode(columns[column.id]), y[there], classes)
        if column.role == "id" and share >= SORTED:
            findings.append(
                Finding(
                    kind="leak", columns=[column.id, target.id], column=column.id,
                    sentence=f"‘{column.name}’ only numbers rows, yet it says much about ‘{target.name}’ "
                    f"({percent(share)} of the way to knowing it): the rows are in the order of the answer. Do "
                    "not make it an input.",
                )
            )  # fmt: skip
        elif column.role != "id" and (
            share >= GIVEN_AWAY
            or (share >= NEARLY and share - others(columns, candidates, column, y[there], classes) >= AHEAD)
        ):
            findings.append(
                Finding(
                    kind="leak", columns=[column.id, target.id], column=column.id,
                    sentence=f"‘{column.name}’ alone gives ‘{target.name}’ away ({said(share, classes)}). Is it known "
                    "before the answer is? If not, leave it out.",
                    fix=Fix(label=f"Leave out ‘{column.name}’", steps=[Drop(columns=[column.id])]),
                )
            )  # fmt: skip
    return grouped(findings, look, target)[:TOLD]


def answers(look: Look, target: Column, rows: Rows) -> tuple[npt.NDArray[np.float64] | None, bool]:
    """The target as class numbers or values (nan where missing or too rare), and whether it is classes."""
    values = read_columns(look.version, [target.id], rows)[target.id]
    if target.type == "number" and len(np.unique(values[np.isfinite(values)])) > 20:
        return (values, False) if np.isfinite(values).sum() >= LEAST_ROWS else (None, False)
    labels = np.array([label_of(value) or "" for value in values.tolist()])
    names, number_N, count_K = np.unique(labels, return_inverse=True, return_counts=True)
    y = number_N.astype(np.float64)
    y[(labels == "") | (count_K[number_N] < LEAST_OF_CLASS)] = np.nan
    kinds = len(np.unique(y[np.isfinite(y)]))
    enough = np.isfinite(y).sum() >= LEAST_ROWS and 2 <= kinds <= MOST_CLASSES
    return (y, True) if enough and len(names) else (None, True)


def encode(values: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """A column as one or a few numbers that a tree can cut: holes far below; categories one column each."""
    if values.dtype.kind == "M":
        values = np.where(np.isnat(values), np.nan, values.astype(np.int64).astype(np.float64))
    if values.dtype.kind == "f":
        lowest = np.nanmin(values) if np.isfinite(values).any() else 0.0
        return np.where(np.isnan(values), lowest - abs(lowest) - 1.0, values)[:, None]
    code_N, count = np.unique(
        np.array(["" if v is None else str(v) for v in values.tolist()]),
        return_inverse=True,
        return_counts=True,
    )[1:]
    kept = np.argsort(-count, kind="stable")[:50]
    found: npt.NDArray[np.float64] = (code_N[:, None] == kept[None, :]).astype(np.float64)
    return found


def alone(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], classes: bool) -> float:  # noqa: FBT001 - what y is
    """How well one column says the answer to rows that its tree has not seen: 0 as a constant, 1 always."""
    if classes:
        folds = StratifiedKFold(4, shuffle=True, random_state=0)
        tree = DecisionTreeClassifier(max_leaf_nodes=64, min_samples_leaf=3, random_state=0)
        guess = cross_val_predict(tree, x, y.astype(np.int64), cv=folds)
        chance = 1 / len(np.unique(y))
        return max(0.0, (float(balanced_accuracy_score(y.astype(np.int64), guess)) - chance) / (1 - chance))
    y = np.unique(y, return_inverse=True)[1].astype(
        np.float64
    )  # by rank, so that a few great values do not rule
    tree = DecisionTreeRegressor(max_leaf_nodes=256, min_samples_leaf=3, random_state=0)
    guess = cross_val_predict(tree, x, y, cv=KFold(4, shuffle=True, random_state=0))
    spread = float(((y - y.mean()) ** 2).sum())
    return max(0.0, 1 - float(((y - guess) ** 2).sum()) / spread) if spread > 0 else 0.0


def others(
    columns: dict[str, npt.NDArray[Any]],
    candidates: list[Column],
    column: Column,
    y: npt.NDArray[np.float64],
    classes: bool,  # noqa: FBT001 - what y is
) -> float:
    """How well all other columns together say the answer."""
    parts = [encode(columns[c.id]) for c in candidates if c.id != column.id and c.role != "id"]
    return alone(np.hstack(parts), y, classes) if parts else 1.0


def said(share: float, classes: bool) -> str:  # noqa: FBT001 - what the target is
    """How much of the answer is given away, in words."""
    if share >= 1 - 1e-9:
        return "always"
    return (
        f"{percent(share)} of the way from guessing to knowing"
        if classes
        else f"it explains {percent(share)} of it"
    )


def grouped(findings: list[Finding], look: Look, target: Column) -> list[Finding]:
    """Several columns that each give the answer away, in one sentence."""
    away = [finding for finding in findings if finding.fix is not None]
    if len(away) < 3:
        return findings
    columns = [look.schema.column(str(finding.column)) for finding in away]
    one = Finding(
        kind="leak", columns=[*(c.id for c in columns), target.id],
        sentence=f"{quoted([c.name for c in columns])} each give ‘{target.name}’ away alone. Are they known before the "
        "answer is? If not, leave them out.",
        fix=Fix(label=f"Leave out {len(columns)} columns", steps=[Drop(columns=[c.id for c in columns])]),
    )  # fmt: skip
    return [one, *(finding for finding in findings if finding.fix is None)]
