"""Multi-layer perceptron for tables."""

from trainer.contract.catalog.card import LearnerCard, setting
from trainer.contract.catalog.training import NetworkParams


class MlpParams(NetworkParams):
    """Parameters of the multi-layer perceptron."""

    width: int = setting(128, "Width", "Neurons in each hidden layer.", unit="neurons", ge=1, le=4_096)
    depth: int = setting(2, "Hidden layers", "Layers between input and answer.", unit="layers", ge=1, le=12)
    dropout: float = setting(
        0.1,
        "Dropout",
        "Share of neurons switched off at random in each step, against over-fitting.",
        ge=0,
        lt=1,
    )


CARD = LearnerCard(
    key="mlp",
    name="Neural network (MLP)",
    when="When there are many rows, or when you want to see a network learn.",
    takes=frozenset({"number", "category", "datetime"}),
    tasks=frozenset({"classification", "regression"}),
    params=MlpParams,
    network=True,
    unit="epochs",
)
