"""Louder or softer."""

from typing import Any

import numpy as np

from trainer.contract.augmentations.sound import GainParams


def change(sound_N: Any, _rate: int, params: GainParams, dice: np.random.Generator) -> Any:
    """By any number of decibels within the range; it never clips."""
    factor = 10 ** (dice.uniform(-params.decibels, params.decibels) / 20)
    peak = float(np.abs(sound_N).max(initial=0.0))
    return sound_N * np.float32(min(factor, 1 / peak) if peak else factor)
