"""Grain: noise on every pixel."""

import functools
from typing import Any

import numpy as np
import numpy.typing as npt

from trainer.augment.arrays import Arrays
from trainer.contract.augmentations.pictures import GrainParams

STOCK = 1 << 20
"""Normal numbers drawn once: each picture reads them from another place, since drawing them anew costs as much as a
layer.
"""


def paint(x_BSSC: Any, params: GrainParams, dice: np.random.Generator, on: Arrays) -> Any:
    """Each picture with a strength of its own."""
    count, size = len(x_BSSC), int(np.prod(x_BSSC.shape[1:]))
    strength = on.put(dice.uniform(0, params.amount * 255, (count, 1, 1, 1)))
    noise = on.put(draw_noise(count, size, dice)).reshape(x_BSSC.shape)
    return x_BSSC + noise * strength


def draw_noise(count: int, size: int, dice: np.random.Generator) -> npt.NDArray[np.float32]:
    """[count, size] normal numbers out of the stock."""
    stock = make_stock(max(STOCK, 4 * size))
    starts = dice.integers(0, len(stock) - size, count)
    return np.stack([stock[start : start + size] for start in starts.tolist()])


@functools.lru_cache(maxsize=2)
def make_stock(size: int) -> npt.NDArray[np.float32]:
    """Normal numbers, always the same."""
    return np.random.default_rng(0).standard_normal(size, dtype=np.float32)
