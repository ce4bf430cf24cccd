"""What needs no learning: always the same answer, one rule on one column, a tree of two questions.

Learned on the training rows, scored on a part by the question's metrics. A model that does not beat them
has learned nothing that a person could not see in the table.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from trainer.baselines.clues import Clue, read_clues
from trainer.baselines.rule import best_answer, learn_rule
from trainer.baselines.scores import score_classes, score_numbers
from trainer.baselines.tree import draw, learn_tree
from trainer.baselines.words import describe_rule, describe_tree, judge, say_answer
from trainer.columns import read_columns
from trainer.contract.dataset import Schema, VersionFolder
from trainer.contract.documents import read_document
from trainer.contract.events import BaselineScore, Score
from trainer.contract.recipe import Question
from trainer.contract.results import BaselineResults

Parts = dict[str, npt.NDArray[np.int64]]
MOST_CELLS = 2_000_000
"""Training cells (rows times columns) that the rules are learned from; more rows are thinned out evenly."""
MOST_PICTURES = 3_000


@dataclass(frozen=True)
class Target:
    """What is predicted: class numbers or values (nan where missing), and the classes' names."""

    values: npt.NDArray[np.float64]
    classes: list[str]


def read_target(version: VersionFolder, question: Question) -> Target:
    """The target column of all rows."""
    column = read_columns(version, [question.target])[question.target]
    if question.task == "regression":
        return Target(np.where(np.isfinite(column.astype(np.float64)), column.astype(np.float64), np.nan), [])
    labels = [label_of(value) for value in column.tolist()]
    classes = sorted({label for label in labels if label is not None})
    number = {label: float(place) for place, label in enumerate(classes)}
    return Target(np.array([np.nan if label is None else number[label] for label in labels]), classes)


def label_of(value: Any) -> str | None:
    """The name of a class: whole numbers without a point; None where missing."""
    if value is None or value != value:
        return None
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value)


def score_baselines(version: VersionFolder, question: Question, parts: Parts, on: str) -> BaselineResults:
    """Learn the three on ``parts["train"]`` and score them on ``parts[on]``. Row numbers are those of the
    version.
    """
    schema = read_document(version.schema, Schema)
    columns = [schema.column(id) for id in question.inputs]
    target = read_target(version, question)
    pictures = any(column.type == "image" for column in columns)
    most = MOST_PICTURES if pictures else max(1_000, MOST_CELLS // max(1, len(columns)))
    train = thin(parts["train"], most)
    learned, clues = target.values[train], read_clues(version, columns, train)
    asked = read_clues(version, columns, parts[on])
    truth = target.values[parts[on]]
    size = len(target.classes)
    whole = target.values[parts["train"]]
    constant = best_answer(whole, size)
    rule = learn_rule(clues, learned, size)
    tree = learn_tree(clues, learned, size)
    said = say_answer(constant, target.classes)
    baselines = [
        BaselineScore(
            key="majority" if size else "mean",
            name="Always the most frequent" if size else "Always the mean",
            sentence=f"Always {said}",
            scores=score(truth, np.full(len(truth), constant), size),
        ),
        BaselineScore(
            key="rule", name="One clue" if pictures else "One column",
            sentence=describe_rule(rule, clues, target.classes),
            scores=score(truth, rule.predict(asked), size),
        ),
        BaselineScore(
            key="tree", name="Two questions", sentence=describe_tree(tree, clues, target.classes),
            scores=score(truth, tree.predict(asked), size),
        ),
    ]  # fmt: skip
    sentence, worth_it = judge(question, baselines, pictures=pictures)
    return BaselineResults(
        baselines=baselines, tree=draw(tree, clues, target.classes), sentence=sentence, worth_it=worth_it,
        rows={part: len(rows) for part, rows in parts.items()},
    )  # fmt: skip


def score(truth: npt.NDArray[np.float64], answer: npt.NDArray[np.float64], classes: int) -> dict[str, Score]:
    """All metrics of the task."""
    if classes:
        return score_classes(truth.astype(np.int64), answer.astype(np.int64))
    return score_numbers(truth, answer)


def thin(rows: npt.NDArray[np.int64], most: int) -> npt.NDArray[np.int64]:
    """At most so many rows, picked at equal distances."""
    if len(rows) <= most:
        return rows
    return rows[np.linspace(0, len(rows) - 1, most).astype(np.int64)]


__all__ = ["Clue", "Parts", "Target", "read_target", "score_baselines"]
