"""A turn about the middle."""

import numpy as np

from trainer.augment.pictures.placing import Placing
from trainer.contract.augmentations.pictures import RotateParams


def place(placing: Placing, params: RotateParams, dice: np.random.Generator) -> None:
    """Any angle within the range, to either side."""
    angle = np.deg2rad(dice.uniform(-params.degrees, params.degrees, placing.count))
    matrix = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]).transpose(2, 0, 1)
    placing.compose(matrix, exact=False)
