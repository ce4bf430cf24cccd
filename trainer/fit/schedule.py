"""The learning rate at a step, from the very function that the preview draws."""

import torch

from trainer.contract.catalog.training import NetworkParams
from trainer.contract.schedule import factor


def set_rate(optimizer: torch.optim.Optimizer, params: NetworkParams, step: int, steps: int) -> None:
    """Before step ``step`` (from 0) of ``steps``. A warm-up starts above zero: a step of length nothing is a
    waste."""
    progress = (step + 0.5) / max(steps, 1)
    rate = params.learning_rate * factor(params.schedule, progress, params.warmup)
    for group in optimizer.param_groups:
        group["lr"] = rate
