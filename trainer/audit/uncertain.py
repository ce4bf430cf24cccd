"""Active learning: which rows a quick model is least sure of, and that differ from one another."""

import warnings
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score

Rows = npt.NDArray[np.int64]
Labels = npt.NDArray[Any]
POOL = 12
"""So many times as many rows as are wanted are looked at for how they differ."""
MOST_POOL = 1_000
FOLDS = 5
LEAST_A_CLASS = 2


def rank(X: Any, labels_N: Labels, want: int, seed: int = 0) -> Rows:
    """Rows without a label (None), best first.

    Uncertainty is the margin between the two likeliest classes (Scheffer, Decomain and Wrobel 2001). The least sure
    are put into groups of neighbours, weighted by how unsure they are (Zhdanov 2019), and each group gives its least
    sure row before any gives a second. Without two classes to tell apart only the groups count.
    """
    known = np.flatnonzero(~is_missing(labels_N))
    open_rows = np.flatnonzero(is_missing(labels_N))
    if not len(open_rows):
        return open_rows
    open_rows = np.random.default_rng(seed).permutation(open_rows)  # of equals, any
    margin_N = margins(X, labels_N, known, open_rows)
    pool = open_rows[np.argsort(margin_N, kind="stable")[: min(MOST_POOL, POOL * want)]]
    weight_N = 1.0 - np.sort(margin_N, kind="stable")[: len(pool)] + 1e-3
    return spread(X, pool, weight_N, want, seed)


def margins(X: Any, labels_N: Labels, known: Rows, open_rows: Rows) -> npt.NDArray[np.float64]:
    """How sure a model is of each row: 0 not at all, 1 completely. 0 where there is only one class."""
    if len(set(labels_N[known].tolist())) < 2:
        return np.zeros(len(open_rows))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model = a_model().fit(X[known], labels_N[known].astype(str))
    two_N2 = np.sort(model.predict_proba(X[open_rows]), axis=1)[:, -2:]
    return np.asarray(two_N2[:, 1] - two_N2[:, 0])


def spread(X: Any, pool: Rows, weight_N: npt.NDArray[np.float64], want: int, seed: int) -> Rows:
    """Round after round, the first of each group of neighbours. ``pool`` is in the order of worth."""
    groups = min(want, len(pool))
    some = X[pool]
    dense = some.toarray() if sparse.issparse(some) else some
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # fewer different rows than groups
        group_N = KMeans(groups, n_init=1, random_state=seed).fit_predict(dense, sample_weight=weight_N)
    turn_N = np.zeros(len(pool), dtype=np.int64)
    seen = np.zeros(groups, dtype=np.int64)
    for place, group in enumerate(group_N.tolist()):
        turn_N[place] = seen[group]
        seen[group] += 1
    return pool[np.lexsort((np.arange(len(pool)), turn_N))]


def score(X: Any, labels_N: Labels) -> float | None:
    """Accuracy on labelled rows that the model has not seen; None where there are too few of a class."""
    known = np.flatnonzero(~is_missing(labels_N))
    answers = labels_N[known].astype(str)
    names, counts = np.unique(answers, return_counts=True)
    kept = np.isin(answers, names[counts >= LEAST_A_CLASS])
    if len(names[counts >= LEAST_A_CLASS]) < 2:
        return None
    folds = min(FOLDS, int(counts[counts >= LEAST_A_CLASS].min()))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        found = cross_val_score(a_model(), X[known[kept]], answers[kept], cv=folds)
    return float(found.mean())


def a_model() -> LogisticRegression:
    """The quick model."""
    return LogisticRegression(C=1.0, max_iter=200)


def is_missing(labels_N: Labels) -> npt.NDArray[np.bool_]:
    """Which rows have no label."""
    return np.array([label is None for label in labels_N.tolist()], dtype=bool)
