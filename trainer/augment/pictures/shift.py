"""A move by whole pixels."""

import numpy as np

from trainer.augment.pictures.placing import Placing
from trainer.contract.augmentations.pictures import ShiftParams


def place(placing: Placing, params: ShiftParams, dice: np.random.Generator) -> None:
    """Anywhere within reach, down and right apart from each other."""
    reach = [int(params.reach * side + 0.5) for side in (placing.high, placing.wide)]
    moves = [dice.integers(-far, far, placing.count, endpoint=True) for far in reach]
    placing.compose(offset_B2=np.stack(moves, axis=1).astype(np.float64), exact=True)
