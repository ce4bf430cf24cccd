"""How learners treat rare classes: the choice that they share."""

from typing import Any, Literal

from trainer.contract.catalog.card import setting

Weighing = Literal["none", "weights"]
Balancing = Literal["none", "weights", "sampling"]

HELP = "Whether rare classes count as much as frequent ones: by weighing their rows more"
SEEN = ", or by showing them more often."


def balance_setting(*, sampling: bool = False) -> Any:
    """The parameter ``balance`` of a learner of classes."""
    return setting("none", "Balance of classes", HELP + (SEEN if sampling else "."))
