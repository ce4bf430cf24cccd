"""Neighbours exchanged."""

import numpy as np

from trainer.contract.augmentations.text import SwapWordsParams


def change(text: str, params: SwapWordsParams, dice: np.random.Generator) -> str:
    """Each word with the same chance changes places with the next one, from the first to the last."""
    words = text.split(" ")
    for place in np.flatnonzero(dice.random(max(len(words) - 1, 0)) < params.share).tolist():
        words[place], words[place + 1] = words[place + 1], words[place]
    return " ".join(words)
