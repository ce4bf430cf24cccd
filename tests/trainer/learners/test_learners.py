"""Every learner: what it tells, leaves, hears. Made from the catalog: a new one cannot be forgotten."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tests.trainer.learners.small import ROWS, Listener, a_lesson, a_prepared, follow
from trainer.contract.catalog import LEARNERS as CARDS
from trainer.contract.events import PointsPayload, ProgressPayload, RewindPayload
from trainer.learners import LEARNERS

SMALL: dict[str, dict[str, Any]] = {
    "linear": {},
    "forest": {"trees": 40},
    "boosting": {"rounds": 60},
    "mlp": {"epochs": 20, "width": 32, "learning_rate": 0.01, "precision": "float32", "batch_size": 32},
    "cnn": {"epochs": 6, "width": 8, "depth": 2, "precision": "float32", "learning_rate": 0.01},
}
LONG: dict[str, dict[str, Any]] = {
    "forest": {"trees": 2000},
    "boosting": {"rounds": 5000, "patience": 0, "learning_rate": 0.01},
    "mlp": {"epochs": 5000, "patience": 0, "precision": "float32"},
    "cnn": {"epochs": 5000, "patience": 0, "width": 4, "depth": 1, "precision": "float32"},
    "linear": {"l2": 0.0, "passes": 5000},
}
GOOD = {"linear": 0.9, "forest": 0.6, "boosting": 0.6, "mlp": 0.8, "cnn": 0.8}
EVERY = [(learner, task) for learner, card in CARDS.items() for task in sorted(card.tasks)]


@pytest.fixture(autouse=True)
def _threads() -> Any:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def test_the_registries_hold_the_same_learners() -> None:
    assert LEARNERS.keys() == CARDS.keys() == SMALL.keys() == LONG.keys()


def run(place: Path, learner: str, task: str, control: Listener | None = None, **changes: Any) -> Any:
    prepared = a_prepared(place / "prepared", task, pictures=learner == "cnn")
    lesson = a_lesson(place, learner, prepared, control, window=0.125, **SMALL[learner] | changes)
    left, told = follow(LEARNERS[learner](lesson), control)
    return prepared, left, told


@pytest.mark.parametrize(("learner", "task"), EVERY)
def test_learns_tells_and_answers(learner: str, task: str, tmp_path: Path) -> None:
    prepared, left, told = run(tmp_path, learner, task)
    assert left.end == "done"
    points = [event for event in told if isinstance(event, PointsPayload)]
    names = {name for event in points for name in event.series}
    assert names == {
        f"{part}/{what}" for part in ("train", "validation") for what in ("loss", prepared.metric)
    }
    for event in points:
        for series in event.series.values():
            assert len(series.step) == len(series.value) > 0
            assert min(series.step) >= 1
    for name in names:
        steps = [step for event in points if name in event.series for step in event.series[name].step]
        assert steps == sorted(set(steps)), name
    last = [event for event in told if isinstance(event, ProgressPayload)][-1]
    assert last.unit == CARDS[learner].unit
    assert last.sentence
    x, y, _ = prepared.part("test")
    answer = left.fitted.predict(x)
    if task == "classification":
        assert answer.shape == (ROWS["test"], 3)
        assert answer.dtype == np.float32
        assert answer.sum(axis=1) == pytest.approx(np.ones(ROWS["test"]), abs=1e-5)
        assert (answer.argmax(axis=1) == y).mean() >= GOOD[learner]
    else:
        truth = prepared.numbers(y)
        assert answer.shape == (ROWS["test"],)
        assert np.sqrt(np.mean((answer - truth) ** 2)) < truth.std()
    assert left.fitted.parameters > 0
    assert left.seconds > 0


@pytest.mark.parametrize("learner", LEARNERS)
def test_the_same_seed_gives_the_same_answers(learner: str, tmp_path: Path) -> None:
    answers = []
    for name in ("one", "two"):
        prepared, left, _ = run(tmp_path / name, learner, "classification")
        answers.append(left.fitted.predict(prepared.part("test")[0]))
    assert np.array_equal(*answers)


@pytest.mark.parametrize("learner", [learner for learner in LEARNERS if learner != "linear"])
def test_stop_keeps_a_model(learner: str, tmp_path: Path) -> None:
    control = Listener("stop", 3)
    prepared, left, _ = run(tmp_path, learner, "classification", control, **LONG[learner])
    assert left.end == "stopped"
    assert left.sentence.startswith("Stopped ")
    assert left.fitted.predict(prepared.part("test")[0]).shape == (60, 3)


@pytest.mark.parametrize("learner", [learner for learner in LEARNERS if learner != "linear"])
def test_pause_keeps_no_model_and_resuming_rewinds_first(learner: str, tmp_path: Path) -> None:
    control = Listener("pause", 3)
    prepared, left, _ = run(tmp_path, learner, "classification", control, **LONG[learner])
    assert left.end == "paused"
    assert left.fitted is None
    lesson = a_lesson(
        tmp_path, learner, prepared, Listener("stop", 0), resumed=True, **SMALL[learner] | LONG[learner]
    )
    first = next(LEARNERS[learner](lesson))
    assert isinstance(first, RewindPayload)
    if learner == "forest":
        assert first.step == 0
    else:  # a sign of life is given once a second at most, the word is heard at every look
        assert first.step >= control.step > 0


def test_boosting_paused_and_resumed_grows_the_same_trees(tmp_path: Path) -> None:
    prepared = a_prepared(tmp_path / "prepared")
    changes = {"rounds": 40, "patience": 0}
    whole, _ = follow(LEARNERS["boosting"](a_lesson(tmp_path / "whole", "boosting", prepared, **changes)))
    control = Listener("pause", 17)
    place = tmp_path / "halves"
    follow(LEARNERS["boosting"](a_lesson(place, "boosting", prepared, control, **changes)), control)
    again, told = follow(LEARNERS["boosting"](a_lesson(place, "boosting", prepared, resumed=True, **changes)))
    assert told[0] == RewindPayload(step=17)
    x = prepared.part("test")[0]
    assert np.array_equal(again.fitted.predict(x), whole.fitted.predict(x))


def test_boosting_stops_early_and_is_cut_at_its_best_round(tmp_path: Path) -> None:
    prepared = a_prepared(tmp_path / "prepared")
    lesson = a_lesson(tmp_path, "boosting", prepared, rounds=2000, learning_rate=0.5, patience=5)
    left, _ = follow(LEARNERS["boosting"](lesson))
    assert left.sentence.startswith("Stopped early: validation has not improved for 5 rounds.")
    assert left.fitted.model.num_boosted_rounds() == left.best_step


def test_the_votes_of_a_forest_are_those_of_the_whole_forest(tmp_path: Path) -> None:
    prepared, left, told = run(tmp_path, "forest", "classification")
    x, y, _ = prepared.part("validation")
    last = [event for event in told if isinstance(event, PointsPayload)][-1].series["validation/accuracy"]
    assert last.step[-1] == 40
    assert last.value[-1] == pytest.approx((left.fitted.predict(x).argmax(axis=1) == y).mean())


@pytest.mark.parametrize("learner", ["linear", "forest", "boosting", "mlp"])
def test_a_class_without_training_rows_gets_no_place_of_its_own_but_a_column(
    learner: str, tmp_path: Path
) -> None:
    prepared = a_prepared(tmp_path / "prepared")
    y = np.load(tmp_path / "prepared/train-y.npy")
    np.save(tmp_path / "prepared/train-y.npy", np.where(y == 1, 2, y))
    left, _ = follow(LEARNERS[learner](a_lesson(tmp_path, learner, prepared, **SMALL[learner])))
    answer = left.fitted.predict(prepared.part("test")[0])
    assert answer.shape == (60, 3)
    assert answer[:, 1].mean() < 0.25


@pytest.mark.parametrize("learner", ["linear", "forest", "boosting", "mlp"])
def test_two_classes_give_two_columns(learner: str, tmp_path: Path) -> None:
    prepared = a_prepared(tmp_path / "prepared", classes=2)
    left, _ = follow(LEARNERS[learner](a_lesson(tmp_path, learner, prepared, **SMALL[learner])))
    answer = left.fitted.predict(prepared.part("test")[0])
    assert answer.shape == (60, 2)
    assert answer.sum(axis=1) == pytest.approx(np.ones(60), abs=1e-5)


def test_logistic_regression_in_stretches_ends_where_one_go_does(tmp_path: Path) -> None:
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

    prepared, left, told = run(tmp_path, "linear", "classification")
    x, y, _ = prepared.part("train")
    expected = LogisticRegression(max_iter=1000).fit(x, y).predict_proba(prepared.part("test")[0])
    assert left.fitted.predict(prepared.part("test")[0]) == pytest.approx(expected, abs=0.01)
    assert len([event for event in told if isinstance(event, PointsPayload)]) > 2


def test_a_solution_in_one_pass_is_one_point_a_part(tmp_path: Path) -> None:
    prepared = a_prepared(tmp_path / "prepared", "regression")
    _, told = follow(LEARNERS["linear"](a_lesson(tmp_path, "linear", prepared)))
    points = [event for event in told if isinstance(event, PointsPayload)]
    assert [sorted(event.series) for event in points] == [
        ["train/loss", "train/rmse", "validation/loss", "validation/rmse"]
    ]
    assert all(series.step == [1] for series in points[0].series.values())
    [progress] = [event for event in told if isinstance(event, ProgressPayload)]
    assert (progress.done, progress.total, progress.unit) == (1, 1, "passes")
    assert progress.sentence == "solved in one pass"
