"""Gradient boosting (XGBoost)."""

from trainer.contract.catalog.balance import Weighing, balance_setting
from trainer.contract.catalog.card import LearnerCard, Params, setting


class BoostingParams(Params):
    """Parameters of gradient boosting."""

    rounds: int = setting(
        300,
        "Rounds at most",
        "Each round adds a tree that mends what the trees before got wrong.",
        unit="trees",
        ge=1,
        le=20_000,
    )
    learning_rate: float = setting(
        0.1,
        "Learning rate",
        "How much of its correction each tree may add: small is careful and needs more rounds.",
        gt=0,
        le=1,
    )
    max_depth: int = setting(6, "Tree depth", "Questions a tree may ask in a row.", ge=1, le=16)
    min_child_weight: float = setting(
        1.0,
        "Weight per leaf at least",
        "Stops leaves that hold too few rows.",
        depth="everything",
        ge=0,
        le=1_000,
    )
    subsample: float = setting(
        1.0,
        "Share of rows per tree",
        "Less than 1 shows each tree a random part: less over-fitting.",
        depth="everything",
        gt=0,
        le=1,
    )
    columns: float = setting(
        1.0,
        "Share of columns per tree",
        "Less than 1 makes the trees differ more.",
        depth="everything",
        gt=0,
        le=1,
    )
    l2: float = setting(
        1.0,
        "Leaf penalty (L2)",
        "Pulls the answers of leaves towards zero.",
        depth="everything",
        ge=0,
        le=1_000,
    )
    patience: int = setting(
        30,
        "Patience",
        "Stop when validation has not improved for so many rounds; 0 never stops early.",
        unit="rounds",
        ge=0,
        le=1_000,
    )
    balance: Weighing = balance_setting()


CARD = LearnerCard(
    key="boosting",
    name="Gradient boosting (XGBoost)",
    when="The strongest default for tables: many small trees, each mending the last.",
    takes=frozenset({"number", "category", "datetime"}),
    tasks=frozenset({"classification", "regression"}),
    params=BoostingParams,
    network=False,
    unit="rounds",
)
