"""Written large or small."""

import numpy as np

from trainer.contract.augmentations.text import LetterCaseParams


def change(text: str, params: LetterCaseParams, dice: np.random.Generator) -> str:
    """Some texts all small, as many all capital."""
    if dice.random() >= params.share:
        return text
    return text.lower() if dice.random() < 0.5 else text.upper()
