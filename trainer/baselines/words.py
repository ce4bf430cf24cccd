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
DOUBTED = 0.85
"""From this part of the way from guessing to knowing on one column alone, it may know the answer beforehand."""
METRICS = {
    "accuracy": "accuracy", "balanced_accuracy": "balanced accuracy", "f1": "F1",
    "rmse": "RMSE", "mae": "MAE", "r2": "R²",
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


def judge(question: Question, baselines: list[BaselineScore], *, pictures: bool) -> tuple[str, bool]:
    """Whether learning looks worth it, in one line with the numbers, and as yes or no."""
    metric = question.metric
    guess, *rules = [(baseline, baseline.scores[metric]) for baseline in baselines]
    lower = metric in LOWER_IS_BETTER
    best, score = min(rules, key=lambda each: each[1].value if lower else -each[1].value)
    near = best.scores["r2"].value if question.task == "regression" else score.value
    ahead = better(score, guess[1], lower=lower)
    if pictures:
        what = "simple clues such as colour"
    else:
        what = "a two-question tree" if best.key == "tree" else "a rule on one column"
    said = f"{what} {get(score, many=pictures)}, guessing {by(guess[1])}"
    rule, alone = rules[0]
    if ahead and not pictures and way_to_knowing(rule, alone, guess[1]) >= DOUBTED:
        said = f"One column alone {get(alone)}, guessing {by(guess[1])}"
        return f"{said}: does it know the answer beforehand?", near < ENOUGH
    if near >= ENOUGH and ahead:
        return f"A rule may be enough: {said}.", False
    if pictures and ahead:
        return f"Learning looks worth it: {said}; they say little about shapes.", True
    if pictures:
        return (
            f"Learning looks worth it: colour and brightness are no better than guessing ({show(guess[1])}), "
            "but say little about shapes.",
            True,
        )
    if ahead:
        return f"Learning looks worth it: {said}.", True
    if near >= ENOUGH:
        return f"Hard to say: guessing {get(guess[1])} already. Balanced accuracy shows more.", True
    return (
        f"Hard to say: simple rules are no better than guessing ({show(guess[1])}). Learning may find nothing.",
        True,
    )


def get(score: Score, *, many: bool = False) -> str:
    """ "gets 0.79", "gets 0.71 (balanced accuracy)", or "is off by 1,670 (RMSE)"."""
    name = "" if score.metric == "accuracy" else f" ({METRICS[score.metric]})"
    if score.metric in LOWER_IS_BETTER:
        return f"{'are' if many else 'is'} off by {show(score)}{name}"
    return f"{'get' if many else 'gets'} {show(score)}{name}"


def by(score: Score) -> str:
    """What guessing gets, after what a rule gets: "0.62", or "by 3,990"."""
    return f"by {show(score)}" if score.metric in LOWER_IS_BETTER else show(score)


def way_to_knowing(rule: BaselineScore, score: Score, guess: Score) -> float:
    """How far a rule on one column gets from guessing (0) to knowing (1)."""
    if score.metric in LOWER_IS_BETTER or score.metric == "r2":
        return rule.scores["r2"].value
    return (score.value - guess.value) / (1 - guess.value) if guess.value < 1 else 0.0


def better(score: Score, guess: Score, *, lower: bool) -> bool:
    """Whether a rule lies outside what chance gives the guess."""
    if lower:
        return score.value < (guess.low if guess.low is not None else guess.value)
    return score.value > (guess.high if guess.high is not None else guess.value)


def show(score: Score) -> str:
    """0.79, or 1,850. What is not perfect is not called 1.00."""
    if score.metric in LOWER_IS_BETTER:
        return short(score.value)
    text = f"{score.value:.2f}"
    return f"{min(score.value, 0.999):.3f}" if text == "1.00" and score.value < 1 else text
