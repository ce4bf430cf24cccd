"""Which of K classes. Legend: N examples, K classes."""

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from trainer.tasks.task import Task

FOCUS = 2.0
"""How much less an easy example counts in the focal loss."""


def cross_entropy(logits_NK: Tensor, target_N: Tensor, weight_K: Tensor | None = None) -> Tensor:
    """Minus the log of the probability given to the truth; with weights the mean over these."""
    return F.cross_entropy(logits_NK.float(), target_N, weight_K)


def focal(logits_NK: Tensor, target_N: Tensor, weight_K: Tensor | None = None) -> Tensor:
    """Cross-entropy with easy examples turned down by (1 - p)^2 (Lin et al. 2017)."""
    log_p_N = -F.cross_entropy(logits_NK.float(), target_N, reduction="none")
    loss_N = -((1 - log_p_N.exp()) ** FOCUS * log_p_N)
    if weight_K is None:
        return loss_N.mean()
    weight_N = weight_K[target_N]
    return (loss_N * weight_N).sum() / weight_N.sum()


def answer(logits_NK: Tensor) -> Tensor:
    """Logits -> probabilities."""
    return torch.softmax(logits_NK.float(), dim=1)


def accuracy(truth_N: NDArray[Any], probability_NK: NDArray[Any]) -> float:
    """Share of right answers."""
    return float((probability_NK.argmax(axis=1) == truth_N).mean())


def balanced_accuracy(truth_N: NDArray[Any], probability_NK: NDArray[Any]) -> float:
    """Mean over the classes that occur of the share found."""
    hit_K, truth_K, _ = counts(truth_N, probability_NK)
    seen = truth_K > 0
    return float((hit_K[seen] / truth_K[seen]).mean())


def f1(truth_N: NDArray[Any], probability_NK: NDArray[Any]) -> float:
    """Macro F1: the mean over the classes that occur or were answered."""
    hit_K, truth_K, answer_K = counts(truth_N, probability_NK)
    either = truth_K + answer_K > 0
    return float((2 * hit_K[either] / (truth_K + answer_K)[either]).mean())


def counts(
    truth_N: NDArray[Any], probability_NK: NDArray[Any]
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Per class: right answers, examples, answers."""
    width = probability_NK.shape[1]
    answer_N = probability_NK.argmax(axis=1)
    hit_K = np.bincount(truth_N[answer_N == truth_N], minlength=width)
    return hit_K, np.bincount(truth_N, minlength=width), np.bincount(answer_N, minlength=width)


def log_loss(
    truth_N: NDArray[Any], probability_NK: NDArray[Any], weight_K: NDArray[Any] | None = None
) -> float:
    """Cross-entropy of probabilities, never infinite: they are held above 1e-7. With weights the mean over these."""
    p_N = np.clip(probability_NK[np.arange(len(truth_N)), truth_N], 1e-7, 1.0)
    return float(np.average(-np.log(p_N), weights=None if weight_K is None else weight_K[truth_N]))


TASK = Task(
    key="classification",
    losses={"cross_entropy": cross_entropy, "focal": focal},
    metrics={"accuracy": accuracy, "balanced_accuracy": balanced_accuracy, "f1": f1},
    answer=answer,
)
