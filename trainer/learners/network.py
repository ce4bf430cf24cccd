"""Networks: built from the recipe, trained by the one loop."""

import random

import numpy as np
import torch

from trainer.architectures import ARCHITECTURES, count_parameters
from trainer.architectures.architecture import Plan
from trainer.batches import Examples
from trainer.contract.catalog.training import NetworkParams
from trainer.device import choose_device
from trainer.fit.lesson import Lesson, Telling
from trainer.fit.loop import fit
from trainer.learners.fitted import Fitted, Learned
from trainer.tasks import TASKS


def learn(lesson: Lesson) -> Telling[Learned]:
    """Train an MLP or a CNN. Raises ValueError in words when the loss does not fit the task."""
    prepared, params = lesson.prepared, lesson.params
    if not isinstance(params, NetworkParams):
        raise TypeError(f"a network takes NetworkParams, not {type(params).__name__}")
    fitting = TASKS[prepared.task].losses
    if params.loss not in fitting:
        raise ValueError(
            f"The loss ‘{params.loss}’ does not fit a {prepared.task}; choose one of {', '.join(fitting)}."
        )
    random.seed(lesson.seed)
    np.random.seed(lesson.seed % 2**32)
    torch.manual_seed(lesson.seed)
    network = ARCHITECTURES[lesson.learner](
        params,
        Plan(
            shape=prepared.shape, outputs=len(prepared.classes) or 1,
            mean=prepared.pixels.get("mean", []), deviation=prepared.pixels.get("deviation", []),
        ),
    )  # fmt: skip
    device = choose_device()
    train, validation = (Examples(*prepared.part(part)[:2], device) for part in ("train", "validation"))
    done = yield from fit(network, params, train, validation, lesson)
    fitted = Fitted(
        kind="torch", model=done.network, task=prepared.task, classes=prepared.classes, mean=prepared.mean,
        deviation=prepared.deviation, parameters=count_parameters(done.network), precision=done.precision,
        threads=done.threads,
    )  # fmt: skip
    usable = done.end in ("done", "stopped") and done.step > 0
    return Learned(done.end, done.sentence, fitted if usable else None, done.seconds, done.best_step)
