"""What is special in boosted trees: holes, unbalanced classes, numbers far from zero."""

import numpy as np
import onnxruntime
import pytest
import xgboost

from trainer.exports.estimators import convert_estimator, finish


def some_rows(rows: int = 600) -> np.ndarray:
    rng = np.random.default_rng(0)
    x = rng.normal(0, 1, (rows, 4)).astype(np.float32)
    x[rng.random(x.shape) < 0.2] = np.nan
    return x


def run(booster: xgboost.Booster, x: np.ndarray, classes: int) -> np.ndarray:
    raw, output = convert_estimator(booster, "xgboost", 4)
    model = finish(raw, output, [*range(classes)] if classes else None, classes, 0.0, 1.0)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    (answer,) = session.run(None, {session.get_inputs()[0].name: x})
    return np.asarray(answer)


@pytest.mark.parametrize("shares", [(0.5, 0.5), (0.97, 0.03)])
def test_two_classes(shares: tuple[float, ...]) -> None:
    x = some_rows()
    y = (np.nan_to_num(x[:, 0]) > np.quantile(np.nan_to_num(x[:, 0]), shares[0])).astype(int)
    booster = xgboost.train({"objective": "binary:logistic", "nthread": 1}, xgboost.DMatrix(x, y), 20)
    answer = run(booster, x, 2)
    assert np.abs(answer[:, 1] - booster.predict(xgboost.DMatrix(x))).max() < 1e-6
    assert np.abs(answer.sum(axis=1) - 1).max() < 1e-6


@pytest.mark.parametrize("edges", [(-0.5, 0.5), (1.0, 2.0)])
def test_three_classes_of_any_balance(edges: tuple[float, float]) -> None:
    x = some_rows()
    y = np.digitize(np.nan_to_num(x[:, 0]), edges)
    given = {"objective": "multi:softprob", "num_class": 3, "nthread": 1}
    booster = xgboost.train(given, xgboost.DMatrix(x, y), 20)
    assert np.abs(run(booster, x, 3) - booster.predict(xgboost.DMatrix(x))).max() < 1e-6


def test_numbers() -> None:
    x = some_rows()
    booster = xgboost.train(
        {"objective": "reg:squarederror", "nthread": 1}, xgboost.DMatrix(x, np.nan_to_num(x[:, 0])), 200
    )
    assert np.abs(run(booster, x, 0) - booster.predict(xgboost.DMatrix(x))).max() < 1e-5


def test_a_booster_cut_at_its_best_round() -> None:
    x = some_rows()
    y = np.digitize(np.nan_to_num(x[:, 0]), (-0.5, 0.5))
    given = {"objective": "multi:softprob", "num_class": 3, "nthread": 1}
    booster = xgboost.train(given, xgboost.DMatrix(x, y), 30)[:7]
    assert np.abs(run(booster, x, 3) - booster.predict(xgboost.DMatrix(x))).max() < 1e-6
