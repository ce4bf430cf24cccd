"""Augmentations of tables."""

from trainer.contract.augmentations.card import AugmentationCard
from trainer.contract.catalog.card import Params, setting


class JitterParams(Params):
    """Numbers that tremble."""

    amount: float = setting(0.05, "Amount", "Its deviation, in deviations of the column.", gt=0, le=1)


CARDS = [
    AugmentationCard(
        key="jitter", name="Jitter numbers", column="number", params=JitterParams,
        why="Measured again, a number is never quite the same.",
        beware="Not for codes and counts, where a little more is something else.",
    ),
]  # fmt: skip
