"""Logistic regression for classes, ridge regression for numbers (scikit-learn)."""

import time
import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, Ridge
from threadpoolctl import threadpool_limits

from trainer.contract.catalog.linear import LinearParams
from trainer.contract.events import ProgressPayload, RewindPayload
from trainer.fit.lesson import Lesson, Pulse, Telling
from trainer.fit.outbox import Outbox
from trainer.learners.fitted import Fitted, Learned
from trainer.learners.scoring import score_answers
from trainer.learners.weighing import weigh_classes
from trainer.prepare import Prepared

FIRST = 2
"""Passes before the first point; then each stretch is twice as long, since a stretch starts the solver
anew."""


def learn(lesson: Lesson) -> Telling[Learned]:
    """A stretch of passes at a time, until the solver has converged. Starts from scratch when resumed."""
    params = lesson.params
    if not isinstance(params, LinearParams):
        raise TypeError(f"a linear learner takes LinearParams, not {type(params).__name__}")
    prepared = lesson.prepared
    if lesson.resumed:
        yield RewindPayload(step=0)
    begun, outbox, pulse = time.perf_counter(), Outbox(), Pulse(lesson.control)
    x, y, _ = prepared.part("train")
    classes = prepared.task == "classification"
    passes = params.passes if classes else 1
    model = (
        make_logistic(params, prepared, np.asarray(y))
        if classes
        else Ridge(alpha=params.l2, random_state=lesson.seed)
    )
    done, stretch, converged, word = 0, FIRST, False, None
    while done < passes and not converged and not word:
        threads = max(1, lesson.control.granted())
        with threadpool_limits(limits=threads):
            converged, took = (
                fit_stretch(model, x, y, min(stretch, passes - done)) if classes else fit_ridge(model, x, y)
            )
        done, stretch = done + took, min(stretch * 2, 64)
        fitted = wrap(lesson, model, threads)
        for part in ("train", "validation"):
            score_answers(prepared, part, fitted.predict, outbox, done)
        outbox.progress = ProgressPayload(
            phase="train",
            done=done,
            total=done if converged else passes,
            unit="passes",
            sentence=f"pass {done} of at most {passes}{' · converged' if converged else ''}"
            if classes
            else "solved in one pass",
        )
        yield from outbox.take()
        pulse.beat(done, threads)
        word = None if converged or done >= passes else lesson.control.word()
    seconds = time.perf_counter() - begun
    if word == "pause":
        return Learned(
            "paused", f"Paused after {done} passes; it starts again from the first.", None, seconds
        )
    how = "converged" if converged else f"used all {passes} passes without converging"
    if word == "stop":
        return Learned(
            "stopped", f"Stopped after {done} passes; what was learned is kept.", fitted, seconds, done
        )
    return Learned(
        "done",
        f"The solver {how} after {done} passes." if classes else "Solved in one pass.",
        fitted,
        seconds,
        done,
    )


def make_logistic(params: LinearParams, prepared: Prepared, y: NDArray[Any]) -> LogisticRegression:
    """``l2`` weighs the penalty against the sum of the losses; 0 is no penalty."""
    return LogisticRegression(
        C=1 / params.l2 if params.l2 else np.inf,
        warm_start=True,
        solver="lbfgs",
        class_weight=weigh_classes(params.balance, prepared, y),
    )


def fit_stretch(model: LogisticRegression, x: NDArray[Any], y: NDArray[Any], passes: int) -> tuple[bool, int]:
    """Go on for some passes: whether the solver has converged, and the passes it took."""
    model.set_params(max_iter=passes)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # not yet converged is what a stretch is for
        model.fit(x, y)
    took = int(np.max(model.n_iter_))
    return took < passes, max(1, took)


def fit_ridge(model: Ridge, x: NDArray[Any], y: NDArray[Any]) -> tuple[bool, int]:
    """Ridge has a closed form: one pass."""
    model.fit(x, y)
    return True, 1


def wrap(lesson: Lesson, model: Any, threads: int) -> Fitted:
    """The estimator as a model that answers."""
    prepared = lesson.prepared
    return Fitted(
        kind="sklearn",
        model=model,
        task=prepared.task,
        classes=prepared.classes,
        mean=prepared.mean,
        deviation=prepared.deviation,
        parameters=int(np.size(model.coef_) + np.size(model.intercept_)),
        threads=threads,
    )
