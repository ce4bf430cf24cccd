"""Noise in the background."""

from typing import Any

import numpy as np

from trainer.contract.augmentations.sound import HissParams

SOFTER = 20.0
"""Decibels by which it may be softer still."""


def change(sound_N: Any, _rate: int, params: HissParams, dice: np.random.Generator) -> Any:
    """White noise, so much below the sound's own power, or softer."""
    power = float(np.sqrt(np.mean(np.square(sound_N, dtype=np.float64)))) if len(sound_N) else 0.0
    below = params.below + dice.uniform(0, SOFTER)
    noise = dice.standard_normal(len(sound_N), dtype=np.float32)
    return sound_N + noise * np.float32(power * 10 ** (-below / 20))
