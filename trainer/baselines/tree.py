"""A tree of two questions, one after the other, learned on the training rows and asked in words."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from trainer.baselines.clues import Clue
from trainer.baselines.rounding import DIGITS, round_between
from trainer.baselines.rule import best_answer, to_float32

Floats = npt.NDArray[np.float64]
DEPTH = 2
LEAST = 5
MOST_VALUES = 50
"""Most frequent values of a category that may be asked for."""
MOST_COUNTS = 20


@dataclass(frozen=True)
class Ask:
    """One question: is it this category, is it missing, or (``threshold``) is it at most so much?"""

    clue: int
    threshold: float | None = None
    value: int | None = None

    def answer(self, clues: list[Clue]) -> npt.NDArray[np.bool_]:
        """Yes or no for each row; a missing number is a no to "at most"."""
        values = clues[self.clue].values
        if self.threshold is not None:
            return np.asarray(values <= self.threshold)
        if self.value is None:
            return np.asarray(np.isnan(values) if clues[self.clue].names is None else values < 0)
        return np.asarray(values == self.value)

    def words(self, clues: list[Clue]) -> str:
        """The question for people: "Sex is female", "Fare ≤ 52.3", "Age is missing"."""
        clue = clues[self.clue]
        if self.threshold is not None:
            return f"{clue.name} ≤ {clue.show(self.threshold)}"
        if self.value is None:
            return f"{clue.name} is missing"
        assert clue.names is not None
        return f"{clue.name} is {clue.names[self.value]}"


@dataclass(frozen=True)
class Node:
    """A question with what follows on yes and no, or an answer. ``target`` holds the training rows that
    came here.
    """

    target: Floats
    answer: float
    ask: Ask | None = None
    yes: "Node | None" = None
    no: "Node | None" = None

    def predict(self, clues: list[Clue]) -> Floats:
        """The answer for each row."""
        if self.ask is None or self.yes is None or self.no is None:
            return np.full(len(clues[0].values), self.answer)
        return np.where(self.ask.answer(clues), self.yes.predict(clues), self.no.predict(clues))


def learn_tree(clues: list[Clue], target_N: Floats, classes: int) -> Node:
    """The tree that parts the training rows best, question by question (CART)."""
    features_NF, asks = encode(clues)
    return grow(clues, features_NF, asks, np.arange(len(target_N)), target_N, classes, DEPTH)


def encode(clues: list[Clue]) -> tuple[npt.NDArray[np.float32], list[Ask]]:
    """Columns that a tree may split on, and the question that each stands for. A missing number is
    greatest, so that it goes with the no of "at most"; whether it is missing may be asked too.
    """
    columns: list[npt.NDArray[np.float32]] = []
    asks: list[Ask] = []
    for place, clue in enumerate(clues):
        if clue.names is not None:
            for value in range(min(len(clue.names), MOST_VALUES)):
                columns.append((clue.values == value).astype(np.float32))
                asks.append(Ask(place, value=value))
            missing_N = clue.values < 0
        else:
            missing_N = np.isnan(clue.values)
            greatest = np.finfo(np.float32).max
            columns.append(
                np.where(missing_N, greatest, to_float32(np.nan_to_num(clue.values))).astype(np.float32)
            )
            asks.append(Ask(place, threshold=0.0))
        if missing_N.sum() >= LEAST:
            columns.append(missing_N.astype(np.float32))
            asks.append(Ask(place))
    return np.stack(columns, axis=1), asks


def grow(
    clues: list[Clue],
    features_NF: npt.NDArray[np.float32],
    asks: list[Ask],
    rows: npt.NDArray[np.int64],
    target_N: Floats,
    classes: int,
    depth: int,
) -> Node:
    """A node over these rows: the best single question, then the same for its yes and its no."""
    target = target_N[rows]
    leaf = Node(target, best_answer(target, classes))
    if depth == 0 or len(rows) < 2 * LEAST or (target == target[0]).all():
        return leaf
    kind = DecisionTreeClassifier if classes else DecisionTreeRegressor
    stump = kind(max_depth=1, min_samples_leaf=LEAST, random_state=0).fit(features_NF[rows], target).tree_
    if stump.node_count < 3:
        return leaf
    ask = asks[int(stump.feature[0])]
    if ask.threshold is not None:
        clue = clues[ask.clue].take(rows)
        values = clue.values[~np.isnan(clue.values)]
        ask = Ask(ask.clue, threshold=round_between(float(stump.threshold[0]), values, clue.may_move))
    yes_N = ask.answer([clue.take(rows) for clue in clues])
    if not yes_N.any() or yes_N.all():
        return leaf
    yes = grow(clues, features_NF, asks, rows[yes_N], target_N, classes, depth - 1)
    no = grow(clues, features_NF, asks, rows[~yes_N], target_N, classes, depth - 1)
    if classes and yes.ask is None and no.ask is None and yes.answer == no.answer:
        return leaf  # a question whose answers lead to the same is none
    return Node(target, leaf.answer, ask, yes, no)


def draw(node: Node, clues: list[Clue], classes: list[str]) -> dict[str, Any]:
    """The tree as a document: see ``trainer.contract.results.BaselineResults.tree``."""
    if node.ask is not None and node.yes is not None and node.no is not None:
        return {
            "question": node.ask.words(clues), "column": clues[node.ask.clue].column,
            "yes": draw(node.yes, clues, classes), "no": draw(node.no, clues, classes),
        }  # fmt: skip
    if not classes:
        return {"answer": float(f"{node.answer:.{DIGITS}g}"), "rows": len(node.target)}
    count_K = np.bincount(node.target.astype(np.int64), minlength=len(classes))
    most = sorted(range(len(classes)), key=lambda k: -count_K[k])[:MOST_COUNTS]
    return {
        "answer": classes[int(node.answer)], "rows": len(node.target),
        "share": float(count_K[int(node.answer)] / len(node.target)),
        "counts": {classes[k]: int(count_K[k]) for k in sorted(most) if count_K[k]},
    }  # fmt: skip
