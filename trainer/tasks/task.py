"""The shape of a task."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray
from torch import Tensor

Loss = Callable[..., Tensor]
"""Network outputs [N, K] (or [N, 1]) and targets [N] -> mean loss, a scalar.

Losses of classes also take ``weight_K``.
"""
Metric = Callable[[NDArray[Any], NDArray[Any]], float]
"""Truth [N] and answers (probabilities [N, K], or numbers [N]), both in the person's terms -> a score."""


@dataclass(frozen=True)
class Task:
    """One kind of question."""

    key: str
    losses: dict[str, Loss]
    metrics: dict[str, Metric]
    answer: Callable[[Tensor], Tensor]
    """Network outputs -> probabilities [N, K], or numbers [N] as they stand in the arrays."""
