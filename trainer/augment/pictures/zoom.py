"""Nearer or farther."""

import numpy as np

from trainer.augment.pictures.placing import Placing
from trainer.contract.augmentations.pictures import ZoomParams


def place(placing: Placing, params: ZoomParams, dice: np.random.Generator) -> None:
    """As often larger as smaller, by the same factor."""
    reach = np.log1p(params.amount)
    factor = np.exp(dice.uniform(-reach, reach, placing.count))
    placing.compose(np.eye(2)[None] / factor[:, None, None], exact=False)
