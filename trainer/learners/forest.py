"""Random forest (scikit-learn), grown a few trees at a time."""

import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

from trainer.contract.catalog.forest import ForestParams
from trainer.contract.events import ProgressPayload, RewindPayload
from trainer.fit.lesson import Lesson, Pulse, Telling
from trainer.fit.outbox import EVERY, Outbox
from trainer.learners.fitted import Fitted, Learned, spread
from trainer.learners.scoring import add_scores, watched_rows
from trainer.learners.weighing import weigh_classes
from trainer.prepare import Prepared


def learn(lesson: Lesson) -> Telling[Learned]:
    """Grow as many trees between two deliveries as fit in. Starts from scratch when resumed."""
    params = lesson.params
    if not isinstance(params, ForestParams):
        raise TypeError(f"a forest takes ForestParams, not {type(params).__name__}")
    prepared = lesson.prepared
    if lesson.resumed:
        yield RewindPayload(step=0)
    begun, outbox, pulse = time.perf_counter(), Outbox(), Pulse(lesson.control)
    x, y = (np.asarray(array) for array in prepared.part("train")[:2])
    votes = [Votes(part, *watched_rows(prepared, part)) for part in ("train", "validation")]
    model = make_forest(params, prepared, y, lesson.seed)
    grown, more, word = 0, 1, None
    while grown < params.trees and not word:
        threads = max(1, lesson.control.granted())
        started = time.perf_counter()
        model.set_params(n_estimators=min(grown + more, params.trees), n_jobs=threads)
        model.fit(x, y)
        for held in votes:
            held.count(model, prepared, grown)
            add_scores(prepared, held.part, held.y, held.answer(prepared), outbox, len(model.estimators_))
        grown = len(model.estimators_)
        spent = time.perf_counter() - begun
        outbox.progress = ProgressPayload(
            phase="train",
            done=grown,
            total=params.trees,
            unit="trees",
            sentence=f"tree {grown} of {params.trees}",
            eta=round(spent / grown * (params.trees - grown), 1),
        )
        yield from outbox.take_due()
        pulse.beat(grown, threads)
        word = lesson.control.word() if grown < params.trees else None
        speed = (time.perf_counter() - started) / more
        more = max(threads, min(32, int(EVERY / speed)))
    yield from outbox.take()
    seconds = time.perf_counter() - begun
    if word == "pause":
        return Learned(
            "paused", f"Paused after {grown} trees; it starts again from the first.", None, seconds
        )
    nodes = sum(tree.tree_.node_count for tree in model.estimators_)
    fitted = Fitted(
        kind="sklearn",
        model=model,
        task=prepared.task,
        classes=prepared.classes,
        mean=prepared.mean,
        deviation=prepared.deviation,
        parameters=nodes,
        threads=threads,
    )
    if word == "stop":
        return Learned(
            "stopped",
            f"Stopped after {grown} of {params.trees} trees, which are kept.",
            fitted,
            seconds,
            grown,
        )
    return Learned("done", f"Grew {grown} trees.", fitted, seconds, grown)


def make_forest(params: ForestParams, prepared: Prepared, y: NDArray[Any], seed: int) -> Any:
    """Empty; ``warm_start`` lets it grow."""
    classes = prepared.task == "classification"
    kind = RandomForestClassifier if classes else RandomForestRegressor
    extra: dict[str, Any] = {"max_features": 0.5}
    if classes:
        # weights as numbers: the word "balanced" would be worked out anew at each stretch, and warns
        weights = weigh_classes(params.balance, prepared, y)
        extra = {"class_weight": weights and {k: w for k, w in weights.items() if (y == k).any()}}
    return kind(
        max_depth=params.max_depth or None,
        min_samples_leaf=params.min_leaf,
        warm_start=True,
        random_state=seed % 2**32,
        **extra,
    )


@dataclass
class Votes:
    """Answers of the trees so far, added up: each tree is asked once."""

    part: str
    x: NDArray[Any]
    y: NDArray[Any]
    trees: int = 0
    total: NDArray[Any] | float = field(default=0.0)

    def count(self, model: Any, prepared: Prepared, grown: int) -> None:
        """Ask the trees after the first ``grown``."""
        for tree in model.estimators_[grown:]:
            if prepared.task == "classification":
                self.total = self.total + spread(
                    tree.predict_proba(self.x), model.classes_, len(prepared.classes)
                )
            else:
                self.total = self.total + tree.predict(self.x)
            self.trees += 1

    def answer(self, prepared: Prepared) -> NDArray[Any]:
        """Probabilities, or numbers in the person's units."""
        mean = np.asarray(self.total) / self.trees
        return mean if prepared.task == "classification" else prepared.numbers(mean)
