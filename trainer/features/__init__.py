"""Rows as vectors that a quick model can judge: cells, words, small pictures, short spectra. Nothing here is kept.

Whoever looks at rows before anything is trained shares it: the deeper look, the map, and what to label next.
"""

from trainer.features.cells import cells, standard
from trainer.features.given import Matrix, Rows, Tell
from trainer.features.media import stream
from trainer.features.pictures import SIDE, gray, pictures
from trainer.features.sounds import sounds
from trainer.features.texts import words

__all__ = [
    "SIDE", "Matrix", "Rows", "Tell", "cells", "gray", "pictures", "sounds", "standard", "stream", "words",
]  # fmt: skip
