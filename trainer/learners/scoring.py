"""Loss and metric of answers, for learners whose libraries do not say them."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainer.fit.outbox import Outbox
from trainer.prepare import Prepared
from trainer.tasks import TASKS
from trainer.tasks.classification import log_loss

WATCHED = 4_000
"""Training rows, evenly picked, whose answers stand for all in a curve."""


def watched_rows(prepared: Prepared, part: str) -> tuple[NDArray[Any], NDArray[Any]]:
    """x and y as prepared: the whole validation part, an even pick of the training part."""
    x, y, _ = prepared.part(part)
    stride = -(-len(y) // WATCHED) if part == "train" else 1
    return np.asarray(x[::stride]), np.asarray(y[::stride])


def score_answers(
    prepared: Prepared, part: str, predict: Callable[[NDArray[Any]], NDArray[Any]], outbox: Outbox, step: int
) -> None:
    """Add ``<part>/loss`` and ``<part>/<metric>`` of what ``predict`` answers."""
    x, y = watched_rows(prepared, part)
    add_scores(prepared, part, y, predict(x), outbox, step)


def add_scores(
    prepared: Prepared,
    part: str,
    y: NDArray[Any],
    answer: NDArray[Any],
    outbox: Outbox,
    step: int,
    weights: NDArray[Any] | None = None,
) -> float:
    """The same of answers at hand (probabilities, or numbers in the person's units); returns the loss, in which classes
    count by their ``weights`` where these were learned with.

    The loss is the log loss, or the squared error in deviations of the target as the arrays hold it.
    """
    metric = TASKS[prepared.task].metrics[prepared.metric]
    if prepared.task == "classification":
        loss, value = log_loss(y, answer, weights), metric(y, answer)
    else:
        truth = prepared.numbers(y)
        loss, value = float(np.mean(((answer - truth) / prepared.deviation) ** 2)), metric(truth, answer)
    outbox.add(f"{part}/loss", step, loss)
    outbox.add(f"{part}/{prepared.metric}", step, value)
    return loss
