"""Numbers of a row tremble."""

from typing import Any

import numpy as np
import numpy.typing as npt

from trainer.augment.arrays import Arrays
from trainer.contract.augmentations.table import JitterParams


def change(
    x_BD: Any, numeric_D: npt.NDArray[np.float32], params: JitterParams, dice: np.random.Generator, on: Arrays
) -> Any:
    """Normal noise on the values that are numbers in deviations."""
    noise = dice.standard_normal(tuple(x_BD.shape), dtype=np.float32)
    return x_BD + on.put(noise * (params.amount * numeric_D))
