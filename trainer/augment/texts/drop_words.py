"""Words left out."""

import numpy as np

from trainer.contract.augmentations.text import DropWordsParams


def change(text: str, params: DropWordsParams, dice: np.random.Generator) -> str:
    """Each with the same chance; one at least stays."""
    words = text.split(" ")
    kept = [
        word for word, gone in zip(words, dice.random(len(words)) < params.share, strict=True) if not gone
    ]
    return " ".join(kept or [words[int(dice.integers(len(words)))]])
