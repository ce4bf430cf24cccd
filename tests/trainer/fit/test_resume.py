"""A run stopped at any step and resumed ends with the very bits of one that was not."""

from pathlib import Path
from typing import Any

import pytest
import torch

from tests.trainer.learners.small import Listener, Told, a_lesson, a_prepared, bits, follow
from trainer.contract.augmentations import on
from trainer.contract.events import FindingPayload, PointsPayload, RewindPayload
from trainer.fit.checkpoint import list_checkpoints
from trainer.learners import LEARNERS

MLP = {
    "width": 16,
    "depth": 2,
    "dropout": 0.3,
    "batch_size": 32,
    "epochs": 3,
    "precision": "float32",
    "patience": 0,
}
CNN = {"width": 4, "depth": 2, "dropout": 0.2, "batch_size": 48, "epochs": 2, "precision": "float32",
       "patience": 0}  # fmt: skip
CHANGED = on("mirror", "grain", "erase", "rotate", shift={"reach": 0.1})
KINDS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "adamw, one cycle": ("mlp", "classification", MLP | {"schedule": "one_cycle"}),
    "sgd with momentum, steps": (
        "mlp",
        "regression",
        MLP | {"optimizer": "sgd", "schedule": "step", "learning_rate": 0.01},
    ),
    "pictures, shifted and mirrored": (
        "cnn",
        "classification",
        CNN | {"schedule": "cosine", "augmentation": on("mirror", shift={"reach": 0.1})},
    ),
    "pictures, changed in every way": ("cnn", "classification", CNN | {"augmentation": CHANGED}),
    "rare classes weigh more": ("mlp", "classification", MLP | {"balance": "weights"}),
    "rare classes come as often": ("mlp", "classification", MLP | {"balance": "sampling"}),
    "numbers that tremble": ("mlp", "classification", MLP | {"augmentation": on("jitter")}),
}


@pytest.fixture(autouse=True)
def _one_thread() -> Any:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize("kind", KINDS)
def test_stopped_at_any_step_and_resumed_gives_the_same_bits(kind: str, tmp_path: Path) -> None:
    learner, task, changes = KINDS[kind]
    prepared = a_prepared(tmp_path / "prepared", task, pictures=learner == "cnn")
    whole, _ = follow(LEARNERS[learner](a_lesson(tmp_path / "whole", learner, prepared, **changes)))
    expected = bits(whole.fitted.model)
    steps = (240 // changes["batch_size"]) * changes["epochs"]
    for at in range(1, steps, 2 if learner == "mlp" else 3):
        place = tmp_path / f"at-{at}"
        control = Listener("pause", at)
        first, _ = follow(LEARNERS[learner](a_lesson(place, learner, prepared, control, **changes)), control)
        assert first.end == "paused"
        assert first.fitted is None
        again, told = follow(LEARNERS[learner](a_lesson(place, learner, prepared, resumed=True, **changes)))
        assert isinstance(told[0], RewindPayload)
        assert told[0].step == control.step
        assert bits(again.fitted.model) == expected, f"stopped at step {at}"
        assert again.best_step == whole.best_step


def test_a_run_paused_at_each_step_in_turn_ends_alike(tmp_path: Path) -> None:
    prepared = a_prepared(tmp_path / "prepared")
    whole, _ = follow(LEARNERS["mlp"](a_lesson(tmp_path / "whole", "mlp", prepared, **MLP)))
    resumed, at = False, 0
    while True:
        at += 1
        control = Listener("pause", at)
        lesson = a_lesson(tmp_path / "bits", "mlp", prepared, control, resumed=resumed, **MLP)
        last, _ = follow(LEARNERS["mlp"](lesson), control)
        resumed = True
        if last.end == "done":
            break
    assert at > 15
    assert bits(last.fitted.model) == bits(whole.fitted.model)


@pytest.mark.parametrize("window", [0.0, 60.0])
def test_a_curve_with_pauses_has_no_gap_and_no_double(window: float, tmp_path: Path) -> None:
    prepared = a_prepared(tmp_path / "prepared")
    _, told = follow(LEARNERS["mlp"](a_lesson(tmp_path / "whole", "mlp", prepared, window=window, **MLP)))
    expected = curve(told, "validation/loss")
    assert [step for step, _ in expected] == [7, 14, 21]
    everything, resumed, end = [], False, ""
    while end != "done":
        lesson = a_lesson(
            tmp_path, "mlp", prepared, Listener("pause", 0), window=window, resumed=resumed, **MLP
        )
        left, told = follow(LEARNERS["mlp"](lesson))
        everything += told
        resumed, end = True, left.end
    assert curve(everything, "validation/loss") == expected
    if not window:
        assert [step for step, _ in curve(everything, "train/loss")] == list(range(1, 22))


def curve(told: Told, name: str) -> list[tuple[int, float]]:
    """The points of one line as a page keeps them: a rewind voids those after its step."""
    kept: list[tuple[int, float]] = []
    for event in told:
        if isinstance(event, RewindPayload):
            kept = [point for point in kept if point[0] <= event.step]
        if isinstance(event, PointsPayload) and name in event.series:
            kept += zip(event.series[name].step, event.series[name].value, strict=True)
    return kept


def paused(tmp_path: Path, at: int) -> tuple[Any, Path]:
    """A prepared question and a folder whose run was paused at two steps: two checkpoints."""
    prepared = a_prepared(tmp_path / "prepared")
    for step in (at - 5, at):
        control = Listener("pause", step)
        follow(LEARNERS["mlp"](a_lesson(tmp_path, "mlp", prepared, control, **MLP)), control)
    assert len(list_checkpoints(tmp_path / "checkpoints")) == 2
    return prepared, tmp_path / "checkpoints"


@pytest.mark.parametrize("harm", ["flipped", "cut"])
def test_a_damaged_checkpoint_is_not_loaded_the_older_one_is(harm: str, tmp_path: Path) -> None:
    prepared, folder = paused(tmp_path, 12)
    newest = list_checkpoints(folder)[-1]
    content = bytearray(newest.read_bytes())
    if harm == "flipped":
        content[len(content) // 2] ^= 1
    newest.write_bytes(content if harm == "flipped" else content[:-7])
    whole, _ = follow(LEARNERS["mlp"](a_lesson(tmp_path / "whole", "mlp", prepared, **MLP)))
    left, told = follow(LEARNERS["mlp"](a_lesson(tmp_path, "mlp", prepared, resumed=True, **MLP)))
    assert isinstance(told[0], FindingPayload)
    assert "damaged" in told[0].sentence
    assert isinstance(told[1], RewindPayload)
    assert told[1].step == 7
    assert bits(left.fitted.model) == bits(whole.fitted.model)


def test_two_damaged_checkpoints_start_again_and_say_so(tmp_path: Path) -> None:
    prepared, folder = paused(tmp_path, 12)
    for path in list_checkpoints(folder):
        path.write_bytes(path.read_bytes()[:100])
    whole, _ = follow(LEARNERS["mlp"](a_lesson(tmp_path / "whole", "mlp", prepared, **MLP)))
    left, told = follow(LEARNERS["mlp"](a_lesson(tmp_path, "mlp", prepared, resumed=True, **MLP)))
    assert isinstance(told[0], FindingPayload)
    assert "starts again from the beginning" in told[0].sentence
    assert told[1] == RewindPayload(step=0)
    assert bits(left.fitted.model) == bits(whole.fitted.model)
