"""Quick models that judge rows they have not seen: out-of-fold probabilities of each class."""

import warnings
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import StratifiedKFold

from trainer.audit.confident import Labels, Matrix
from trainer.features import Tell

FOLDS = 5
FEW = 20_000
"""Rows up to which the slower judges are heard too."""


def judge(
    judges: list[Any], X: Any, label_N: Labels, classes: int, tell: Tell, seed: int = 0, repeats: int = 1
) -> Matrix:
    """Mean probabilities [N, K] of the judges, each taught on the folds that a row is not in."""
    folds = min(FOLDS, int(np.bincount(label_N).min()))
    total = np.zeros((len(label_N), classes))
    rounds = folds * repeats * len(judges)
    done = 0
    for repeat in range(repeats):
        parts = StratifiedKFold(folds, shuffle=True, random_state=seed + repeat)
        for learn, ask in parts.split(np.zeros(len(label_N)), label_N):
            for model in judges:
                tell("asking models that have not seen the row", done, rounds)
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore", ConvergenceWarning)
                    model.fit(X[learn], label_N[learn])
                total[np.ix_(ask, model.classes_)] += model.predict_proba(X[ask])
                done += 1
    shares: Matrix = total / total.sum(axis=1, keepdims=True)
    return shares
