"""Scores with 95 % intervals, from a bootstrap over rows that never touches the rows.

Legend: N rows, K classes, R resamples, C non-empty cells of a confusion matrix, M moments.

Resampling N rows with replacement is the same as drawing a confusion matrix from a multinomial over its
cells, or, for numbers, averages of a few moments per row; so a thousand resamples cost one pass. Percentile
intervals: Efron & Tibshirani, An Introduction to the Bootstrap (1993), chapter 13.
"""

import math

import numpy as np
from numpy.typing import NDArray

from trainer.contract.events import Score

RESAMPLES = 1_000
DRAWS = 4_000_000
"""Most numbers drawn for one interval; above it there are fewer resamples, or the central limit stands in."""
GATHERED_ROWS = 20_000
"""Rows up to which numbers are resampled one by one."""
INTERVAL = (0.025, 0.975)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def score_classes(confusion_KK: Ints, first: str = "accuracy", seed: int = 0) -> list[Score]:
    """Accuracy, balanced accuracy, macro F1 of a confusion matrix (rows: truth); ``first`` in front."""
    truth_C, answer_C = np.nonzero(confusion_KK)
    count_C = confusion_KK[truth_C, answer_C]
    rows = int(count_C.sum())
    rng = np.random.default_rng(seed)
    resamples = max(100, min(RESAMPLES, DRAWS // max(len(count_C), 1)))
    drawn_RC = rng.multinomial(rows, count_C / rows, size=resamples) if rows else np.zeros((0, 0), np.int64)
    found = measure_classes(count_C[None], truth_C, answer_C)
    drawn = measure_classes(drawn_RC, truth_C, answer_C)
    scores = [with_interval(metric, float(found[metric][0]), drawn[metric]) for metric in found]
    scores = [mend_accuracy(score, rows) if score.metric == "accuracy" else score for score in scores]
    return sorted(scores, key=lambda score: score.metric != first)


def measure_classes(count_RC: Ints, truth_C: Ints, answer_C: Ints) -> dict[str, Floats]:
    """Metrics of R confusion matrices, each given by the counts of the same C cells."""
    hit_RK = sum_by(count_RC * (truth_C == answer_C), truth_C)
    truth_RK = sum_by(count_RC, truth_C, size=hit_RK.shape[1])
    width = max(int(answer_C.max(initial=-1)) + 1, hit_RK.shape[1])
    hit_RK, truth_RK = pad(hit_RK, width), pad(truth_RK, width)
    answer_RK = sum_by(count_RC, answer_C, size=width)
    rows_R = np.maximum(truth_RK.sum(axis=1), 1)
    seen_RK = truth_RK > 0
    recall_RK = hit_RK / np.maximum(truth_RK, 1)
    either_RK = (truth_RK + answer_RK) > 0
    f1_RK = 2 * hit_RK / np.maximum(truth_RK + answer_RK, 1)
    return {
        "accuracy": hit_RK.sum(axis=1) / rows_R,
        "balanced_accuracy": recall_RK.sum(axis=1) / np.maximum(seen_RK.sum(axis=1), 1),
        "f1": f1_RK.sum(axis=1) / np.maximum(either_RK.sum(axis=1), 1),
    }


def sum_by(count_RC: Ints, class_C: Ints, size: int | None = None) -> Ints:
    """Sum the cells of each class: [R, C] to [R, K]."""
    width = size if size is not None else int(class_C.max(initial=-1)) + 1
    result = np.zeros((len(count_RC), width), np.int64)
    if class_C.size:
        order = np.argsort(class_C, kind="stable")
        classes, starts = np.unique(class_C[order], return_index=True)
        result[:, classes] = np.add.reduceat(count_RC[:, order], starts, axis=1)
    return result


def pad(value_RK: Ints, width: int) -> Ints:
    """Add empty classes on the right."""
    return np.pad(value_RK, ((0, 0), (0, width - value_RK.shape[1])))


def mend_accuracy(score: Score, rows: int) -> Score:
    """Where every row is right (or wrong) resampling sees no doubt at all; Wilson's interval (1927) does."""
    if rows == 0 or score.value not in (0.0, 1.0):
        return score
    z = 1.959964
    spread = z * z / (rows + z * z)
    low, high = (1 - spread, 1.0) if score.value == 1.0 else (0.0, spread)
    return Score(metric=score.metric, value=score.value, low=low, high=high)


def score_numbers(truth_N: Floats, predicted_N: Floats, first: str = "rmse", seed: int = 0) -> list[Score]:
    """Root mean squared error, mean absolute error and R2, ``first`` in front."""
    error_N = predicted_N - truth_N
    centred_N = truth_N - truth_N.mean()
    scale = float(max(np.abs(error_N).max(), np.abs(centred_N).max(), 1e-300))  # squares must not overflow
    error_N, centred_N = error_N / scale, centred_N / scale
    moments_NM = np.stack([error_N**2, np.abs(error_N), centred_N, centred_N**2], axis=1)
    found = measure_numbers(moments_NM.mean(axis=0)[None], scale)
    drawn = measure_numbers(draw_means(moments_NM, np.random.default_rng(seed)), scale)
    scores = [with_interval(metric, float(found[metric][0]), drawn[metric]) for metric in found]
    return sorted(scores, key=lambda score: score.metric != first)


def draw_means(moments_NM: Floats, rng: np.random.Generator) -> Floats:
    """Means of the moments in each resample, [R, M]. Above ``GATHERED_ROWS`` by the central limit theorem."""
    rows, moments = moments_NM.shape
    if rows > GATHERED_ROWS:
        drawn = rng.multivariate_normal(
            moments_NM.mean(axis=0), np.cov(moments_NM, rowvar=False, ddof=0) / rows, RESAMPLES, method="eigh"
        )
        return np.column_stack([np.maximum(drawn[:, :2], 0), drawn[:, 2:]])
    means_RM = np.empty((RESAMPLES, moments))
    block = max(1, DRAWS // 16 // rows)
    for start in range(0, RESAMPLES, block):
        stop = min(start + block, RESAMPLES)
        pick = rng.integers(0, rows, (stop - start, rows)) + rows * np.arange(stop - start)[:, None]
        times = np.bincount(pick.ravel(), minlength=(stop - start) * rows).reshape(stop - start, rows)
        means_RM[start:stop] = times @ moments_NM / rows
    return means_RM


def measure_numbers(means_RM: Floats, scale: float) -> dict[str, Floats]:
    """Metrics from means of squared and absolute error, centred truth and its square (over ``scale``)."""
    squared, absolute, centre, spread = means_RM.T
    variance = spread - centre**2
    flat = variance <= 1e-24
    with np.errstate(divide="ignore", invalid="ignore"):
        r2 = np.where(flat, np.where(squared == 0, 1.0, 0.0), 1 - squared / np.where(flat, 1, variance))
    return {"rmse": np.sqrt(squared) * scale, "mae": absolute * scale, "r2": r2}


def with_interval(metric: str, value: float, drawn: Floats) -> Score:
    """The score and where the middle 95 % of its resamples lie; no interval where they do not vary."""
    if drawn.size == 0:
        return Score(metric=metric, value=value)
    low, high = (float(edge) for edge in np.quantile(drawn, INTERVAL))
    if not (math.isfinite(low) and math.isfinite(high)) or low == high:
        return Score(metric=metric, value=value)
    return Score(metric=metric, value=value, low=low, high=high)
