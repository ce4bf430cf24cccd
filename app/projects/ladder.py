"""Baselines as rungs, and the words of tasks and metrics."""

from dataclasses import dataclass

from app.pages import words
from app.projects.service import METRICS, may_be_classes
from trainer.contract.dataset import Column, Profile
from trainer.contract.events import Score
from trainer.contract.recipe import LOWER_IS_BETTER, Metric, Question, Task
from trainer.contract.results import BaselineResults
from trainer.contract.written import write_score

_ = words.gettext


@dataclass(frozen=True)
class Rung:
    """One baseline: a score with its interval, and what the baseline says."""

    name: str
    value: float
    shown: str
    unit: str
    sentence: str
    best: bool


@dataclass(frozen=True)
class Choice:
    """One way to choose, with its one line of meaning."""

    value: str
    label: str
    note: str


def rungs(question: Question, results: BaselineResults) -> list[Rung]:
    """Guess, rule, tree: each with its score by the question's metric; the best is marked."""
    scored = [(b, b.scores[question.metric]) for b in results.baselines if question.metric in b.scores]
    if not scored:
        return []
    pick = min if question.metric in LOWER_IS_BETTER else max
    top = pick(score.value for _b, score in scored)
    first = next(i for i, (_b, score) in enumerate(scored) if score.value == top)
    return [
        Rung(b.name, score.value, *halves(score), b.sentence, i == first)
        for i, (b, score) in enumerate(scored)
    ]


def awaited(question: Question) -> list[Rung]:
    """The rungs while they are scored: their names stand where their scores will."""
    guess = _("Always the most frequent") if question.task == "classification" else _("Always the mean")
    return [
        Rung(name, 0.0, "…", "", "…", best=False) for name in (guess, _("One column"), _("Two questions"))
    ]


def halves(score: Score) -> tuple[str, str]:
    """``0.791`` and ``± 0.071``: as every page writes a score, the interval apart."""
    value, sign, half = write_score(score.value, score.low, score.high).partition(" ± ")
    if value.startswith("("):  # so small or great that both have one power
        return f"{value}{sign}{half}", ""
    return value, f"± {half}" if half else ""


def tasks(target: Column, profile: Profile) -> list[Choice]:
    """The tasks that a target allows; one entry means there is nothing to choose."""
    as_number = Choice("regression", _("As a number"), _("regression: how much is it?"))
    as_classes = Choice("classification", _("As classes"), _("classification: which one is it?"))
    if target.type == "category":
        return [as_classes]
    return [as_number, as_classes] if may_be_classes(target, profile) else [as_number]


def metrics(question: Question) -> list[Choice]:
    """The metrics that score a task."""
    known: dict[Metric, tuple[str, str]] = {
        "accuracy": (_("Accuracy"), _("the share of rows that are answered right")),
        "balanced_accuracy": (
            _("Balanced accuracy"),
            _("accuracy where every class counts the same, however rare"),
        ),
        "f1": (_("F1"), _("finds the rows of each class and does not call others so; the mean over classes")),
        "rmse": (_("RMSE"), _("typical error in the column's own unit; large errors weigh more")),
        "mae": (_("MAE"), _("mean error in the column's own unit; all errors weigh the same")),
        "r2": (_("R²"), _("share of the spread that is explained: 1 is perfect, 0 is guessing the mean")),
    }
    task: Task = question.task
    return [Choice(metric, *known[metric]) for metric in METRICS[task]]
