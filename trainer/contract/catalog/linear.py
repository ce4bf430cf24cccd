"""Logistic regression for classes, ridge regression for numbers."""

from trainer.contract.catalog.balance import Weighing, balance_setting
from trainer.contract.catalog.card import LearnerCard, Params, setting


class LinearParams(Params):
    """Parameters of the linear learners."""

    l2: float = setting(
        1.0,
        "Weight penalty (L2)",
        "How strongly large weights are punished: more is simpler and steadier.",
        ge=0,
        le=10_000,
    )
    passes: int = setting(
        200,
        "Passes at most",
        "How often the solver may go over the data before it stops.",
        unit="passes",
        depth="everything",
        ge=5,
        le=5_000,
    )
    balance: Weighing = balance_setting()


CARD = LearnerCard(
    key="linear",
    name="Linear / logistic regression",
    when="First choice when rows are few or when you want to read the answer from weights.",
    takes=frozenset({"number", "category", "datetime"}),
    tasks=frozenset({"classification", "regression"}),
    params=LinearParams,
    network=False,
    unit="passes",
)
