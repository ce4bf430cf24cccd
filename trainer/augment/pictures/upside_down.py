"""Top becomes bottom."""

import numpy as np

from trainer.augment.pictures.placing import Placing
from trainer.contract.augmentations.pictures import UpsideDownParams


def place(placing: Placing, params: UpsideDownParams, dice: np.random.Generator) -> None:
    """Turn the axis downwards round in a share of the pictures."""
    matrix = np.tile(np.eye(2), (placing.count, 1, 1))
    matrix[dice.random(placing.count) < params.share, 0, 0] = -1
    placing.compose(matrix, exact=True)
