"""A small question, prepared by hand: what learners are given, without any file of a person."""

from pathlib import Path
from typing import Any

import numpy as np
import torch

from trainer.contract.augmentations import read_augmentation
from trainer.contract.catalog import LEARNERS as CARDS
from trainer.contract.events import FindingPayload, PointsPayload, ProgressPayload, RewindPayload
from trainer.contract.folder import Word
from trainer.fit.lesson import Lesson, Telling
from trainer.prepare import Prepared

NUMBER = {"kind": "number", "mode": "standard", "missing": "median", "flag": False, "mean": 0.0, "deviation": 1.0,
          "median": 0.0}  # fmt: skip
ROWS = {"train": 240, "validation": 60, "test": 60}


def a_prepared(
    place: Path, task: str = "classification", *, pictures: bool = False, classes: int = 3
) -> Prepared:
    """Class = the largest of three sums of eight numbers, or where the bright stripe of a picture is."""
    place.mkdir(parents=True, exist_ok=True)
    dice = np.random.default_rng(5)
    sums = dice.standard_normal((8, classes))
    shape: tuple[int, ...] = (3, 16, 16) if pictures else (8,)
    for part, count in ROWS.items():
        if pictures:
            y: Any = dice.integers(0, classes, count)
            x: Any = dice.integers(0, 120, (count, *shape)).astype(np.uint8)
            for row, stripe in enumerate(y):
                x[row, :, stripe * 5 : stripe * 5 + 5] += 100
        else:
            x = dice.standard_normal((count, *shape)).astype(np.float32)
            scores = x @ sums
            y = scores.argmax(axis=1) if task == "classification" else scores[:, 0].astype(np.float32)
        for kind, array in (("x", x), ("y", y), ("rows", np.arange(count))):
            np.save(place / f"{part}-{kind}.npy", array)
    numbers = task == "regression"
    return Prepared(
        folder=place,
        task=task,
        metric="rmse" if numbers else "accuracy",
        classes=[] if numbers else [str(number) for number in range(classes)],
        specs=[] if pictures else [dict(NUMBER, column=f"c{n}", name=f"n{n}") for n in range(8)],
        shape=shape,
        mean=10.0 if numbers else 0.0,
        deviation=4.0 if numbers else 1.0,
        rows=ROWS,
        left_out=0,
        pixels={"mean": [90.0] * 3, "deviation": [50.0] * 3} if pictures else {},
    )


class Listener:
    """Control that says a word once training has come to a step, as a worker would at any moment."""

    def __init__(self, word: Word = "pause", at: int | None = None, threads: int = 1) -> None:
        self.left, self.at, self.threads, self.step = word, at, threads, 0

    def word(self) -> Word | None:
        return self.left if self.at is not None and self.step >= self.at else None

    def granted(self) -> int:
        return self.threads

    def pulse(self, step: int, threads: int) -> None:
        pass


def a_lesson(place: Path, learner: str, prepared: Prepared, control: Any = None, **changes: Any) -> Lesson:
    """Looks around after every step, so that a word can come at any."""
    own = {
        key: changes.pop(key)
        for key in ("checkpoint_seconds", "resumed", "window", "measurements", "seed")
        if key in changes
    }
    defaults = {"window": 0.0, "seed": 3} | own
    if "augmentation" in changes:
        defaults["augmentation"] = read_augmentation(changes.pop("augmentation"))
    if CARDS[learner].network and prepared.task == "regression":
        changes.setdefault("loss", "mse")
    return Lesson(
        prepared=prepared,
        learner=learner,
        params=CARDS[learner].params(**changes),
        control=control or Listener(),
        checkpoints=place / "checkpoints",
        **defaults,
    )


Told = list[PointsPayload | ProgressPayload | RewindPayload | FindingPayload]


def follow(events: Telling[Any], control: Listener | None = None) -> tuple[Any, Told]:
    """Run to the end: what is left, and all that was told. Lets ``control`` know the step."""
    told: Told = []
    while True:
        try:
            event = next(events)
        except StopIteration as end:
            return end.value, told
        told.append(event)
        if control and isinstance(event, PointsPayload):
            control.step = max([control.step, *(series.step[-1] for series in event.series.values())])


def bits(module: torch.nn.Module) -> dict[str, bytes]:
    """Every weight and buffer, to the bit."""
    return {name: value.contiguous().numpy().tobytes() for name, value in module.state_dict().items()}
