"""The headline of a report, in plain words: how good, how sure, what the best rule gets without learning."""

from trainer.contract.events import BaselineScore, Score
from trainer.contract.recipe import LOWER_IS_BETTER
from trainer.contract.written import write_score

PHRASES = {
    "accuracy": "is right {score} of the time",
    "balanced_accuracy": "is right {score} of the time, every class counted alike",
    "f1": "reaches a macro F1 of {score}",
    "rmse": "is off by {score} (root mean squared error)",
    "mae": "is off by {score} on average",
    "r2": "explains {score} of the variation (R²)",
}

RULES = {
    "majority": "always answering the most frequent class",
    "mean": "always answering the mean",
    "rule": "a rule on one column",
    "tree": "the two-question tree",
}
"""What needs no learning, by the key of its score."""


def describe(rows: int, score: Score, baselines: list[BaselineScore]) -> str:
    """One sentence on ``rows`` unseen rows, the best baseline beside the model, honest where they tie."""
    number = format_score(score)
    said = PHRASES[score.metric].format(score=number)
    start = f"On {rows:,} row{'' if rows == 1 else 's'} it has never seen the model {said}"
    best = find_best(score.metric, baselines)
    if best is None:
        return f"{start}."
    other = best.scores[score.metric]
    beside = f"{start}; {RULES[best.key]} gets {format_score(other)}"
    if is_better(score.metric, other.value, score.value) or other.value == score.value:
        return f"{beside}, so on these rows a rule is as good as the model."
    if score.low is not None and score.high is not None and score.low <= other.value <= score.high:
        return f"{beside}, which is within that margin: these rows do not show that the model is better."
    return f"{beside}."


def find_best(metric: str, baselines: list[BaselineScore]) -> BaselineScore | None:
    """The baseline with the best score, if any has this metric."""
    scored = [baseline for baseline in baselines if metric in baseline.scores]
    if not scored:
        return None
    sign = -1 if metric in LOWER_IS_BETTER else 1
    return max(scored, key=lambda baseline: sign * baseline.scores[metric].value)


def is_better(metric: str, one: float, other: float) -> bool:
    """Whether ``one`` beats ``other``."""
    return one < other if metric in LOWER_IS_BETTER else one > other


def format_score(score: Score) -> str:
    """As every page writes it."""
    return write_score(score.value, score.low, score.high)
