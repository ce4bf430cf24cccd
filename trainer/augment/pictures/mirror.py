"""Left becomes right."""

import numpy as np

from trainer.augment.pictures.placing import Placing
from trainer.contract.augmentations.pictures import MirrorParams


def place(placing: Placing, params: MirrorParams, dice: np.random.Generator) -> None:
    """Turn the axis to the right round in a share of the pictures."""
    matrix = np.tile(np.eye(2), (placing.count, 1, 1))
    matrix[dice.random(placing.count) < params.share, 1, 1] = -1
    placing.compose(matrix, exact=True)
