"""What the loop tells, and how it ends."""

import errno
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tests.trainer.learners.small import Listener, a_lesson, a_prepared, follow
from trainer.batches import Examples
from trainer.contract.events import FindingPayload, PointsPayload, ProgressPayload
from trainer.fit import checkpoint
from trainer.fit.checkpoint import DiskFull, list_checkpoints, save_checkpoint
from trainer.learners import LEARNERS

SHORT = {"width": 16, "epochs": 4, "batch_size": 32, "precision": "float32"}


@pytest.fixture(autouse=True)
def _threads() -> Any:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize("optimizer", ["sgd", "adamw"])
def test_a_huge_rate_ends_as_diverged_with_advice(optimizer: str, tmp_path: Path) -> None:
    lesson = a_lesson(
        tmp_path,
        "mlp",
        a_prepared(tmp_path / "prepared", "regression"),
        width=16,
        epochs=50,
        optimizer=optimizer,
        learning_rate=10,
        clip=0,
        schedule="constant",
        warmup=0,
        dropout=0,
        precision="float32",
        batch_size=16,
    )
    left, told = follow(LEARNERS["mlp"](lesson))
    assert left.end == "diverged"
    assert left.fitted is None
    finding = [event for event in told if isinstance(event, FindingPayload)][-1]
    assert finding.what == "diverged"
    assert finding.change == {"learning_rate": 1.0, "clip": 1.0}
    assert "learning rate 10" in finding.sentence


def test_inputs_that_are_infinite_diverge_within_a_window(tmp_path: Path) -> None:
    prepared = a_prepared(tmp_path / "prepared")
    x = np.load(tmp_path / "prepared/train-x.npy")
    x[:, 0] = np.inf
    np.save(tmp_path / "prepared/train-x.npy", x)
    left, told = follow(LEARNERS["mlp"](a_lesson(tmp_path, "mlp", prepared, **SHORT)))
    assert left.end == "diverged"
    assert not any(isinstance(event, PointsPayload) and "train/loss" in event.series for event in told)


