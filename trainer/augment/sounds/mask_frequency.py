"""A band of tones taken out."""

from typing import Any

import numpy as np

from trainer.contract.augmentations.sound import MaskFrequencyParams


def change(sound_N: Any, _rate: int, params: MaskFrequencyParams, dice: np.random.Generator) -> Any:
    """Anywhere, of any width up to the widest; by one transform of the whole clip."""
    tones = np.fft.rfft(sound_N)
    width = int(dice.uniform(0, params.share) * len(tones))
    start = int(dice.integers(0, len(tones) - width, endpoint=True))
    tones[start : start + width] = 0.0
    return np.fft.irfft(tones, len(sound_N)).astype(np.float32)
