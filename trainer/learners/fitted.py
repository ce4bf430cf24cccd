"""What learning leaves: a model that answers. Legend: N examples, D values, K classes."""

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import torch
import xgboost
from numpy.typing import NDArray

from trainer.device import choose_device
from trainer.fit.lesson import End
from trainer.tasks import TASKS

BLOCK = 256
"""Pictures that go through a network at once."""


@dataclass(frozen=True)
class Fitted:
    """A trained model of any kind.

    ``model`` is a torch module (takes what ``Prepared`` holds; its raw output is logits [N, K], or [N, 1]), a
    scikit-learn estimator, or an XGBoost booster cut at its best round. Where the target was standardised,
    raw outputs are too: ``mean`` and ``deviation`` lead back to the person's units (0 and 1 elsewhere).
    """

    kind: Literal["torch", "sklearn", "xgboost"]
    model: Any
    task: str
    classes: list[str]
    mean: float = 0.0
    deviation: float = 1.0
    parameters: int | None = None
    precision: str = "float32"
    threads: int = 1

    def predict(self, x: NDArray[Any]) -> NDArray[Any]:
        """x as prepared -> probabilities float32 [N, K], or numbers float64 [N] in the person's units."""
        answer = ANSWERS[self.kind](self, x)
        if self.task == "regression":
            return answer.reshape(-1).astype(np.float64) * self.deviation + self.mean
        return answer.astype(np.float32, copy=False)


def answer_torch(fitted: Fitted, x: NDArray[Any]) -> NDArray[Any]:
    """In blocks, without gradients, in float32 whatever the training's arithmetic was."""
    device = next(iter(fitted.model.parameters())).device if fitted.parameters else choose_device()
    pictures = x.ndim == 4
    block = BLOCK if pictures else 32 * BLOCK
    task = TASKS[fitted.task]
    fitted.model.eval()
    found: list[NDArray[Any]] = []
    with torch.no_grad():
        for start in range(0, len(x), block):
            part = torch.from_numpy(np.array(x[start : start + block])).to(device)
            if pictures:
                part = part.contiguous(memory_format=torch.channels_last)
            found.append(task.answer(fitted.model(part)).cpu().numpy())
    width = (len(fitted.classes),) if fitted.classes else ()
    return np.concatenate(found) if found else np.zeros((0, *width), np.float32)


def answer_sklearn(fitted: Fitted, x: NDArray[Any]) -> NDArray[Any]:
    """A class that no training row has gets no probability."""
    if fitted.task == "regression":
        return np.asarray(fitted.model.predict(x))
    return spread(fitted.model.predict_proba(x), fitted.model.classes_, len(fitted.classes))


def spread(probability: NDArray[Any], known: NDArray[Any], width: int) -> NDArray[Any]:
    """Probabilities of the classes that were seen -> of all classes."""
    out = np.zeros((len(probability), width))
    out[:, np.asarray(known, dtype=np.int64)] = probability
    return out


def answer_xgboost(fitted: Fitted, x: NDArray[Any]) -> NDArray[Any]:
    """A booster of two classes says only the probability of the second."""
    answer = np.asarray(fitted.model.predict(xgboost.DMatrix(np.asarray(x), nthread=fitted.threads)))
    return two_columns(answer) if fitted.task == "classification" and answer.ndim == 1 else answer


def two_columns(second: NDArray[Any]) -> NDArray[Any]:
    """Probability of the second of two classes [N] -> of both [N, 2]."""
    return np.stack([1 - second, second], axis=1)


ANSWERS = {"torch": answer_torch, "sklearn": answer_sklearn, "xgboost": answer_xgboost}


@dataclass(frozen=True)
class Learned:
    """How learning ended. ``fitted`` is None where nothing usable was learned, or where the run is only
    paused."""

    end: End
    sentence: str
    fitted: Fitted | None
    seconds: float
    best_step: int | None = None
    notes: list[str] = field(default_factory=list)
    """What was chosen on the way, in words."""
