"""Scores against scikit-learn, and intervals against resampling done the slow way."""

import numpy as np
import pytest
from sklearn import metrics

from trainer.contract.events import Score
from trainer.evaluate import scores as module
from trainer.evaluate.scores import score_classes, score_numbers


def some_answers(rows: int, classes: int, right: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    truth = rng.choice(classes, rows, p=np.arange(1, classes + 1) / np.arange(1, classes + 1).sum())
    return truth, np.where(rng.random(rows) < right, truth, rng.integers(0, classes, rows))


def confuse(truth: np.ndarray, answer: np.ndarray, classes: int) -> np.ndarray:
    return metrics.confusion_matrix(truth, answer, labels=range(classes)).astype(np.int64)


def by_name(found: list[Score]) -> dict[str, Score]:
    return {score.metric: score for score in found}


@pytest.mark.parametrize(("rows", "classes"), [(7, 2), (134, 2), (300, 10), (5_000, 40)])
@pytest.mark.filterwarnings("ignore:y_pred contains classes not in y_true:UserWarning")
def test_class_scores_are_those_of_scikit_learn(rows: int, classes: int) -> None:
    truth, answer = some_answers(rows, classes, 0.6)
    found = by_name(score_classes(confuse(truth, answer, classes)))
    assert found["accuracy"].value == pytest.approx(metrics.accuracy_score(truth, answer))
    assert found["balanced_accuracy"].value == pytest.approx(metrics.balanced_accuracy_score(truth, answer))
    assert found["f1"].value == pytest.approx(
        metrics.f1_score(truth, answer, average="macro", zero_division=0)
    )


@pytest.mark.parametrize("rows", [2, 134, 8_000, 30_000])
def test_number_scores_are_those_of_scikit_learn(rows: int) -> None:
    rng = np.random.default_rng(1)
    truth = rng.lognormal(8, 1, rows)
    predicted = truth * rng.normal(1, 0.2, rows)
    found = by_name(score_numbers(truth, predicted))
    assert found["rmse"].value == pytest.approx(metrics.root_mean_squared_error(truth, predicted))
    assert found["mae"].value == pytest.approx(metrics.mean_absolute_error(truth, predicted))
    assert found["r2"].value == pytest.approx(metrics.r2_score(truth, predicted))


def test_the_metric_of_the_question_comes_first() -> None:
    truth, answer = some_answers(50, 3, 0.7)
    assert score_classes(confuse(truth, answer, 3), "f1")[0].metric == "f1"
    assert score_numbers(np.arange(9.0), np.arange(9.0) + 1, "r2")[0].metric == "r2"


def test_intervals_of_classes_agree_with_resampled_rows() -> None:
    truth, answer = some_answers(150, 3, 0.7)
    rng = np.random.default_rng(7)
    picks = rng.integers(0, 150, (2_000, 150))
    slow = {
        "accuracy": [metrics.accuracy_score(truth[p], answer[p]) for p in picks],
        "f1": [metrics.f1_score(truth[p], answer[p], average="macro", zero_division=0) for p in picks],
    }
    found = by_name(score_classes(confuse(truth, answer, 3)))
    for metric, values in slow.items():
        low, high = np.quantile(values, [0.025, 0.975])
        assert found[metric].low == pytest.approx(low, abs=0.02)
        assert found[metric].high == pytest.approx(high, abs=0.02)


@pytest.mark.parametrize("gathered", [20_000, 10])
def test_intervals_of_numbers_agree_with_resampled_rows(
    monkeypatch: pytest.MonkeyPatch, gathered: int
) -> None:
    """Once by resampling rows, once by the central limit theorem that stands in for many rows."""
    monkeypatch.setattr(module, "GATHERED_ROWS", gathered)
    rng = np.random.default_rng(3)
    truth = rng.normal(100, 20, 400)
    predicted = truth + rng.normal(0, 8, 400)
    picks = rng.integers(0, 400, (2_000, 400))
    slow = {
        "rmse": [metrics.root_mean_squared_error(truth[p], predicted[p]) for p in picks],
        "r2": [metrics.r2_score(truth[p], predicted[p]) for p in picks],
    }
    found = by_name(score_numbers(truth, predicted))
    for metric, values in slow.items():
        low, high = np.quantile(values, [0.025, 0.975])
        width = high - low
        assert found[metric].low == pytest.approx(low, abs=0.15 * width)
        assert found[metric].high == pytest.approx(high, abs=0.15 * width)


def test_all_right_on_few_rows_is_not_certain() -> None:
    score = score_classes(np.diag([5, 4]).astype(np.int64))[0]
    assert score.value == 1.0
    assert score.high == 1.0
    assert score.low == pytest.approx(1 - 3.8415 / (9 + 3.8415), abs=1e-3)  # Wilson's interval of 9 of 9


def test_a_constant_truth_has_no_explained_variation() -> None:
    found = by_name(score_numbers(np.full(20, 5.0), np.full(20, 6.0)))
    assert found["r2"].value == 0.0
    assert found["r2"].low is None
    assert found["rmse"].value == pytest.approx(1.0)
    assert by_name(score_numbers(np.full(20, 5.0), np.full(20, 5.0)))["r2"].value == 1.0


def test_huge_numbers_do_not_overflow() -> None:
    found = by_name(score_numbers(np.array([1e200, -1e200, 3e200]), np.array([1e200, 1e200, 1e200])))
    assert found["rmse"].value == pytest.approx(np.sqrt(8 / 3) * 1e200)


def test_the_same_answers_give_the_same_interval() -> None:
    truth, answer = some_answers(80, 2, 0.8)
    assert score_classes(confuse(truth, answer, 2)) == score_classes(confuse(truth, answer, 2))
