"""Small convolutional network for pictures."""

from trainer.contract.catalog.card import LearnerCard, setting
from trainer.contract.catalog.training import NetworkParams


class CnnParams(NetworkParams):
    """Parameters of the small convolutional network."""

    width: int = setting(
        32,
        "Channels of the first block",
        "Filters that look at the picture; doubled in each block.",
        unit="channels",
        ge=4,
        le=256,
    )
    depth: int = setting(
        3, "Blocks", "Each block sees twice as far and halves the picture.", unit="blocks", ge=1, le=6
    )
    residual: bool = setting(
        True,
        "Skip connections",
        "Adds to each block two convolutions and a path around them (ResNet): learns faster.",
        depth="everything",
    )
    dropout: float = setting(
        0.2,
        "Dropout",
        "Share of features switched off at random before the answer, against over-fitting.",
        ge=0,
        lt=1,
    )


CARD = LearnerCard(
    key="cnn",
    name="Small convolutional network (CNN)",
    when="For pictures: learns its own filters from your photos.",
    takes=frozenset({"image"}),
    tasks=frozenset({"classification", "regression"}),
    params=CnnParams,
    network=True,
    unit="epochs",
)
