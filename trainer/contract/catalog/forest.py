"""Random forest."""

from trainer.contract.catalog.balance import Weighing, balance_setting
from trainer.contract.catalog.card import LearnerCard, Params, setting


class ForestParams(Params):
    """Parameters of the random forest."""

    trees: int = setting(
        200,
        "Trees",
        "How many trees vote: more is steadier and slower, never much worse.",
        unit="trees",
        ge=1,
        le=2_000,
    )
    max_depth: int = setting(
        0,
        "Depth at most",
        "Questions a tree may ask in a row; 0 lets it grow until its leaves are pure.",
        ge=0,
        le=64,
    )
    min_leaf: int = setting(
        1,
        "Rows per leaf at least",
        "A leaf with few rows remembers; with many it generalises.",
        unit="rows",
        ge=1,
        le=1_000,
    )
    balance: Weighing = balance_setting()


CARD = LearnerCard(
    key="forest",
    name="Random forest",
    when="Good without tuning on tables of any shape; hard to break.",
    takes=frozenset({"number", "category", "datetime"}),
    tasks=frozenset({"classification", "regression"}),
    params=ForestParams,
    network=False,
    unit="trees",
)
