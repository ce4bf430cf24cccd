"""Faster and higher, or slower and deeper, as a record does."""

from typing import Any

import numpy as np

from trainer.contract.augmentations.sound import SpeedParams


def change(sound_N: Any, _rate: int, params: SpeedParams, dice: np.random.Generator) -> Any:
    """Read at another pace, between samples by straight lines; silence where it ends early."""
    reach = np.log1p(params.amount)
    places = np.arange(len(sound_N)) * np.exp(dice.uniform(-reach, reach))
    if not len(sound_N):
        return sound_N
    return np.interp(places, np.arange(len(sound_N)), sound_N, right=0.0).astype(np.float32)
