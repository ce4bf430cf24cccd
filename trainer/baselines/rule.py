"""One rule on one column: the answer that is best for each of its values, or between a few thresholds.

After R. C. Holte, "Very simple classification rules perform well on most commonly used datasets", 1993: a
value that occurs fewer than six times in training gets the answer for all.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from trainer.baselines.clues import Clue
from trainer.baselines.rounding import round_between

Floats = npt.NDArray[np.float64]
LEAST = 6
STEPS = 4
"""Most ranges that a rule on a number may tell apart."""


@dataclass(frozen=True)
class Rule:
    """A learned rule: the clue's place, thresholds (numbers only), and the answer for each range or value.

    The last answer is for what is missing or was never seen.
    """

    clue: int
    thresholds: tuple[float, ...]
    answers: tuple[float, ...]

    def predict(self, clues: list[Clue]) -> Floats:
        """The answer for each row: a class number or a value."""
        clue = clues[self.clue]
        answers = np.asarray(self.answers)
        missing = len(answers) - 1
        if clue.names is not None:
            place = np.where(clue.values < 0, missing, clue.values).astype(np.int64)
        else:
            place = np.searchsorted(self.thresholds, clue.values, side="left").astype(np.int64)
            place[np.isnan(clue.values)] = missing
        return np.asarray(answers[place])


def learn_rule(clues: list[Clue], target_N: Floats, classes: int) -> Rule:
    """The rule on the one clue that explains the training rows best. ``classes`` is 0 for numbers."""
    overall = best_answer(target_N, classes)
    best, least = Rule(0, (), (overall, overall)), np.inf
    for place, clue in enumerate(clues):
        rule = (
            by_value(place, clue, target_N, classes)
            if clue.names is not None
            else by_range(place, clue, target_N, classes)
        )
        loss = loss_of(rule.predict(clues), target_N, classes)
        if loss < least:
            best, least = rule, loss
    return best


def best_answer(target_N: Floats, classes: int) -> float:
    """The most frequent class, or the mean."""
    if classes:
        return float(np.bincount(target_N.astype(np.int64), minlength=classes).argmax())
    return float(target_N.mean())


def loss_of(answer_N: Floats, target_N: Floats, classes: int) -> float:
    """Share of wrong answers, or mean squared error."""
    return float((answer_N != target_N).mean()) if classes else float(((answer_N - target_N) ** 2).mean())


def by_value(place: int, clue: Clue, target_N: Floats, classes: int) -> Rule:
    """An answer for each category that occurs often enough."""
    assert clue.names is not None
    overall = best_answer(target_N, classes)
    value_N = clue.values.astype(np.int64)
    seen_N = value_N >= 0
    count_V = np.bincount(value_N[seen_N], minlength=len(clue.names))
    if classes:
        cells = np.bincount(
            value_N[seen_N] * classes + target_N[seen_N].astype(np.int64), minlength=len(clue.names) * classes
        )
        answer_V = cells.reshape(len(clue.names), classes).argmax(axis=1).astype(np.float64)
    else:
        sum_V = np.bincount(value_N[seen_N], weights=target_N[seen_N], minlength=len(clue.names))
        answer_V = sum_V / np.maximum(count_V, 1)
    answer_V[count_V < LEAST] = overall
    missing = best_answer(target_N[~seen_N], classes) if (~seen_N).sum() >= LEAST else overall
    return Rule(place, (), (*answer_V.tolist(), missing))


def by_range(place: int, clue: Clue, target_N: Floats, classes: int) -> Rule:
    """An answer for each of up to four ranges of a number."""
    overall = best_answer(target_N, classes)
    seen_N = ~np.isnan(clue.values)
    value_N, wish_N = clue.values[seen_N], target_N[seen_N]
    missing = best_answer(target_N[~seen_N], classes) if (~seen_N).sum() >= LEAST else overall
    if len(value_N) < 2 * LEAST:
        return Rule(place, (), (overall, missing))
    kind = DecisionTreeClassifier if classes else DecisionTreeRegressor
    tree = kind(max_leaf_nodes=STEPS, min_samples_leaf=LEAST, random_state=0).fit(
        to_float32(value_N)[:, None], wish_N
    )
    cuts = sorted(
        float(cut)
        for cut, left in zip(tree.tree_.threshold, tree.tree_.children_left, strict=True)
        if left >= 0
    )
    thresholds = sorted({round_between(cut, value_N, clue.may_move) for cut in cuts})
    range_N = np.searchsorted(thresholds, value_N, side="left")
    answers = [
        best_answer(wish_N[range_N == r], classes) if (range_N == r).any() else overall
        for r in range(len(thresholds) + 1)
    ]
    return merge(Rule(place, tuple(thresholds), (*answers, missing)))


def merge(rule: Rule) -> Rule:
    """Neighbouring ranges with the same answer become one."""
    thresholds, answers = [], [rule.answers[0]]
    for threshold, answer in zip(rule.thresholds, rule.answers[1:-1], strict=True):
        if answer != answers[-1]:
            thresholds.append(threshold)
            answers.append(answer)
    return Rule(rule.clue, tuple(thresholds), (*answers, rule.answers[-1]))


def to_float32(value_N: Floats) -> npt.NDArray[np.float32]:
    """Trees work in float32; greater values become its greatest."""
    limit = np.finfo(np.float32).max
    return np.clip(value_N, -limit, limit).astype(np.float32)
