"""Weights of classes as scikit-learn takes them."""

from typing import Any

from numpy.typing import NDArray

from trainer.fit.balance import class_weights
from trainer.prepare import Prepared


def weigh_classes(balance: str, prepared: Prepared, y: NDArray[Any]) -> dict[int, float] | None:
    """Class number -> weight; None where every row counts the same."""
    if balance == "none" or not prepared.classes:
        return None
    return dict(enumerate(class_weights(y, len(prepared.classes)).tolist()))
