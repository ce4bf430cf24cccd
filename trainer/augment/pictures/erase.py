"""A rectangle of the picture's mean colour."""

from typing import Any

import numpy as np

from trainer.augment.arrays import Arrays
from trainer.contract.augmentations.pictures import EraseParams


def paint(x_BSSC: Any, params: EraseParams, dice: np.random.Generator, on: Arrays) -> Any:
    """Anywhere, of any size up to the largest, in a share of the pictures."""
    count, high, wide = x_BSSC.shape[:3]
    chosen = dice.random(count) < params.share
    inside = [
        within(side, dice.uniform(0, params.side, count) * side, dice.random(count)) & chosen[:, None]
        for side in (high, wide)
    ]
    mask = on.put(inside[0][:, :, None, None] & inside[1][:, None, :, None])
    return on.where(mask, on.mean(x_BSSC, (1, 2)), x_BSSC)


def within(side: int, length: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Which pixels of a side lie in a stretch of this length, somewhere inside."""
    start = place * (side - length)
    middles = np.arange(side)[None, :] + 0.5
    found: np.ndarray = (middles >= start[:, None]) & (middles < (start + length)[:, None])
    return found
