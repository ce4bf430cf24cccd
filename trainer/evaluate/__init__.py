"""Judge a model on rows it has not seen: each prediction a row, each number leading to rows.

Legend: N rows, K classes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainer.columns import read_columns
from trainer.contract.dataset import VersionFolder
from trainer.contract.documents import write_document
from trainer.contract.events import BaselineScore, Score
from trainer.contract.recipe import Question
from trainer.contract.results import ClassFigures, Report, ResultFiles
from trainer.evaluate.predictions import classes_block, numbers_block, open_predictions
from trainer.evaluate.scores import score_classes, score_numbers
from trainer.evaluate.verdict import describe, find_best
from trainer.learners.fitted import Fitted
from trainer.prepare import Prepared

BLOCK_BYTES = 16 * 2**20
"""Inputs predicted at a time: enough to keep the cores busy, too little to matter in memory."""
RESIDUAL_ROWS = 2_000
RESIDUAL_BINS = 40


class NotANumber(ValueError):
    """The model answers something that is no number at all."""


@dataclass(frozen=True)
class Judged:
    """What was found on one part."""

    scores: list[Score]
    confusion: NDArray[np.int64]
    """[K, K]; empty for numbers."""
    truth: NDArray[np.float64]
    predicted: NDArray[np.float64]
    """[N], numbers in the person's units; empty for classes."""


def evaluate(
    results: ResultFiles,
    version: VersionFolder,
    question: Question,
    prepared: Prepared,
    fitted: Fitted,
    baselines_validation: list[BaselineScore],
    baselines_test: list[BaselineScore],
    seconds: float,
) -> Report:
    """Write ``predictions.parquet``, then ``report.json``, and return the report.

    The rule named in the headline is the one that is best on the *validation* part, with what it gets on
    the test part: picking it by its test score would flatter it.

    Raises NotANumber in words when the model's answers are not finite.
    """
    classes = question.task == "classification"
    truth = None if classes else read_columns(version, [question.target])[question.target].astype(np.float64)
    with open_predictions(results.predictions, classes=classes) as writer:
        judged = {
            part: judge(part, question, prepared, fitted, truth, writer.write_batch)
            for part in ("validation", "test")
        }
    test = judged["test"]
    best = find_best(question.metric, baselines_validation)
    rival = [baseline for baseline in baselines_test if best is None or baseline.key == best.key]
    report = Report(
        task=question.task,
        metric=question.metric,
        verdict=describe(prepared.rows["test"], test.scores[0], rival),
        rows=prepared.rows,
        scores=test.scores,
        validation=judged["validation"].scores,
        baselines=baselines_test,
        labels=prepared.classes,
        confusion=test.confusion.tolist(),
        classes=list_figures(prepared.classes, test.confusion) if classes else [],
        residuals={} if classes else describe_residuals(test.truth, test.predicted),
        seconds=seconds,
        precision=fitted.precision,
        threads=fitted.threads,
    )
    write_document(results.report, report)
    return report


def judge(
    part: str,
    question: Question,
    prepared: Prepared,
    fitted: Fitted,
    truth: NDArray[np.float64] | None,
    write: Any,
) -> Judged:
    """Predict one part block by block, hand the rows to ``write``, and score them."""
    x, y, rows = prepared.part(part)
    width = len(prepared.classes)
    confusion_KK = np.zeros((width, width), np.int64)
    numbers: list[NDArray[np.float64]] = []
    for block in blocks(x):
        answer = np.asarray(fitted.predict(x[block]), np.float64)
        refuse_broken(answer, part, len(x))
        row_N = np.asarray(rows[block])
        if truth is None:
            truth_N = np.asarray(y[block])
            np.add.at(confusion_KK, (truth_N, answer.argmax(axis=1)), 1)
            write(classes_block(row_N, part, truth_N, answer, prepared.classes))
        else:
            numbers.append(answer)
            write(numbers_block(row_N, part, truth[row_N], answer))
    if truth is None:
        nothing = np.zeros(0)
        return Judged(score_classes(confusion_KK, question.metric), confusion_KK, nothing, nothing)
    predicted_N, truth_N = np.concatenate(numbers), truth[np.asarray(rows)]
    return Judged(score_numbers(truth_N, predicted_N, question.metric), confusion_KK, truth_N, predicted_N)


def blocks(x: NDArray[Any]) -> Iterator[slice]:
    """Slices of rows of about ``BLOCK_BYTES`` each."""
    step = max(1, BLOCK_BYTES // max(x[:1].nbytes, 1))
    for start in range(0, len(x), step):
        yield slice(start, min(start + step, len(x)))


def refuse_broken(answer: NDArray[np.float64], part: str, rows: int) -> None:
    """A score of answers that are not numbers would be a lie."""
    broken = int((~np.isfinite(answer.reshape(len(answer), -1)).all(axis=1)).sum())
    if broken:
        raise NotANumber(
            f"The model answers ‘not a number’ for at least {broken:,} of {rows:,} {part} rows: its weights "
            "have grown beyond all bounds. Train again with a smaller learning rate."
        )


def list_figures(labels: list[str], confusion_KK: NDArray[np.int64]) -> list[ClassFigures]:
    """Precision, recall and F1 of each class; None where there is nothing to divide by."""
    hit_K, truth_K, answer_K = confusion_KK.diagonal(), confusion_KK.sum(axis=1), confusion_KK.sum(axis=0)
    return [
        ClassFigures(
            name=name, rows=int(truth),
            precision=hit / answer if answer else None,
            recall=hit / truth if truth else None,
            f1=2 * hit / (truth + answer) if truth + answer else None,
        )
        for name, hit, truth, answer in zip(
            labels, hit_K.tolist(), truth_K.tolist(), answer_K.tolist(), strict=True
        )
    ]  # fmt: skip


def describe_residuals(
    truth_N: NDArray[np.float64], predicted_N: NDArray[np.float64]
) -> dict[str, list[float]]:
    """Points of truth against answer, evenly picked along the truth, and a histogram of the errors."""
    order = np.argsort(truth_N, kind="stable")
    picked = order[np.linspace(0, len(order) - 1, min(RESIDUAL_ROWS, len(order))).astype(np.int64)]
    error_N = predicted_N - truth_N
    least, most = float(error_N.min()), float(error_N.max())
    room = max(most - least, 1e-6 * max(abs(least), abs(most), 1e-6))  # bins must have a width
    counts, edges = np.histogram(error_N, bins=RESIDUAL_BINS, range=(least, least + room))
    return {
        "truth": truth_N[picked].tolist(),
        "predicted": predicted_N[picked].tolist(),
        "edges": edges.tolist(),
        "counts": counts.astype(np.float64).tolist(),
    }
