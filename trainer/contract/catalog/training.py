"""What all networks share: loss, optimizer, schedule, batches, stopping, arithmetic."""

from typing import Literal

from trainer.contract.catalog.balance import Balancing, balance_setting
from trainer.contract.catalog.card import Params, setting

Loss = Literal["cross_entropy", "focal", "mse", "mae", "huber"]
Optimizer = Literal["sgd", "adam", "adamw"]
Schedule = Literal["constant", "cosine", "step", "one_cycle"]
Precision = Literal["auto", "float32", "bf16"]

CLASS_LOSSES: tuple[Loss, ...] = ("cross_entropy", "focal")
NUMBER_LOSSES: tuple[Loss, ...] = ("mse", "mae", "huber")


class NetworkParams(Params):
    """Parameters of the training loop."""

    loss: Loss = setting(
        "cross_entropy",
        "Loss",
        "What the network is punished for: wrong classes (cross-entropy, focal) or distance "
        "from the number (squared, absolute, Huber).",
    )
    balance: Balancing = balance_setting(sampling=True)
    optimizer: Optimizer = setting(
        "adamw",
        "Optimizer",
        "How weights follow the gradient: SGD is plain, Adam adapts per weight, AdamW adds a "
        "clean weight decay.",
    )
    learning_rate: float = setting(
        1e-3,
        "Learning rate",
        "Length of a step. Too high: the loss jumps. Too low: nothing happens.",
        gt=0,
        le=10,
    )
    weight_decay: float = setting(
        1e-2, "Weight decay", "Pulls weights towards zero at each step, against over-fitting.", ge=0, le=1
    )
    momentum: float = setting(
        0.9, "Momentum", "SGD only: how much of the last step is kept.", depth="everything", ge=0, lt=1
    )
    schedule: Schedule = setting(
        "cosine", "Learning-rate schedule", "How the learning rate changes during training."
    )
    warmup: float = setting(
        0.05,
        "Warm-up",
        "Share of the training over which the rate rises from zero.",
        depth="everything",
        ge=0,
        le=0.5,
    )
    batch_size: int = setting(
        64,
        "Batch size",
        "Examples per step: large is fast and smooth, small is noisy and often generalises better.",
        unit="rows",
        ge=1,
        le=65_536,
    )
    epochs: int = setting(
        30, "Epochs", "How often every training example is seen.", unit="epochs", ge=1, le=10_000
    )
    patience: int = setting(
        6,
        "Patience",
        "Stop when validation has not improved for so many epochs; 0 never stops early.",
        unit="epochs",
        ge=0,
        le=1_000,
    )
    clip: float = setting(
        1.0,
        "Gradient clipping",
        "Longest gradient allowed (norm); 0 is no limit.",
        depth="everything",
        ge=0,
        le=1e6,
    )
    precision: Precision = setting(
        "auto",
        "Arithmetic",
        "float32 is exact; bf16 is faster where the machine has it; auto measures a few steps "
        "and takes the faster one whose loss agrees.",
        depth="everything",
    )
    deterministic: bool = setting(
        False,
        "Exactly repeatable",
        "One thread and deterministic kernels: the same bits every time, slower.",
        depth="everything",
    )
