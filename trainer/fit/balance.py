"""Classes of different sizes brought to the same weight. Legend: N training examples, K classes."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def class_weights(y_N: NDArray[Any], classes: int) -> NDArray[np.float64]:
    """[K] weights with which every class counts the same and an example counts 1 on average: N / (K' · its class's
    count), K' the classes that occur. A class without examples weighs 1.
    """
    count_K = np.bincount(np.asarray(y_N, dtype=np.int64), minlength=classes)
    seen = int((count_K > 0).sum())
    return np.where(count_K > 0, len(y_N) / (max(seen, 1) * np.maximum(count_K, 1)), 1.0)
