"""Earlier or later; what leaves at one end is silence at the other."""

from typing import Any

import numpy as np

from trainer.contract.augmentations.sound import SlideParams


def change(sound_N: Any, rate: int, params: SlideParams, dice: np.random.Generator) -> Any:
    """By whole samples within reach."""
    reach = min(int(params.seconds * rate), max(len(sound_N) - 1, 0))
    move = int(dice.integers(-reach, reach, endpoint=True))
    found = np.zeros_like(sound_N)
    if move >= 0:
        found[move:] = sound_N[: len(sound_N) - move]
    else:
        found[:move] = sound_N[-move:]
    return found
