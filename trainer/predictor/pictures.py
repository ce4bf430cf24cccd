"""A picture that a visitor sends, made what the import would have made of it."""

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from trainer.sources.pictures import Unreadable, read_picture


def decode_picture(data: bytes) -> NDArray[np.uint8]:
    """Bytes of a stranger -> uint8 [H, W, 3], by the import's own decoder. Raises ValueError in words."""
    try:
        ours = read_picture(data).data
    except Unreadable as error:
        raise ValueError(
            f"This picture cannot be used: {error}. Send a PNG, JPEG, WebP, BMP, GIF or TIFF."
        ) from None
    with Image.open(io.BytesIO(ours)) as image:
        pixels: NDArray[Any] = np.asarray(image.convert("RGB"))
    return pixels
