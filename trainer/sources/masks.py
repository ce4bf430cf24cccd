"""One mask from strangers' bytes to our own: each pixel the number of its class, in the size of its picture.

Masks come as palette, grey or coloured pictures. The classes of a whole column are found first (``mask_values`` of
each file), so that a number means the same in every row.
"""

import io
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, UnidentifiedImageError

from trainer.sources.pictures import THUMB_SIDE, Unreadable, check_size, encode, reason, what_is

FORMATS = ("PNG", "BMP", "GIF", "TIFF", "WEBP")
MOST_CLASSES = 256
COLOUR = 1 << 24
"""Colours are told from numbers by this bit: a palette's index is below it, and grey in whatever picture."""
ROWS = 1 << 20
"""Pixels whose values are collected at a time."""
CLASS_COLOURS = (
    0x30343A, 0xE69F00, 0x56B4E9, 0x009E73, 0xF0E442, 0x0072B2, 0xD55E00, 0xCC79A7, 0x999999, 0x7A5195,
)  # fmt: skip
"""Previews: class 0 dark, then the colours of Okabe and Ito, again and again."""

Values = npt.NDArray[np.integer]


@dataclass(frozen=True)
class Mask:
    """A mask in our own bytes, an 8-bit PNG of class numbers, and its preview in colours."""

    data: bytes
    width: int
    height: int
    thumb: bytes
    thumb_width: int
    thumb_height: int


def mask_values(data: bytes) -> frozenset[int]:
    """The values that a mask has. Raises Unreadable for what is no mask."""
    values_N = open_values(data).reshape(-1)
    found: set[int] = set()
    for start in range(0, len(values_N), ROWS):
        found |= set(np.unique(values_N[start : start + ROWS]).tolist())
        if len(found) > MOST_CLASSES:
            raise Unreadable(
                f"it has more than {MOST_CLASSES} colours: a mask has one colour, or one number, for each class"
            )
    return frozenset(found)


def class_names(values: Iterable[int]) -> list[str]:
    """What classes are called whose masks say no more than numbers and colours, in their order."""
    return [f"#{value - COLOUR:06x}" if value >= COLOUR else str(value) for value in sorted(values)]


def read_mask(data: bytes, values: list[int], source: tuple[int, int], size: tuple[int, int]) -> Mask:
    """The mask of a picture that came in ``source`` pixels and is kept in ``size``; class n is ``values[n]``.

    Raises Unreadable where it is of another size than its picture.
    """
    values_HW = open_values(data)
    height, width = values_HW.shape
    if (width, height) != source:
        raise Unreadable(
            f"its mask has {width:,} × {height:,} pixels, the picture {source[0]:,} × {source[1]:,}"
        )
    numbers = Image.fromarray(as_numbers(values_HW, np.asarray(values)))
    if size != source:
        numbers = numbers.resize(size, Image.Resampling.NEAREST)
    thumb = numbers.copy()
    thumb.thumbnail((THUMB_SIDE, THUMB_SIDE), Image.Resampling.NEAREST)
    thumb.putpalette([c for n in range(256) for c in CLASS_COLOURS[n % len(CLASS_COLOURS)].to_bytes(3)])
    preview = encode(thumb, "PNG", compress_level=6)
    return Mask(encode(numbers, "PNG", compress_level=6), *numbers.size, preview, *thumb.size)


def as_numbers(values_HW: Values, values: Values) -> npt.NDArray[np.uint8]:
    """The place of each pixel's value among ``values``."""
    if values_HW.dtype == np.uint8:
        places = np.searchsorted(values, np.arange(256)).clip(0, MOST_CLASSES - 1).astype(np.uint8)
        return places[values_HW]
    return np.searchsorted(values, values_HW).astype(np.uint8)


def open_values(data: bytes) -> Values:
    """The value of each pixel [H, W]: palette index, shade of grey, or colour above ``COLOUR``."""
    if data.startswith(b"\xff\xd8"):
        raise Unreadable("it is a JPEG, which blurs the numbers of a mask; save masks as PNG")
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            check_size(*image.size)
            image.load()
            return as_values(image)
    except Unreadable:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Unreadable("it says it has more pixels than Skillet reads") from None
    except UnidentifiedImageError:
        raise Unreadable(f"it is {what_is(data[:64])}") from None
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - decoders of strangers' bytes raise anything: OSError to struct.error
        raise Unreadable(reason(error)) from None


def as_values(image: Image.Image) -> Values:
    """Pixels as whole numbers: uint8 where they fit, else int32."""
    if image.mode in ("P", "L"):
        return np.asarray(image)
    if image.mode == "1":
        return np.asarray(image).astype(np.uint8)
    if image.mode.startswith("I"):
        return np.asarray(image).astype(np.int32)
    if image.mode in ("LA", "PA"):
        return np.ascontiguousarray(np.asarray(image)[..., 0])
    colours_HWC = np.asarray(image.convert("RGB"))
    red, green, blue = colours_HWC[..., 0], colours_HWC[..., 1], colours_HWC[..., 2]
    if np.array_equal(red, green) and np.array_equal(green, blue):
        return np.ascontiguousarray(red)
    packed_HW = red.astype(np.int32)
    for channel in (green, blue):
        packed_HW = (packed_HW << 8) + channel
    return np.where((red == green) & (green == blue), red, packed_HW + COLOUR)
