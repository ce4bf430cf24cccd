"""What training will see of an example: the same functions as in the loop, on numpy.

A request is ``{"preview": {"kind", "changes", "seed", "draw", ...}}``; draw 0 is the example as it is encoded, without
any change. Kinds and what they answer with:

- ``picture``: ``image`` (base64), ``size`` -> ``{"png": base64}``
- ``sound``: ``sound`` (base64 of our own FLAC) -> ``{"wav": base64}``
- ``text``: ``text`` -> ``{"text"}``
- ``numbers``: ``numbers``, ``deviations`` -> ``{"numbers"}``
"""

import base64
import io
from collections.abc import Callable
from typing import Any

import numpy as np
import soundfile
from PIL import Image

from trainer.augment import change_pictures, change_rows, change_sound, change_text
from trainer.augment.arrays import NumpyArrays
from trainer.augment.draws import Draws
from trainer.columns.encode import encode_image
from trainer.contract.augmentations import read_augmentation
from trainer.contract.recipe import Augmentation
from trainer.predictor.pictures import decode_picture

LARGEST = 256
"""Side of a picture that is asked for."""


def preview(request: dict[str, Any]) -> dict[str, Any]:
    """The changed example. Raises ValueError in words."""
    kind, draw = request.get("kind"), request.get("draw", 0)
    if kind not in KINDS or not isinstance(draw, int) or not 0 <= draw < 2**31:
        raise ValueError("A preview has a ‘kind’ (picture, sound, text or numbers) and a ‘draw’ from 0.")
    show, needs = KINDS[kind]
    lacking = [name for name, type_ in needs.items() if not isinstance(request.get(name), type_)]
    if lacking:
        raise ValueError(f"A preview of the kind ‘{kind}’ needs ‘{lacking[0]}’.")
    changes = request.get("changes", {}) if draw else {}
    chosen = read_augmentation(Augmentation(changes=changes))
    return show(request, chosen, Draws(int(request.get("seed", 0)), draw))


def preview_picture(request: dict[str, Any], chosen: Any, draws: Draws) -> dict[str, Any]:
    """At the size of training."""
    size = min(max(int(request["size"]), 8), LARGEST)
    x_CSS = encode_image(decode_picture(base64.b64decode(request["image"])), {"size": size})
    x_BSSC = change_pictures(x_CSS.transpose(1, 2, 0)[None], chosen, draws, NumpyArrays())
    pixels = np.clip(np.floor(np.asarray(x_BSSC[0], dtype=np.float32) + 0.5), 0, 255).astype(np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return {"png": base64.b64encode(out.getvalue()).decode()}


def preview_sound(request: dict[str, Any], chosen: Any, draws: Draws) -> dict[str, Any]:
    """At its own rate, as WAV of 16 bits."""
    sound, rate = soundfile.read(
        io.BytesIO(base64.b64decode(request["sound"])), dtype="float32", always_2d=True
    )
    out = io.BytesIO()
    soundfile.write(
        out, change_sound(sound.mean(axis=1), rate, chosen, draws), rate, format="WAV", subtype="PCM_16"
    )
    return {"wav": base64.b64encode(out.getvalue()).decode()}


def preview_text(request: dict[str, Any], chosen: Any, draws: Draws) -> dict[str, Any]:
    """As it is written."""
    return {"text": change_text(str(request["text"]), chosen, draws)}


def preview_numbers(request: dict[str, Any], chosen: Any, draws: Draws) -> dict[str, Any]:
    """One row, in the person's units; numbers that are missing stay so."""
    deviations = np.array(request["deviations"], dtype=np.float64)
    numbers = np.array([np.nan if n is None else n for n in request["numbers"]], dtype=np.float64)
    x_BD = np.zeros((1, len(numbers)), dtype=np.float32)
    moved = change_rows(x_BD, np.ones(len(numbers), np.float32), chosen, draws, NumpyArrays())[0]
    found = numbers + moved * deviations
    return {"numbers": [None if np.isnan(n) else float(n) for n in found]}


KINDS: dict[str, tuple[Callable[[dict[str, Any], Any, Draws], dict[str, Any]], dict[str, type]]] = {
    "picture": (preview_picture, {"image": str, "size": int}),
    "sound": (preview_sound, {"sound": str}),
    "text": (preview_text, {"text": str}),
    "numbers": (preview_numbers, {"numbers": list, "deviations": list}),
}
"""How each kind is shown, and the fields that it needs."""
