"""Another light: colour, then contrast, then brightness."""

from typing import Any

import numpy as np

from trainer.augment.arrays import Arrays
from trainer.contract.augmentations.pictures import LightParams

GREY = np.array([0.299, 0.587, 0.114])
"""How bright the eye takes red, green and blue (ITU-R BT.601)."""


def paint(x_BSSC: Any, params: LightParams, dice: np.random.Generator, on: Arrays) -> Any:
    """Each picture by factors of its own."""
    reach = (params.saturation, params.contrast, params.brightness)
    factors = [dice.uniform(1 - far, 1 + far, (len(x_BSSC), 1, 1, 1)) for far in reach]
    saturation, contrast, brightness = (on.put(factor) for factor in factors)
    if x_BSSC.shape[3] == len(GREY) and params.saturation:
        grey = (x_BSSC * on.put(GREY)).sum(-1)[..., None]
        x_BSSC = grey + (x_BSSC - grey) * saturation
    middle = on.mean(x_BSSC, (1, 2, 3))
    return on.clip((middle + (x_BSSC - middle) * contrast) * brightness, 0.0, 255.0)
