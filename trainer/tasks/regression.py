"""How much. Losses see numbers as they stand in the arrays, metrics in the person's units."""

from typing import Any

import numpy as np
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from trainer.tasks.task import Task


def mse(output_N1: Tensor, target_N: Tensor) -> Tensor:
    """Mean squared error: its best answer is the mean."""
    return F.mse_loss(output_N1.float().squeeze(1), target_N)


def mae(output_N1: Tensor, target_N: Tensor) -> Tensor:
    """Mean absolute error: its best answer is the median."""
    return F.l1_loss(output_N1.float().squeeze(1), target_N)


def huber(output_N1: Tensor, target_N: Tensor) -> Tensor:
    """Squared near zero, absolute beyond one deviation (Huber 1964): outliers pull less."""
    return F.huber_loss(output_N1.float().squeeze(1), target_N)


def answer(output_N1: Tensor) -> Tensor:
    """Outputs -> numbers as they stand in the arrays."""
    return output_N1.float().squeeze(1)


def rmse(truth_N: NDArray[Any], predicted_N: NDArray[Any]) -> float:
    """Root mean squared error."""
    return float(np.sqrt(np.mean((predicted_N - truth_N) ** 2)))


def mean_absolute_error(truth_N: NDArray[Any], predicted_N: NDArray[Any]) -> float:
    """Mean absolute error."""
    return float(np.mean(np.abs(predicted_N - truth_N)))


def r2(truth_N: NDArray[Any], predicted_N: NDArray[Any]) -> float:
    """Share of the variation that is explained; 0 where the truth does not vary."""
    spread = float(np.sum((truth_N - np.mean(truth_N)) ** 2))
    return 1.0 - float(np.sum((predicted_N - truth_N) ** 2)) / spread if spread > 0 else 0.0


TASK = Task(
    key="regression",
    losses={"mse": mse, "mae": mae, "huber": huber},
    metrics={"rmse": rmse, "mae": mean_absolute_error, "r2": r2},
    answer=answer,
)
