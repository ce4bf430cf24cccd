"""Optimizers, fused where the machine has it, and their state as named tensors."""

from typing import Any

import torch
from torch import Tensor, nn

from trainer.contract.catalog.training import NetworkParams


def make_optimizer(network: nn.Module, params: NetworkParams) -> torch.optim.Optimizer:
    """SGD with momentum, Adam or AdamW; only weights of layers decay, not biases and norms."""
    groups: list[dict[str, Any]] = [{"params": list(network.parameters()), "weight_decay": 0.0}]
    if params.weight_decay:
        weights = [p for p in network.parameters() if p.ndim > 1]
        groups = [
            {"params": weights, "weight_decay": params.weight_decay},
            {"params": [p for p in network.parameters() if p.ndim <= 1], "weight_decay": 0.0},
        ]
    if params.optimizer == "sgd":
        return torch.optim.SGD(groups, lr=params.learning_rate, momentum=params.momentum, fused=True)
    kind = torch.optim.AdamW if params.optimizer == "adamw" else torch.optim.Adam
    return kind(groups, lr=params.learning_rate, fused=True)


def save_optimizer(optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """Every tensor of its state, by the place of its parameter."""
    return {
        f"{place}.{name}": value
        for place, parameter in enumerate(list_parameters(optimizer))
        for name, value in optimizer.state.get(parameter, {}).items()
        if isinstance(value, Tensor)
    }


def load_optimizer(optimizer: torch.optim.Optimizer, tensors: dict[str, Tensor]) -> None:
    """The reverse. Values take the memory layout of their parameter: fused steps walk both in parallel."""
    parameters = list_parameters(optimizer)
    for key, value in tensors.items():
        place, _, name = key.partition(".")
        parameter = parameters[int(place)]
        if value.shape == parameter.shape:
            value = torch.empty_like(parameter, memory_format=torch.preserve_format).copy_(value)
        optimizer.state[parameter][name] = value.to(parameter.device)


def list_parameters(optimizer: torch.optim.Optimizer) -> list[Tensor]:
    """In the order of the groups."""
    return [parameter for group in optimizer.param_groups for parameter in group["params"]]
