"""Gradient boosting (XGBoost), a round at a time."""

import time
from typing import Any

import numpy as np
import torch
import xgboost

from trainer.contract.catalog.boosting import BoostingParams
from trainer.contract.events import FindingPayload, ProgressPayload, RewindPayload
from trainer.fit.balance import class_weights
from trainer.fit.checkpoint import SOON, DiskFull, find_checkpoint, save_checkpoint
from trainer.fit.lesson import Lesson, Pulse, Telling
from trainer.fit.outbox import Outbox
from trainer.fit.stopping import Patience
from trainer.learners.fitted import Fitted, Learned, two_columns
from trainer.learners.scoring import add_scores
from trainer.prepare import Prepared

SCORING = 0.1
"""Share of the time that may go into scoring the training rows between two deliveries."""


def learn(  # noqa: C901, PLR0915 - one round after another, and every way it may end
    lesson: Lesson,
) -> Telling[Learned]:
    """Add trees until validation stops improving; the model is cut at its best round.

    Resumed, it goes on with the trees it had. Where rounds see only a part of the rows or columns, XGBoost draws
    other parts than an undisturbed run would have: it does not let its random state be saved.
    """
    params, prepared = lesson.params, lesson.prepared
    if not isinstance(params, BoostingParams):
        raise TypeError(f"boosting takes BoostingParams, not {type(params).__name__}")
    begun, before = time.perf_counter(), 0.0
    outbox, pulse = Outbox(lesson.window), Pulse(lesson.control)
    threads = max(1, lesson.control.granted())
    x, y = (np.asarray(array) for array in prepared.part("train")[:2])
    x_held, y_held = (np.asarray(array) for array in prepared.part("validation")[:2])
    weights = None
    if params.balance == "weights" and prepared.classes:
        weights = class_weights(y, len(prepared.classes))
    train = xgboost.QuantileDMatrix(x, y, weight=None if weights is None else weights[y], nthread=threads)
    held = xgboost.QuantileDMatrix(x_held, y_held, ref=train, nthread=threads)
    booster = xgboost.Booster(configure(params, prepared, lesson.seed, threads), [train, held])
    patience, done, word = Patience(params.patience), 0, None

    found = find_checkpoint(lesson.checkpoints)
    if found and found.tensors:
        booster.load_model(bytearray(found.tensors["booster"].numpy().tobytes()))
        booster.set_param(configure(params, prepared, lesson.seed, threads))
        done, before = found.state["done"], found.state["seconds"]
        patience = Patience(params.patience, **found.state["patience"])
    if found and found.sentence:
        yield FindingPayload(what="checkpoint", sentence=found.sentence, since=done)
    if found or lesson.resumed:
        yield RewindPayload(step=done)

    def save() -> None:
        lesson.sync()
        raw = torch.frombuffer(booster.save_raw("ubj"), dtype=torch.uint8)
        kept = {"best": patience.best, "best_step": patience.best_step, "stale": patience.stale}
        state = {"done": done, "seconds": before + time.perf_counter() - begun, "patience": kept}
        save_checkpoint(lesson.checkpoints, done, {"booster": raw}, state)

    start, saved_at, looked_at = done, begun, begun
    due = lesson.checkpoint_seconds if done else min(SOON, lesson.checkpoint_seconds)
    scoring, scored_at = 0.0, done
    while done < params.rounds and not patience.exhausted() and not word:
        booster.update(train, done)
        done += 1
        loss = add_scores(
            prepared, "validation", y_held, answer(booster, held, prepared), outbox, done, weights
        )
        patience.improved(loss, done)
        now = time.perf_counter()
        looks = done == start + 1 or now - looked_at >= lesson.window
        if looks or scoring <= SCORING * (now - begun):
            add_scores(prepared, "train", y, answer(booster, train, prepared), outbox, done, weights)
            scoring += time.perf_counter() - now
            scored_at = done
        if not looks:
            continue
        looked_at = now
        words = f"round {done} of at most {params.rounds}"
        words += f" · patience {patience.stale} of {params.patience}" if params.patience else ""
        outbox.progress = ProgressPayload(
            phase="train",
            done=done,
            total=params.rounds,
            unit="rounds",
            sentence=words,
            eta=round((now - begun) / (done - start) * (params.rounds - done), 1),
        )
        yield from outbox.take()
        pulse.beat(done, threads)
        word = lesson.control.word()
        try:
            if word or now - saved_at >= due:
                save()
                saved_at, due = time.perf_counter(), lesson.checkpoint_seconds
        except DiskFull as full:
            return Learned("full", str(full), None, before + time.perf_counter() - begun)
        if (granted := max(1, lesson.control.granted())) != threads:
            threads = granted
            booster.set_param({"nthread": threads})
    if scored_at != done:
        add_scores(prepared, "train", y, answer(booster, train, prepared), outbox, done, weights)
    yield from outbox.take()
    seconds = before + time.perf_counter() - begun
    if word == "pause":
        return Learned("paused", f"Paused after {done} rounds.", None, seconds)
    best = patience.best_step or done
    fitted = Fitted(
        kind="xgboost",
        model=booster[:best],
        task=prepared.task,
        classes=prepared.classes,
        mean=prepared.mean,
        deviation=prepared.deviation,
        parameters=count_nodes(booster[:best]),
        threads=threads,
    )
    if word == "stop":
        return Learned(
            "stopped", f"Stopped after {done} rounds; the best {best} are kept.", fitted, seconds, best
        )
    early = (
        f"Stopped early: validation has not improved for {patience.stale} rounds. "
        if done < params.rounds
        else ""
    )
    return Learned("done", f"{early}Kept {best} of {done} rounds.", fitted, seconds, best)


def configure(params: BoostingParams, prepared: Prepared, seed: int, threads: int) -> dict[str, Any]:
    """XGBoost's own words."""
    said = {
        "eta": params.learning_rate,
        "max_depth": params.max_depth,
        "min_child_weight": params.min_child_weight,
        "subsample": params.subsample,
        "colsample_bytree": params.columns,
        "lambda": params.l2,
        "tree_method": "hist",
        "seed": seed % 2**31,
        "nthread": threads,
        "verbosity": 0,
    }
    if prepared.task == "regression":
        return said | {"objective": "reg:squarederror"}
    if len(prepared.classes) == 2:
        return said | {"objective": "binary:logistic"}
    return said | {"objective": "multi:softprob", "num_class": len(prepared.classes)}


def answer(booster: xgboost.Booster, matrix: xgboost.DMatrix, prepared: Prepared) -> Any:
    """Probabilities [N, K], or numbers in the person's units. Fast: the booster remembers its sums for this
    matrix."""
    found = booster.predict(matrix)
    if prepared.task == "regression":
        return prepared.numbers(found)
    return two_columns(found) if found.ndim == 1 else found


def count_nodes(booster: xgboost.Booster) -> int:
    """Nodes of all trees: what the size of a boosted model is."""
    return sum(tree.count("\n") for tree in booster.get_dump())
