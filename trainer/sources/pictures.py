"""One picture from strangers' bytes to our own: decoded by an allow-list, turned upright, made small,
written anew.

Nothing of the original file survives but its pixels: no EXIF, no place, no text, no second frame.
"""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from PIL import Image, UnidentifiedImageError

FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF")
MOST_PIXELS = 64_000_000
LONGEST_SIDE = 512
THUMB_SIDE = 128
TWELVE_BITS = 4095
"""What microscopes and cameras put into 16 bits."""
QUALITY = 92
ORIENTATION = 0x0112
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}  # fmt: skip
SIDEWAYS = (
    Image.Transpose.TRANSPOSE, Image.Transpose.ROTATE_270, Image.Transpose.TRANSVERSE, Image.Transpose.ROTATE_90,
)  # fmt: skip
MAGIC = (b"\x89PNG", b"\xff\xd8", b"GIF8", b"BM", b"II*\0", b"MM\0*")
WHAT = {
    b"<svg": "an SVG drawing",
    b"<?xml": "an XML file",
    b"<!do": "a web page",
    b"<htm": "a web page",
    b"%PDF": "a PDF",
    b"MZ": "a Windows program",
    b"\x7fELF": "a program",
    b"8BPS": "a Photoshop file",
    b"%!PS": "a PostScript file",
    b"PK\x03\x04": "an archive",
    b"\x80\x02": "a pickle",
    b"\x80\x04": "a pickle",
}


class Unreadable(ValueError):
    """A picture cannot be read; ``str(error)`` is the reason in plain words."""


@dataclass(frozen=True)
class Picture:
    """A picture in our own bytes, and its preview."""

    data: bytes
    width: int
    height: int
    thumb: bytes
    thumb_width: int
    thumb_height: int
    source_width: int
    source_height: int
    """Its size as it was brought, upright: what boxes and masks were drawn on."""
    turned: bool = False
    """Its file said that the camera was held sideways."""


@contextmanager
def strict_pillow() -> Iterator[None]:
    """Make Pillow's warnings errors while pictures are read. Covers all threads; enter it once, before
    they start.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def is_picture(head: bytes) -> bool:
    """Whether the first 12 bytes or more start like a picture that Skillet may read."""
    return head.startswith(MAGIC) or (head.startswith(b"RIFF") and head[8:12] == b"WEBP")


def what_is(head: bytes) -> str:
    """What bytes that are no picture seem to be."""
    start = head.lstrip()[:8]
    for magic, words in WHAT.items():
        if start.lower().startswith(magic.lower()):
            return words
    return "not a PNG, JPEG, WebP, BMP, GIF or TIFF"


def read_picture(data: bytes) -> Picture:
    """Bytes of a stranger -> our own picture and preview. Raises Unreadable with the reason."""
    if not data:
        raise Unreadable("the file is empty")
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            width, height = image.size
            check_size(width, height)
            photo = image.format in ("JPEG", "MPO")
            image.draft(None, (LONGEST_SIDE, LONGEST_SIDE))
            image.load()
            turn = TURNS.get(
                orientation(image)
            )  # after load: it would load a PNG itself, and hide that it is broken
            plain = as_rgb(image)
    except Unreadable:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Unreadable(f"it says it has more than {MOST_PIXELS // 1_000_000} million pixels") from None
    except UnidentifiedImageError:
        if is_picture(data[:64]):
            raise Unreadable("it is damaged: its start promises no picture that can be") from None
        raise Unreadable(f"it is {what_is(data[:64])}") from None
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - decoders of strangers' bytes raise anything: OSError to struct.error
        raise Unreadable(reason(error)) from None
    if turn is not None:
        plain = plain.transpose(turn)
    turned = turn in SIDEWAYS
    if turned:
        width, height = height, width
    plain.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    thumb = plain.copy()
    thumb.thumbnail((THUMB_SIDE, THUMB_SIDE), Image.Resampling.BICUBIC)
    encoded = encode(plain, "JPEG", quality=QUALITY) if photo else encode(plain, "PNG", compress_level=4)
    preview = encode(thumb, "JPEG", quality=80)
    return Picture(encoded, *plain.size, preview, *thumb.size, width, height, turned)


def check_size(width: int, height: int) -> None:
    """Refuse more than 64 million pixels before any is decoded."""
    if width * height > MOST_PIXELS:
        raise Unreadable(f"{width:,} × {height:,} pixels are more than {MOST_PIXELS // 1_000_000} million")


def orientation(image: Image.Image) -> int:
    """The way a camera was held; 1 where the note is missing or broken."""
    try:
        return int(image.getexif().get(ORIENTATION, 1))
    except Exception:  # noqa: BLE001 - a broken note must not cost the picture, and it breaks in many ways
        return 1


def as_rgb(image: Image.Image) -> Image.Image:
    """Any mode -> RGB: 16 bits scaled, transparency on white. Raises Unreadable for colours that cannot
    be.
    """
    if image.mode.startswith(("I", "F")):
        return from_deep(image)
    if image.mode in ("LA", "PA", "RGBA", "RGBa", "La") or image.has_transparency_data:
        layer = image.convert("RGBA")
        white = Image.new("RGBA", layer.size, (255, 255, 255, 255))
        return Image.alpha_composite(white, layer).convert("RGB")
    if image.mode in ("RGB", "L", "1", "P", "CMYK", "YCbCr", "RGBX", "HSV"):
        return image.convert("RGB") if image.mode != "RGB" else image.copy()
    raise Unreadable(f"its colours ({image.mode}) are of a kind that Skillet does not read; save it as RGB")


def from_deep(image: Image.Image) -> Image.Image:
    """16 or 32 bits a pixel -> 8: 16-bit values (often 12 bits in truth) by their range, so that pictures stay
    comparable; others between their least and greatest.
    """
    values_HW = np.asarray(image, dtype=np.float64)
    low, high = float(values_HW.min()), float(values_HW.max())
    if not np.isfinite([low, high]).all():
        raise Unreadable("some of its pixels are not numbers")
    if image.mode.startswith("I") and low >= 0 and high <= 255:
        scaled_HW = values_HW
    elif image.mode.startswith("I") and low >= 0 and high <= 65_535:
        scaled_HW = values_HW / (257.0 if high > TWELVE_BITS else TWELVE_BITS / 255.0)
    else:
        scaled_HW = (values_HW - low) * (255.0 / (high - low if high > low else 1.0))
    return Image.fromarray(np.round(scaled_HW).astype(np.uint8)).convert("RGB")


def encode(image: Image.Image, form: str, **options: int) -> bytes:
    """The pixels alone, as PNG or JPEG."""
    image.info.clear()
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def reason(error: Exception) -> str:
    """Why decoding failed, in plain words."""
    text = str(error).casefold()
    if "truncated" in text or "not enough" in text or "eof" in text:
        return "it is cut off: the end of the file is missing"
    if "bomb" in text or "decompress" in text or "max_text" in text:
        return "it unpacks to far more than a picture would: it was not opened further"
    if isinstance(error, Warning):
        return "the notes in the file (such as EXIF) are damaged; save the picture again"
    return "it is damaged: the pixels cannot be decoded"
