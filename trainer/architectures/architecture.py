"""What building a network takes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from torch import nn

from trainer.contract.catalog.card import Params


@dataclass(frozen=True)
class Plan:
    """What a network must fit: the shape of one example, how many outputs, the colours of the training
    pictures."""

    shape: tuple[int, ...]
    outputs: int
    mean: Sequence[float] = field(default_factory=list)
    deviation: Sequence[float] = field(default_factory=list)


Build = Callable[[Params, Plan], nn.Module]


def count_parameters(network: nn.Module) -> int:
    """Numbers that training changes."""
    return sum(weight.numel() for weight in network.parameters())
