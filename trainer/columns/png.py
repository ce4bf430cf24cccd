"""A PNG without Pillow (ISO/IEC 15948), so that a download runs on numpy and onnxruntime alone.

This file stands alone on numpy and the standard library, and is copied as it is into every download.
"""

import struct
import zlib

import numpy as np
import numpy.typing as npt

CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


def decode_png(data: bytes) -> npt.NDArray[np.uint8]:
    """The bytes of a PNG -> uint8 [H, W, 3]; transparent parts lie on white, as in the import.

    Raises ValueError in words.
    """
    if data[:8] != b"\x89PNG\r\n\x1a\n":
        raise ValueError("This file is not a PNG picture. Save the picture as PNG and try again.")
    header, palette, clear, packed = b"", b"", b"", b""
    at = 8
    while at + 8 <= len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        body = data[at + 8 : at + 8 + length]
        header, palette = (
            (body, palette) if kind == b"IHDR" else (header, body if kind == b"PLTE" else palette)
        )
        clear = body if kind == b"tRNS" else clear
        packed += body if kind == b"IDAT" else b""
        at += 12 + length
    if len(header) != 13 or not packed:
        raise ValueError("This PNG picture is cut short: its header or its pixels are missing.")
    wide, high, depth, colour, _, _, interlace = struct.unpack(">IIBBBBB", header)
    if (
        interlace
        or colour not in CHANNELS
        or depth not in (1, 2, 4, 8, 16)
        or not 0 < wide * high <= 64_000_000
    ):
        raise ValueError(
            "This kind of PNG (interlaced, or over 64 million pixels) is not read here. Save it plainly."
        )
    channels = CHANNELS[colour]
    line = (wide * channels * depth + 7) // 8
    try:
        raw = zlib.decompressobj().decompress(packed, high * (line + 1))
    except zlib.error as error:
        raise ValueError("The pixels of this PNG picture are damaged.") from error
    if len(raw) < high * (line + 1):
        raise ValueError("This PNG picture is cut short: some of its pixels are missing.")
    lines = unfilter(raw, high, line, max(1, channels * depth // 8))
    pixels = unpack(lines, wide, channels, depth)
    if colour == 3:
        table = np.frombuffer(palette[: len(palette) // 3 * 3], dtype=np.uint8).reshape(-1, 3)
        if pixels.max() >= len(table):
            raise ValueError("This PNG picture names a colour that its palette does not hold.")
        alpha = np.full(len(table), 255, dtype=np.uint8)
        alpha[: len(clear)] = np.frombuffer(clear[: len(table)], dtype=np.uint8)
        return on_white(np.column_stack([table, alpha])[pixels[:, :, 0]])
    if depth < 8:
        pixels = (pixels.astype(np.uint16) * 255 // (2**depth - 1)).astype(np.uint8)
    return on_white(pixels)


def on_white(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Grey or colours, uint8 [H, W, 1..4] with opacity as the second or fourth -> uint8 [H, W, 3]."""
    if pixels.shape[2] in (2, 4):
        opacity = pixels[:, :, -1:].astype(np.uint32)
        pixels = ((pixels[:, :, :-1] * opacity + 255 * (255 - opacity) + 127) // 255).astype(np.uint8)
    return np.repeat(pixels, 3, axis=2) if pixels.shape[2] == 1 else pixels


def unfilter(raw: bytes, high: int, line: int, step: int) -> npt.NDArray[np.uint8]:
    """Undo the filter of each line: uint8 [H, bytes of a line]."""
    out = np.zeros((high, line), dtype=np.uint8)
    above = np.zeros(line, dtype=np.uint8)
    for y in range(high):
        start = y * (line + 1)
        kind = raw[start]
        now = np.frombuffer(raw, dtype=np.uint8, count=line, offset=start + 1)
        if kind == 0:
            above = now
        elif kind == 1:
            above = add_left(now, step)
        elif kind == 2:
            above = now + above
        elif kind in (3, 4):
            above = add_average_or_paeth(now.tolist(), above.tolist(), step, average=kind == 3)
        else:
            raise ValueError(f"The pixels of this PNG picture are damaged: line {y + 1} has filter {kind}.")
        out[y] = above
    return out


def add_left(now: npt.NDArray[np.uint8], step: int) -> npt.NDArray[np.uint8]:
    """Each byte was stored as the difference to the byte ``step`` before."""
    padded = np.zeros(-(-len(now) // step) * step, dtype=np.uint8)
    padded[: len(now)] = now
    return np.cumsum(padded.reshape(-1, step), axis=0, dtype=np.uint8).reshape(-1)[: len(now)]


def add_average_or_paeth(
    now: list[int], above: list[int], step: int, *, average: bool
) -> npt.NDArray[np.uint8]:
    """Each byte was stored as the difference to the mean, or to the Paeth predictor, of its neighbours."""
    for i, value in enumerate(now):
        left = now[i - step] if i >= step else 0
        up = above[i]
        if average:
            now[i] = (value + ((left + up) >> 1)) & 255
            continue
        corner = above[i - step] if i >= step else 0
        to_left, to_up, to_corner = abs(up - corner), abs(left - corner), abs(left + up - 2 * corner)
        nearest = left if to_left <= to_up and to_left <= to_corner else up if to_up <= to_corner else corner
        now[i] = (value + nearest) & 255
    return np.array(now, dtype=np.uint8)


def unpack(lines: npt.NDArray[np.uint8], wide: int, channels: int, depth: int) -> npt.NDArray[np.uint8]:
    """Bytes of lines -> samples, uint8 [H, W, channels]; of 16 bits the upper eight are kept."""
    high = len(lines)
    if depth == 16:
        lines = lines[:, ::2]
    elif depth < 8:
        bits = np.unpackbits(lines, axis=1).reshape(high, -1, depth)
        weights = (1 << np.arange(depth - 1, -1, -1)).astype(np.uint8)
        lines = (bits * weights).sum(axis=2, dtype=np.uint8)
    return lines[:, : wide * channels].reshape(high, wide, channels)
