"""A forest as one node, against scikit-learn."""

import warnings
from typing import Any

import numpy as np
import onnxruntime
import pytest
from sklearn.ensemble import ExtraTreesRegressor, RandomForestClassifier, RandomForestRegressor

from trainer.exports.estimators import finish
from trainer.exports.forests import convert_forest, round_down


def some_rows(rows: int = 400, holes: bool = False) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    x = rng.normal(0, 1, (rows, 5)).astype(np.float32)
    y = x[:, 0] + x[:, 1] * x[:, 2]
    if holes:
        x[rng.random(x.shape) < 0.1] = np.nan
    return x, y


def run(model: Any, x: np.ndarray) -> np.ndarray:
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    (answer,) = session.run(None, {"x": x})
    return np.asarray(answer)


@pytest.mark.parametrize("classes", [2, 5])
def test_classes(classes: int) -> None:
    x, y = some_rows()
    y = np.digitize(y, np.quantile(y, np.linspace(0, 1, classes + 1)[1:-1]))
    forest = RandomForestClassifier(30, random_state=0).fit(x, y)
    answer = run(finish(convert_forest(forest, 5), "answer", [*range(classes)], classes, 0.0, 1.0), x)
    assert np.abs(answer - forest.predict_proba(x)).max() < 1e-6


@pytest.mark.parametrize("kind", [RandomForestRegressor, ExtraTreesRegressor])
@pytest.mark.parametrize("middle", [0.0, 1e6])
def test_numbers_far_from_zero(kind: type, middle: float) -> None:
    x, y = some_rows()
    forest = kind(30, random_state=0).fit(x, y + middle)
    answer = run(finish(convert_forest(forest, 5), "answer", None, 0, 0.0, 1.0), x)
    assert answer.shape == (400,)
    assert np.abs(answer - forest.predict(x)).max() < max(1e-5, middle * 1e-7)


def test_holes_go_where_training_sent_them() -> None:
    x, y = some_rows(holes=True)
    forest = RandomForestRegressor(30, random_state=0).fit(x, y)
    answer = run(finish(convert_forest(forest, 5), "answer", None, 0, 0.0, 1.0), x)
    assert np.abs(answer - forest.predict(x)).max() < 1e-5


def test_a_forest_that_cannot_ask_answers_the_mean() -> None:
    x, y = np.zeros((9, 5), np.float32), np.arange(9.0)
    forest = RandomForestRegressor(3, random_state=0, bootstrap=False).fit(x, y)
    assert run(finish(convert_forest(forest, 5), "answer", None, 0, 0.0, 1.0), x).tolist() == [4.0] * 9


def test_a_threshold_between_two_float32_keeps_its_side() -> None:
    threshold = np.array([0.1, -0.1, 1 / 3, 2.0, 16_777_217.0])
    rounded = round_down(threshold)
    above = np.nextafter(rounded, np.float32(np.inf))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert (rounded.astype(np.float64) <= threshold).all()
    assert (above.astype(np.float64) > threshold).all()
