"""Chance that is a function of seed, step and what asks: nothing of it needs to be saved."""

from dataclasses import dataclass

import numpy as np

from trainer.contract.augmentations import AUGMENTATIONS

PLACES = {key: place for place, key in enumerate(AUGMENTATIONS)}
STREAM = 0xA06


@dataclass(frozen=True)
class Draws:
    """The draws of one step (Philox counts instead of remembering; Salmon et al. 2011)."""

    seed: int
    step: int

    def of(self, key: str) -> np.random.Generator:
        """A stream of its own for each augmentation: switching one on changes nothing of the others."""
        return np.random.Generator(
            np.random.Philox(key=[self.seed % 2**63, STREAM], counter=[0, 0, PLACES[key], self.step])
        )
