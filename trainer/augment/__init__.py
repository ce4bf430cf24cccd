"""Training examples changed on purpose, so that what does not matter is not learned by heart.

What is drawn depends on nothing but the seed and the step, so a run that was stopped and resumed sees the same
pictures. The same functions run on numpy for a preview and on torch in the loop (``arrays.py``); only the parameters
and names are known to the app (``trainer.contract.augmentations``).

Legend: B examples of a batch, S side of a picture, C colours, D values of a row, N samples of a sound.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from trainer.augment import jitter
from trainer.augment.arrays import Arrays
from trainer.augment.draws import Draws
from trainer.augment.pictures import blur, erase, grain, light, mirror, rotate, shift, upside_down, zoom
from trainer.augment.pictures.placing import Placing
from trainer.augment.sounds import gain, hiss, mask_frequency, mask_time, slide, speed
from trainer.augment.texts import drop_words, letter_case, swap_words
from trainer.contract.augmentations.table import JitterParams
from trainer.contract.catalog.card import Params

Chosen = Mapping[str, Params]
"""Those that are on, in the order in which they are applied (``read_augmentation``)."""

PLACE = {"mirror": mirror, "upside_down": upside_down, "shift": shift, "rotate": rotate, "zoom": zoom}
"""What moves a picture: all of them together are one pass over its pixels."""
PAINT = {"light": light, "blur": blur, "grain": grain, "erase": erase}
SOUND = {
    "speed": speed,
    "slide": slide,
    "gain": gain,
    "hiss": hiss,
    "mask_time": mask_time,
    "mask_frequency": mask_frequency,
}
TEXT = {"drop_words": drop_words, "swap_words": swap_words, "letter_case": letter_case}


def change_pictures(x_BSSC: Any, chosen: Chosen, draws: Draws, on: Arrays) -> Any:
    """Bytes in; bytes out where pictures are only mirrored and shifted by whole pixels, else float32 in 0..255."""
    count, high, wide = x_BSSC.shape[:3]
    placing = Placing(count, high, wide)
    for key, params in chosen.items():
        if key in PLACE:
            PLACE[key].place(placing, params, draws.of(key))
    x = placing.apply(x_BSSC, on)
    paints = [key for key in chosen if key in PAINT]
    if paints:
        x = on.real(x)
    for key in paints:
        x = PAINT[key].paint(x, chosen[key], draws.of(key), on)
    return on.clip(x, 0.0, 255.0) if paints else x


def change_rows(
    x_BD: Any, numeric_D: npt.NDArray[np.float32], chosen: Chosen, draws: Draws, on: Arrays
) -> Any:
    """Rows as they are encoded; ``numeric_D`` is 1 where a value is a number in deviations, else 0."""
    params = chosen.get("jitter")
    if not isinstance(params, JitterParams):
        return x_BD
    return jitter.change(x_BD, numeric_D, params, draws.of("jitter"), on)


def change_sound(
    sound_N: npt.NDArray[np.float32], rate: int, chosen: Chosen, draws: Draws
) -> npt.NDArray[np.float32]:
    """One clip, -1..1; its length stays."""
    for key, params in chosen.items() if len(sound_N) else ():
        if key in SOUND:
            sound_N = SOUND[key].change(sound_N, rate, params, draws.of(key))
    return np.clip(sound_N, -1.0, 1.0).astype(np.float32)


def change_text(text: str, chosen: Chosen, draws: Draws) -> str:
    """One text."""
    for key, params in chosen.items():
        if key in TEXT:
            text = TEXT[key].change(text, params, draws.of(key))
    return text
