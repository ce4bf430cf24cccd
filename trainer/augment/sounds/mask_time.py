"""A moment of silence."""

from typing import Any

import numpy as np

from trainer.contract.augmentations.sound import MaskTimeParams


def change(sound_N: Any, _rate: int, params: MaskTimeParams, dice: np.random.Generator) -> Any:
    """Anywhere, of any length up to the longest."""
    length = int(dice.uniform(0, params.share) * len(sound_N))
    start = int(dice.integers(0, len(sound_N) - length, endpoint=True))
    found = np.array(sound_N)
    found[start : start + length] = 0.0
    return found
