"""Whether some classes are much rarer than others, and what that means for scores."""

from dataclasses import dataclass

from trainer.contract.dataset import Profile
from trainer.contract.recipe import Question

STRONG = 10.0
"""Times that the largest class is larger than the smallest, from which on it is strong."""


@dataclass(frozen=True)
class Imbalance:
    """The most and the least frequent class."""

    most: str
    least: str
    times: float
    always: float
    """Accuracy of always saying the most frequent one."""

    @property
    def sentence(self) -> str:
        """What it means."""
        return (
            f"‘{self.most}’ is {self.times:,.0f} times as frequent as ‘{self.least}’: always saying it is "
            f"{self.always:.0%} accurate".replace("%", " %")
            + ", and finds nothing. Balanced accuracy and F1 count every class the same."
        )


def find_imbalance(profile: Profile, question: Question) -> Imbalance | None:
    """A strong imbalance of the classes that are predicted; None where there is none, or it is not known."""
    found = profile.columns[question.target]
    labels, counts = found.histogram.labels, found.histogram.counts
    if question.task != "classification" or not labels or len(labels) < found.distinct or len(labels) < 2:
        return None
    pairs = sorted(zip(counts, labels, strict=True), key=lambda pair: pair[0])
    (few, least), (many, most) = pairs[0], pairs[-1]
    if few <= 0 or many < STRONG * few:
        return None
    return Imbalance(most, least, many / few, many / sum(counts))
