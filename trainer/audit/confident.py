"""Likely wrong labels by confident learning (Northcutt, Jiang and Chuang, JAIR 2021).

From probabilities of models that had not seen the row: a row counts as of class j where its probability of j is at
least what rows labelled j get on average. Rows that count as of another class than their label are suspects; the
order is by how far the label's probability falls short of the best other one.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]
RELIABLE = 0.88
"""Share of the labels that the models agree with."""


@dataclass(frozen=True)
class Doubt:
    """For each row [N]: how doubtful its label is (greater is worse), the likelier one, whether it is a suspect."""

    score: Matrix
    suggested: Labels
    suspect: npt.NDArray[np.bool_]


def doubt(p_NK: Matrix, label_N: Labels) -> Doubt:
    """Doubts about labels, given out-of-fold probabilities. Models that are nearly always right are heard wherever they
    disagree.
    """
    n, k = p_NK.shape
    threshold_K = np.array([p_NK[label_N == j, j].mean() if (label_N == j).any() else 1.0 for j in range(k)])
    own_N = p_NK[np.arange(n), label_N]
    others_NK = p_NK.copy()
    others_NK[np.arange(n), label_N] = -1.0
    confident_NK = np.where(p_NK >= threshold_K - 1e-12, p_NK, -1.0)
    counted_N = np.where(confident_NK.max(axis=1) > 0, confident_NK.argmax(axis=1), label_N)
    suggested_N = others_NK.argmax(axis=1)
    best_N = others_NK.max(axis=1)
    # relative to what their classes get on average, so that a hard class is not all suspects
    score_N = (best_N - threshold_K[suggested_N]) - (own_N - threshold_K[label_N])
    differs_N = best_N > own_N
    reliable = float((~differs_N).mean()) >= RELIABLE
    suspect_N = differs_N if reliable else differs_N & (counted_N != label_N)
    return Doubt(score_N, suggested_N.astype(np.int64), suspect_N)
