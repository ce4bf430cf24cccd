"""What a cell becomes: the tensor that a network is given, by the encoders of training, with a picture of it.

The app sends a column's type and name, a cell (or ``bytes`` of our own re-encoded file, in base64), and what is known
of the column (``spec``, as ``trainer.columns.encode`` has it). It gets the shape, the kind of numbers, the first values
with their names, and ``planes``: the tensor as pictures of one byte a value, for the eye.
"""

import base64
import io
import json
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray
from PIL import Image

from trainer.columns.encode import encode_image, encode_table, feature_names
from trainer.columns.mel import log_mel

SHOWN = 64
"""Values that are sent; the picture shows all."""
SECONDS = 20
"""Of a sound; a longer one is shown by its beginning."""
Asked = Mapping[str, Any]


def show_tensor(asked: Asked) -> dict[str, Any]:
    """The tensor of one cell. Raises ValueError in words for what cannot be shown."""
    shower = SHOWERS.get(str(asked.get("type")))
    if shower is None:
        raise ValueError("A column of this type does not become a tensor.")
    return shower(asked)


def of_table(asked: Asked) -> dict[str, Any]:
    """A number, a category or a date, by the one preprocessing there is."""
    spec = asked["spec"]
    x = encode_table([spec], [{spec["column"]: asked.get("cell")}])[0]
    return described(x, feature_names([spec]))


def of_picture(asked: Asked) -> dict[str, Any]:
    """uint8 [3, size, size]."""
    with Image.open(io.BytesIO(content(asked))) as picture:
        x = encode_image(np.asarray(picture.convert("RGB")), asked["spec"])
    return described(x, [], planes=x, plane_names=["red", "green", "blue"])


def of_mask(asked: Asked) -> dict[str, Any]:
    """The number of a class for each pixel, int64 [size, size]."""
    size = int(asked["spec"]["size"])
    with Image.open(io.BytesIO(content(asked))) as mask:
        x = np.asarray(mask.resize((size, size), Image.Resampling.NEAREST)).astype(np.int64)
    return described(x, [], planes=to_bytes(x)[None], plane_names=["classes"])


def of_sound(asked: Asked) -> dict[str, Any]:
    """Loudness by pitch and time, float32 [bands, frames]."""
    with soundfile.SoundFile(io.BytesIO(content(asked))) as sound:
        samples = sound.read(sound.samplerate * SECONDS, dtype="float32")
        rate = sound.samplerate
    x = log_mel(samples, rate)
    return described(x, [], planes=to_bytes(x[::-1])[None], plane_names=["log-mel spectrogram"])


def of_text(asked: Asked) -> dict[str, Any]:
    """The bytes of a text: the vocabulary that needs no learning."""
    text = str(asked.get("cell") or "")
    x = np.frombuffer(text.encode("utf-8"), dtype=np.uint8)
    names = [chr(byte) if 32 <= byte < 127 else f"\\x{byte:02x}" for byte in x[:SHOWN].tolist()]
    return described(x, names)


def of_tags(asked: Asked) -> dict[str, Any]:
    """One value a label: 1 where the row has it."""
    labels = [str(label) for label in asked["spec"]["categories"]]
    found = set(json.loads(asked["cell"])) if asked.get("cell") else set()
    return described(np.array([label in found for label in labels], dtype=np.float32), labels)


def of_boxes(asked: Asked) -> dict[str, Any]:
    """A box a line: class, x, y, width, height; float32 [boxes, 5]."""
    labels = {str(label): n for n, label in enumerate(asked["spec"]["categories"])}
    boxes = json.loads(asked["cell"]) if asked.get("cell") else []
    lines = [[labels.get(str(b["label"]), -1), b["x"], b["y"], b["w"], b["h"]] for b in boxes]
    x = np.array(lines, dtype=np.float32).reshape(-1, 5)
    names = [f"{part} {n + 1}" for n in range(len(x)) for part in ("class", "x", "y", "width", "height")]
    return described(x, names)


SHOWERS: dict[str, Callable[[Asked], dict[str, Any]]] = {
    "number": of_table, "category": of_table, "datetime": of_table, "image": of_picture, "mask": of_mask,
    "audio": of_sound, "text": of_text, "tags": of_tags, "boxes": of_boxes,
}  # fmt: skip


def described(
    x: NDArray[Any],
    names: list[str],
    planes: NDArray[np.uint8] | None = None,
    plane_names: list[str] | None = None,
) -> dict[str, Any]:
    """Shape, kind, extent and first values of a tensor, and its picture."""
    first = x.reshape(-1)[:SHOWN]
    values = [None if not np.isfinite(value) else round(float(value), 6) for value in first]
    told: dict[str, Any] = {
        "shape": list(x.shape),
        "dtype": str(x.dtype),
        "values": values,
        "names": names[:SHOWN],
    }
    if x.size and np.isfinite(x).any():
        told |= {"low": float(np.nanmin(x)), "high": float(np.nanmax(x)), "mean": float(np.nanmean(x))}
    if planes is not None:
        packed = base64.b64encode(np.ascontiguousarray(planes).tobytes()).decode()
        told |= {"planes": packed, "plane_shape": list(planes.shape), "plane_names": plane_names or []}
    return told


def to_bytes(x: NDArray[Any]) -> NDArray[np.uint8]:
    """From the smallest value to the largest: 0 to 255."""
    low, high = float(x.min()), float(x.max())
    stretched: NDArray[np.uint8] = ((x - low) * (255 / ((high - low) or 1.0))).astype(np.uint8)
    return stretched


def content(asked: Asked) -> bytes:
    """The bytes of a file of ours."""
    return base64.b64decode(asked["bytes"], validate=True)
