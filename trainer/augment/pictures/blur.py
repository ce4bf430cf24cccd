"""Out of focus: a small average of neighbours, some times over."""

from typing import Any

import numpy as np

from trainer.augment.arrays import Arrays
from trainer.contract.augmentations.pictures import BlurParams

SPREAD = 0.5
"""Variance of one pass at its strongest, in pixels: weights 1/4, 1/2, 1/4."""


def paint(x_BSSC: Any, params: BlurParams, dice: np.random.Generator, on: Arrays) -> Any:
    """Each chosen picture by a deviation of its own: variances of passes add up."""
    count = len(x_BSSC)
    chosen = dice.random(count) < params.share
    deviation = np.where(chosen, dice.uniform(0, params.amount, count), 0.0)
    passes = max(1, int(np.ceil(params.amount**2 / SPREAD)))
    weight = on.put((deviation**2 / passes / 2)[:, None, None, None])
    for _ in range(passes):
        for axis in (1, 2):
            side = x_BSSC.shape[axis]
            before = on.put(np.maximum(np.arange(side) - 1, 0))
            after = on.put(np.minimum(np.arange(side) + 1, side - 1))
            one, other = (
                (x_BSSC[:, before], x_BSSC[:, after])
                if axis == 1
                else (x_BSSC[:, :, before], x_BSSC[:, :, after])
            )
            x_BSSC = x_BSSC * (1 - 2 * weight) + (one + other) * weight
    return x_BSSC
