"""Scores of plain answers with 95 % intervals by the bootstrap over rows (Efron & Tibshirani 1993,
chapter 13).

Legend: N rows, K classes, R resamples, C filled cells of the confusion matrix, M moments. Resampling rows
is the same as drawing the cells from a multinomial, or, for numbers, drawing the means of a few moments.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from trainer.contract.events import Score

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
RESAMPLES = 500
ONE_BY_ONE = 2_000
"""Rows up to which numbers are resampled one by one; above, the central limit theorem stands in."""
Z = 1.959964


def score_classes(truth_N: Ints, answer_N: Ints) -> dict[str, Score]:
    """Accuracy, balanced accuracy and macro F1 of class numbers."""
    size = int(max(truth_N.max(), answer_N.max())) + 1
    cell_C, count_C = np.unique(truth_N * size + answer_N, return_counts=True)
    draw = np.random.Generator(np.random.PCG64(0))
    drawn_RC = draw.multinomial(len(truth_N), count_C / len(truth_N), size=RESAMPLES)
    found = measure_classes(count_C[None], cell_C // size, cell_C % size, size)
    drawn = measure_classes(drawn_RC, cell_C // size, cell_C % size, size)
    scores = {metric: interval(metric, float(found[metric][0]), drawn[metric]) for metric in found}
    if scores["accuracy"].value in (0.0, 1.0):
        scores["accuracy"] = wilson(scores["accuracy"], len(truth_N))
    return scores


def measure_classes(count_RC: Ints, truth_C: Ints, answer_C: Ints, size: int) -> dict[str, Floats]:
    """Metrics of R confusion matrices, given by the counts of the same C cells."""
    truth_RK = spread(count_RC, truth_C, size)
    answer_RK = spread(count_RC, answer_C, size)
    hit_RK = spread(count_RC * (truth_C == answer_C), truth_C, size)
    rows_R = np.maximum(truth_RK.sum(axis=1), 1)
    recall_RK = hit_RK / np.maximum(truth_RK, 1)
    f1_RK = 2 * hit_RK / np.maximum(truth_RK + answer_RK, 1)
    present_R = np.maximum((truth_RK > 0).sum(axis=1), 1)
    either_R = np.maximum(((truth_RK + answer_RK) > 0).sum(axis=1), 1)
    return {
        "accuracy": hit_RK.sum(axis=1) / rows_R,
        "balanced_accuracy": recall_RK.sum(axis=1) / present_R,
        "f1": f1_RK.sum(axis=1) / either_R,
    }


def spread(count_RC: Ints, class_C: Ints, size: int) -> Ints:
    """Sum cells by class: [R, C] to [R, K]."""
    result_RK = np.zeros((len(count_RC), size), dtype=np.int64)
    np.add.at(result_RK.T, class_C, count_RC.T)
    return result_RK


def score_numbers(truth_N: Floats, answer_N: Floats) -> dict[str, Score]:
    """Root mean squared error, mean absolute error and R2."""
    centred_N, error_N = truth_N - truth_N.mean(), answer_N - truth_N
    scale = float(max(np.abs(error_N).max(), np.abs(centred_N).max())) or 1.0
    centred_N, error_N = centred_N / scale, error_N / scale
    moment_NM = np.stack([error_N**2, np.abs(error_N), centred_N, centred_N**2], axis=1)
    found = measure_numbers(moment_NM.mean(axis=0)[None], scale)
    drawn = measure_numbers(draw_means(moment_NM), scale)
    return {metric: interval(metric, float(found[metric][0]), drawn[metric]) for metric in found}


def draw_means(moment_NM: Floats) -> Floats:
    """Means of the moments in each resample: [R, M]."""
    draw = np.random.Generator(np.random.PCG64(0))
    rows = len(moment_NM)
    if rows <= ONE_BY_ONE:
        pick_RN = draw.integers(0, rows, (RESAMPLES, rows))
        flat = (pick_RN + rows * np.arange(RESAMPLES)[:, None]).ravel()
        times_RN = np.bincount(flat, minlength=RESAMPLES * rows).reshape(RESAMPLES, rows)
        return np.asarray(times_RN @ moment_NM / rows, dtype=np.float64)
    spread_MM = np.cov(moment_NM, rowvar=False, ddof=0) / rows
    drawn_RM = draw.multivariate_normal(moment_NM.mean(axis=0), spread_MM, RESAMPLES, method="eigh")
    drawn_RM[:, :2] = np.maximum(drawn_RM[:, :2], 0.0)
    return drawn_RM


def measure_numbers(mean_RM: Floats, scale: float) -> dict[str, Floats]:
    """Metrics from the means of squared error, absolute error, centred truth and its square (over
    ``scale``).
    """
    squared, absolute, centre, square = mean_RM.T
    variance = square - centre**2
    flat = variance <= 1e-24
    r2 = np.where(flat, np.where(squared == 0, 1.0, 0.0), 1.0 - squared / np.where(flat, 1.0, variance))
    return {"rmse": np.sqrt(squared) * scale, "mae": absolute * scale, "r2": r2}


def interval(metric: str, value: float, drawn_R: npt.NDArray[Any]) -> Score:
    """The score and where the middle 95 % of its resamples lie."""
    low, high = np.quantile(drawn_R, (0.025, 0.975))
    return Score(metric=metric, value=value, low=float(min(low, value)), high=float(max(high, value)))


def wilson(score: Score, rows: int) -> Score:
    """Where every row is right (or wrong) resampling sees no doubt; Wilson's interval (1927) does."""
    doubt = Z * Z / (rows + Z * Z)
    low, high = (1.0 - doubt, 1.0) if score.value else (0.0, doubt)
    return Score(metric=score.metric, value=score.value, low=low, high=high)
