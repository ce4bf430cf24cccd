"""What the rules say and whether learning looks worth it, in sentences with the numbers."""

from trainer.baselines.clues import Clue
from trainer.baselines.rounding import short
from trainer.baselines.rule import Rule
from trainer.baselines.tree import Node
from trainer.contract.events import BaselineScore, Score
from trainer.contract.recipe import LOWER_IS_BETTER, Question

TOLD = 4
"""Most values listed in a rule's sentence."""
ENOUGH = 0.98
"""From this accuracy (or R2) on two questions do the job."""
METRICS = {
    "accuracy": "of the answers right", "balanced_accuracy": "balanced accuracy", "f1": "F1", "rmse":
    "RMSE", "mae": "MAE", "r2": "R²",
}  # fmt: skip


def say_answer(answer: float, classes: list[str]) -> str:
    """A class's name, or a number."""
    return classes[int(answer)] if classes else short(answer)


def describe_rule(rule: Rule, clues: list[Clue], classes: list[str]) -> str:
    """ "Sex is female → 1, else 0", or "Fare ≤ 10.5 → 0, ≤ 74 → 1, else 1"."""
    clue = clues[rule.clue]
    if clue.names is None:
        if not rule.thresholds:
            return f"{clue.name} tells nothing apart: always {say_answer(rule.answers[0], classes)}"
        parts = [
            f"≤ {clue.show(threshold)} → {say_answer(answer, classes)}"
            for threshold, answer in zip(rule.thresholds, rule.answers, strict=False)
        ]
        return f"{clue.name} " + ", ".join(parts) + f", else {say_answer(rule.answers[-2], classes)}"
    groups: dict[str, list[str]] = {}
    for name, answer in zip(clue.names, rule.answers, strict=False):
        groups.setdefault(say_answer(answer, classes), []).append(name)
    if len(groups) == 1:
        return f"{clue.name} tells nothing apart: always {next(iter(groups))}"
    smallest_first = sorted(groups.items(), key=lambda group: len(group[1]))
    last = smallest_first.pop()[0]
    parts = [f"{names_of(names)} → {answer}" for answer, names in smallest_first[:TOLD]]
    more = f", and {len(smallest_first) - TOLD} more" if len(smallest_first) > TOLD else ""
    return f"{clue.name} is " + ", ".join(parts) + more + f", else {last}"


def names_of(names: list[str]) -> str:
    """ "a, b or c", cut where there are many."""
    if len(names) > TOLD:
        return ", ".join(names[:TOLD]) + f" or {len(names) - TOLD} more"
    return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def describe_tree(node: Node, clues: list[Clue], classes: list[str]) -> str:
    """The first question and the two that follow."""
    if node.ask is None or node.yes is None or node.no is None:
        return f"No question helps: always {say_answer(node.answer, classes)}"
    follow = [branch.ask.words(clues) for branch in (node.yes, node.no) if branch.ask is not None]
    then = f", then {' or '.join(dict.fromkeys(follow))}?" if follow else "?"
    return f"{node.ask.words(clues)}{then}"


def judge(question: Question, baselines: list[BaselineScore]) -> tuple[str, bool]:
    """Whether learning looks worth it, in words, and as yes or no."""
    metric = question.metric
    guess, *rules = [(baseline, baseline.scores[metric]) for baseline in baselines]
    lower = metric in LOWER_IS_BETTER
    best, score = min(rules, key=lambda each: each[1].value if lower else -each[1].value)
    what = "A tree of two questions" if best.key == "tree" else "A rule on one column"
    first = (
        "Always saying the most frequent class"
        if question.task == "classification"
        else "Always saying the mean"
    )
    near = best.scores["r2"].value if question.task == "regression" else score.value
    if near >= ENOUGH:
        already = f"R² {near:.2f}" if question.task == "regression" else f"{show(score)} {METRICS[metric]}"
        return f"{what} already gets {already}: you may not need learning.", False
    if not better(score, guess[1], lower=lower):
        return (
            f"{first} {get(guess[1])}, and neither one column nor two questions do clearly better. What "
            "there is to "
            "learn is weak or hidden in combinations: learning will show, and it may find nothing.",
            True,
        )
    return (
        f"{first} {get(guess[1])}; {what[0].lower()}{what[1:]} {get(score)}. A model is worth its time if it "
        f"{'goes below' if lower else 'beats'} that on rows that it has not seen.",
        True,
    )


def get(score: Score) -> str:
    """ "gets 0.79 of the answers right", or "is off by 1,665 (RMSE)"."""
    if score.metric in LOWER_IS_BETTER:
        return f"is off by {show(score)} ({METRICS[score.metric]})"
    return f"gets {show(score)} {METRICS[score.metric]}"


def better(score: Score, guess: Score, *, lower: bool) -> bool:
    """Whether a rule lies outside what chance gives the guess."""
    if lower:
        return score.value < (guess.low if guess.low is not None else guess.value)
    return score.value > (guess.high if guess.high is not None else guess.value)


def show(score: Score) -> str:
    """0.79, or 1,850."""
    return short(score.value) if score.metric in ("rmse", "mae") else f"{score.value:.2f}"
