"""Rare classes that weigh more, or come as often: what it changes, and what it leaves alone."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tests.trainer.learners.small import a_lesson, a_prepared, follow
from trainer.batches import Examples
from trainer.contract.catalog import LEARNERS as CARDS
from trainer.contract.dataset import Column, ColumnProfile, Histogram, Profile, Schema
from trainer.contract.propose import propose, propose_question
from trainer.contract.recipe import Dials
from trainer.fit.balance import class_weights
from trainer.learners import LEARNERS
from trainer.prepare import Prepared
from trainer.tasks.classification import cross_entropy, focal, log_loss

QUICK: dict[str, dict[str, Any]] = {
    "linear": {},
    "forest": {"trees": 30, "max_depth": 3},
    "boosting": {"rounds": 30, "max_depth": 2, "min_child_weight": 0.0},
    "mlp": {
        "epochs": 12,
        "width": 16,
        "batch_size": 32,
        "precision": "float32",
        "learning_rate": 0.01,
        "patience": 0,
    },
}
WAYS = [(name, "weights") for name in QUICK] + [("mlp", "sampling")]


def a_rare_one(place: Path) -> Prepared:
    """One example in sixteen is of class 1, which overlaps with class 0."""
    prepared = a_prepared(place, classes=2)
    dice = np.random.default_rng(0)
    for part, rows in prepared.rows.items():
        y = (np.arange(rows) % 16 == 0).astype(np.int64)
        x = dice.normal(0, 1, (rows, 8)).astype(np.float32)
        x[:, 0] += 1.2 * y
        np.save(place / f"{part}-x.npy", x)
        np.save(place / f"{part}-y.npy", y)
    return prepared


@pytest.fixture(autouse=True)
def _one_thread() -> Any:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize(("learner", "balance"), WAYS)
def test_more_of_a_rare_class_is_found(learner: str, balance: str, tmp_path: Path) -> None:
    prepared = a_rare_one(tmp_path / "prepared")
    x, y, _ = prepared.part("train")
    said = {}
    for way in ("none", balance):
        lesson = a_lesson(tmp_path / way, learner, prepared, balance=way, **QUICK[learner])
        fitted = follow(LEARNERS[learner](lesson))[0].fitted
        said[way] = fitted.predict(np.asarray(x)).argmax(axis=1)
    rare = np.asarray(y) == 1
    assert said[balance][rare].mean() >= said["none"][rare].mean() + 0.2
    assert said[balance].mean() > said["none"].mean()


@pytest.mark.parametrize("learner", list(QUICK))
def test_numbers_have_no_classes_and_are_learned_as_ever(learner: str, tmp_path: Path) -> None:
    prepared = a_prepared(tmp_path / "prepared", "regression")
    x = np.asarray(prepared.part("validation")[0])
    found = [
        follow(LEARNERS[learner](a_lesson(tmp_path / way, learner, prepared, balance=way, **QUICK[learner])))[
            0
        ]
        for way in ("none", "weights")
    ]
    assert np.array_equal(found[0].fitted.predict(x), found[1].fitted.predict(x))


def test_weights_bring_every_class_to_the_same_sum() -> None:
    y = np.array([0] * 90 + [1] * 10)
    weights = class_weights(y, 3)
    assert weights[0] * 90 == pytest.approx(weights[1] * 10)
    assert weights[y].mean() == pytest.approx(1)
    assert weights[2] == 1


def test_losses_are_means_over_the_weights() -> None:
    logits = torch.tensor([[2.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    target, weight = torch.tensor([0, 1, 1]), torch.tensor([1.0, 5.0])
    for loss in (cross_entropy, focal):
        each = torch.stack([loss(logits[i : i + 1], target[i : i + 1]) for i in range(3)])
        expected = (each * weight[target]).sum() / weight[target].sum()
        assert torch.allclose(loss(logits, target, weight), expected)
    found = log_loss(target.numpy(), torch.softmax(logits, 1).numpy(), weight.numpy())
    assert found == pytest.approx(float(cross_entropy(logits, target, weight)))


def test_an_even_epoch_shows_every_class_as_often_and_follows_from_seed_and_epoch() -> None:
    y = np.array([0] * 900 + [1] * 100)
    examples = Examples(np.zeros((1000, 1), np.float32), y, torch.device("cpu"))
    order = examples.order(1, 2, even=True)
    assert len(order) == 1000
    assert y[order.numpy()].mean() == pytest.approx(0.5, abs=0.06)
    assert torch.equal(order, examples.order(1, 2, even=True))
    assert not torch.equal(order, examples.order(1, 3, even=True))
    assert y[examples.order(1, 2).numpy()].mean() == 0.1


def ask(counts: list[int], metric: str | None = None) -> tuple[Schema, Any]:
    rows = sum(counts)
    schema = Schema(
        rows=rows,
        columns=[
            Column(id="c0", name="x", type="number", reason="made"),
            Column(id="c1", name="y", type="category", reason="made", categories=["no", "yes"]),
        ],
    )
    profile = Profile(
        columns={
            "c0": ColumnProfile(missing=0, distinct=rows, histogram=Histogram(counts=[rows], edges=[0, 1])),
            "c1": ColumnProfile(
                missing=0, distinct=2, histogram=Histogram(counts=counts, labels=["no", "yes"])
            ),
        },
        source="made",
    )
    question = propose_question(schema, profile, "c1")
    return schema, question.model_copy(update={"metric": metric}) if metric else question


@pytest.mark.parametrize("learner", list(QUICK))
def test_off_unless_classes_are_far_apart_or_the_metric_counts_them_the_same(learner: str) -> None:
    for counts, metric, expected in (([600, 400], None, "none"), ([980, 20], None, "weights"),
                                     ([600, 400], "f1", "weights"), ([980, 20], "accuracy", "none")):  # fmt: skip
        schema, question = ask(counts, metric)
        recipe = propose("v", schema, question, Dials(learner=learner))
        assert recipe.params["balance"] == expected
        assert recipe.reasons["params.balance"]
        assert CARDS[learner].params.model_validate(recipe.params).model_dump()["balance"] == expected
    assert ask([980, 20])[1].metric == "balanced_accuracy"
    assert ask([600, 400])[1].metric == "accuracy"