def test_a_full_disk_removes_the_oldest_then_ends_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared = a_prepared(tmp_path / "prepared")
    for at in (4, 9):
        control = Listener("pause", at)
        follow(LEARNERS["mlp"](a_lesson(tmp_path, "mlp", prepared, control, **SHORT)), control)
    older, newer = list_checkpoints(tmp_path / "checkpoints")

    def refuse(path: Path, content: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(checkpoint, "write_whole", refuse)
    control = Listener("pause", 14)
    left, _ = follow(LEARNERS["mlp"](a_lesson(tmp_path, "mlp", prepared, control, **SHORT)), control)
    assert left.end == "full"
    assert "disk is full" in left.sentence
    assert not older.exists()
    assert newer.exists()


def test_a_full_disk_with_one_checkpoint_keeps_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = save_checkpoint(tmp_path, 1, {"a": torch.zeros(3)}, {})

    def refuse(path: Path, content: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(checkpoint, "write_whole", refuse)
    with pytest.raises(DiskFull):
        save_checkpoint(tmp_path, 2, {"a": torch.zeros(3)}, {})
    assert kept.exists()


def test_the_first_point_comes_after_the_first_step(tmp_path: Path) -> None:
    lesson = a_lesson(tmp_path, "mlp", a_prepared(tmp_path / "prepared"), window=60.0, **SHORT)
    first = next(LEARNERS["mlp"](lesson))
    assert isinstance(first, PointsPayload)
    assert first.series["train/loss"].step == [1]


def test_deliveries_are_few_and_hold_every_epoch(tmp_path: Path) -> None:
    lesson = a_lesson(
        tmp_path, "mlp", a_prepared(tmp_path / "prepared"), window=0.125, patience=0, **SHORT | {"epochs": 60}
    )
    left, told = follow(LEARNERS["mlp"](lesson))
    points = [event for event in told if isinstance(event, PointsPayload)]
    assert len(points) <= left.seconds * 8 + 3
    steps = [
        step
        for event in points
        if "validation/loss" in event.series
        for step in event.series["validation/loss"].step
    ]
    assert steps == [7 * epoch for epoch in range(1, 61)]
    assert {"train/loss", "train/accuracy", "validation/loss", "validation/accuracy"} <= {
        name for event in points for name in event.series
    }
    last = [event for event in told if isinstance(event, ProgressPayload)][-1]
    assert last.sentence == "epoch 60 of 60"
    assert (last.done, last.total, last.steps_per_epoch) == (60, 60, 7)


def test_patience_ends_early_and_keeps_the_best_weights(tmp_path: Path) -> None:
    prepared = a_prepared(tmp_path / "prepared")
    y = np.load(tmp_path / "prepared/train-y.npy")
    np.save(tmp_path / "prepared/train-y.npy", np.random.default_rng(0).permutation(y))  # nothing to learn
    lesson = a_lesson(
        tmp_path,
        "mlp",
        prepared,
        width=64,
        epochs=200,
        patience=4,
        batch_size=32,
        precision="float32",
        learning_rate=0.01,
        dropout=0,
    )
    left, told = follow(LEARNERS["mlp"](lesson))
    assert left.end == "done"
    assert left.sentence.startswith("Stopped early: validation has not improved for 4 epochs.")
    losses = {
        step: value
        for event in told
        if isinstance(event, PointsPayload) and "validation/loss" in event.series
        for step, value in zip(*event.series["validation/loss"].model_dump().values(), strict=True)
    }
    assert left.best_step == min(losses, key=lambda step: losses[step])
    x, truth, _ = prepared.part("validation")
    answer = left.fitted.predict(x)
    found = -np.log(answer[np.arange(len(truth)), truth]).mean()
    assert found == pytest.approx(losses[left.best_step], abs=1e-4)


def test_stop_keeps_what_there_is(tmp_path: Path) -> None:
    prepared = a_prepared(tmp_path / "prepared")
    control = Listener("stop", 10)
    left, _ = follow(LEARNERS["mlp"](a_lesson(tmp_path, "mlp", prepared, control, **SHORT)), control)
    assert left.end == "stopped"
    assert left.best_step == 7
    assert left.fitted.predict(prepared.part("test")[0]).shape == (60, 3)


def test_a_loss_that_does_not_fit_is_refused_in_words(tmp_path: Path) -> None:
    lesson = a_lesson(tmp_path, "mlp", a_prepared(tmp_path / "prepared"), loss="mse")
    with pytest.raises(
        ValueError, match=r"‘mse’ does not fit a classification; choose one of cross_entropy, focal"
    ):
        follow(LEARNERS["mlp"](lesson))


@pytest.mark.parametrize("loss", ["cross_entropy", "focal"])
def test_both_class_losses_learn(loss: str, tmp_path: Path) -> None:
    prepared = a_prepared(tmp_path / "prepared")
    lesson = a_lesson(
        tmp_path, "mlp", prepared, loss=loss, epochs=40, learning_rate=0.01, precision="float32"
    )
    left, _ = follow(LEARNERS["mlp"](lesson))
    x, y, _ = prepared.part("test")
    assert (left.fitted.predict(x).argmax(axis=1) == y).mean() > 0.85


@pytest.mark.parametrize("loss", ["mse", "mae", "huber"])
def test_all_number_losses_learn_in_the_persons_units(loss: str, tmp_path: Path) -> None:
    prepared = a_prepared(tmp_path / "prepared", "regression")
    lesson = a_lesson(
        tmp_path, "mlp", prepared, loss=loss, epochs=40, learning_rate=0.01, precision="float32"
    )
    left, _ = follow(LEARNERS["mlp"](lesson))
    x, y, _ = prepared.part("test")
    truth = prepared.numbers(y)
    assert np.sqrt(np.mean((left.fitted.predict(x) - truth) ** 2)) < 0.35 * truth.std()


def test_every_row_is_seen_over_the_epochs_and_batches_keep_their_shape(tmp_path: Path) -> None:
    x = np.arange(50, dtype=np.float32)[:, None]
    examples = Examples(x, np.zeros(50, np.int64), torch.device("cpu"))
    seen: set[float] = set()
    for epoch in range(8):
        for inputs, target in examples.batches(examples.order(0, epoch), 16, 0, 3):
            assert inputs.shape == (16, 1)
            assert target.shape == (16,)
            seen |= set(inputs[:, 0].tolist())
    assert seen == set(range(50))


def test_mapped_pictures_give_the_batches_of_held_ones(tmp_path: Path) -> None:
    x = np.random.default_rng(0).integers(0, 256, (20, 3, 8, 8), dtype=np.uint8)
    y = np.arange(20)
    held, mapped = (Examples(x, y, torch.device("cpu")) for _ in range(2))
    mapped.x, mapped.mapped = None, x
    order = held.order(1, 0)
    for (one, _), (other, _) in zip(
        held.batches(order, 4, 1, 5), mapped.batches(order, 4, 1, 5), strict=True
    ):
        assert torch.equal(one, other)
    first = next(held.batches(order, 4, 1, 5))[0]
    assert torch.equal(first, torch.from_numpy(x)[order[4:8]])
