"""How cells become numbers: the one preprocessing of training, of prediction and of a downloaded model.

This file stands alone on numpy and the standard library, and is copied as it is beside ``predict.py`` into
every download. It learns nothing: it applies *specs*, plain JSON that ``trainer/prepare.py`` fitted on the
training part.

Specs of table columns (``column`` is the column id, ``name`` what the person calls it)::

    {"kind": "number",   "column": "c1", "name": "Age", "mode": "standard" | "raw", "mean": 29.7, "deviation":
    14.5, "missing": "median" | "nan", "median": 28.0, "flag": true}
    {"kind": "category", "column": "c2", "name": "Sex", "categories": ["male", "female"]}
    {"kind": "datetime", "column": "c3", "name": "Day", "mode": ..., "mean": ..., "deviation": ..., "missing":
    ..., "median": ..., "flag": true}

A number gives one value, and a second, "was missing", with ``flag``. A category gives one value per kept
category and a last one for any other; a missing cell is zero everywhere. A datetime gives days since 2000
(like a number), then sine and cosine of its place in the year, the week and the day.

Spec of a picture: ``{"kind": "image", "column": "c0", "name": "photo", "size": 64}``.
"""

import struct
import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Spec = Mapping[str, Any]
Columns = Mapping[str, npt.NDArray[Any]]

EPOCH = np.datetime64("2000-01-01T00:00:00", "us")
DAY = 86_400_000_000.0
CYCLES = (365.2425, 7.0, 1.0)
SQUASH = 1.25
"""Pictures up to this ratio of sides are squashed to a square (nothing is lost); longer ones are cropped
around their centre."""


def encode_table(
    specs: Sequence[Spec], rows: Sequence[Mapping[str, Any]] | Columns
) -> npt.NDArray[np.float32]:
    """Rows (dicts of cells by column id) or whole columns -> float32 [N, D], in the order of ``specs``.

    A cell that is absent, None, empty or not a number counts as missing.
    """
    columns = rows if isinstance(rows, Mapping) else as_columns(specs, rows)
    count = len(next(iter(columns.values()))) if columns else 0
    out = np.zeros((count, width(specs)), dtype=np.float32)
    at = 0
    for spec in specs:
        block = ENCODERS[spec["kind"]](spec, columns[spec["column"]])
        out[:, at : at + block.shape[1]] = block
        at += block.shape[1]
    return out


def as_columns(specs: Sequence[Spec], rows: Sequence[Mapping[str, Any]]) -> dict[str, npt.NDArray[Any]]:
    """Cells as a form or a CSV gives them -> typed columns: float64, object (text or None),
    datetime64[us]."""
    found: dict[str, npt.NDArray[Any]] = {}
    for spec in specs:
        cells = [row.get(spec["column"]) for row in rows]
        if spec["kind"] == "number":
            found[spec["column"]] = np.array([to_number(c) for c in cells], dtype=np.float64)
        elif spec["kind"] == "datetime":
            found[spec["column"]] = np.array([to_time(c) for c in cells], dtype="datetime64[us]")
        else:
            column = np.empty(len(cells), dtype=object)
            column[:] = [None if c is None or c == "" else str(c) for c in cells]
            found[spec["column"]] = column
    return found


def to_number(cell: Any) -> float:
    """A finite number, or nan for anything else."""
    try:
        value = float(cell)
    except (TypeError, ValueError):
        return float("nan")
    return value if np.isfinite(value) else float("nan")


def to_time(cell: Any) -> np.datetime64:
    """A time from ISO text or a datetime; NaT for anything else."""
    text = str(cell).strip().removesuffix("Z") if cell is not None else ""
    try:
        return np.datetime64(text or "NaT", "us")
    except ValueError:
        return np.datetime64("NaT", "us")


def width(specs: Iterable[Spec]) -> int:
    """How many values a row becomes."""
    return len(feature_names(specs))


def feature_names(specs: Iterable[Spec]) -> list[str]:
    """A name for each value, for people: "Age", "Age missing", "Sex = male"."""
    names: list[str] = []
    for spec in specs:
        name = spec["name"]
        if spec["kind"] == "category":
            names += [f"{name} = {category}" for category in spec["categories"]] + [f"{name} = other"]
            continue
        names.append(name)
        if spec["kind"] == "datetime":
            names += [
                f"{name} {place} of {cycle}"
                for cycle in ("year", "week", "day")
                for place in ("sine", "cosine")
            ]
        if spec.get("flag"):
            names.append(f"{name} missing")
    return names


def encode_number(spec: Spec, values: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """[N] -> [N, 1], or [N, 2] with the mark "was missing"."""
    numbers = np.array(values, dtype=np.float64)
    numbers[~np.isfinite(numbers)] = np.nan
    missing = np.isnan(numbers)
    if spec["missing"] == "median":
        numbers[missing] = spec["median"]
    if spec["mode"] == "standard":
        numbers = (numbers - spec["mean"]) / spec["deviation"]
    return np.stack([numbers, missing], axis=1) if spec.get("flag") else numbers[:, None]


def encode_category(spec: Spec, values: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """[N] -> [N, kept categories + 1]; a missing cell is zero everywhere."""
    kept = {category: place for place, category in enumerate(spec["categories"])}
    other = len(kept)
    places = np.array([-1 if v is None else kept.get(v, other) for v in values.tolist()], dtype=np.int64)
    out = np.zeros((len(places), other + 1))
    known = np.flatnonzero(places >= 0)
    out[known, places[known]] = 1.0
    return out


def encode_datetime(spec: Spec, values: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """[N] -> [N, 7], or [N, 8] with the mark "was missing"."""
    days = to_days(values)
    first = encode_number(spec, days)
    filled = np.where(np.isnan(days), spec["median"], days) if spec["missing"] == "median" else days
    circles = [part(2 * np.pi * filled / cycle) for cycle in CYCLES for part in (np.sin, np.cos)]
    return np.column_stack([first[:, 0], *circles, *first[:, 1:].T])


def to_days(values: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """datetime64 [N] -> days since 2000 as float64, nan where missing."""
    times = values.astype("datetime64[us]")
    days = (times - EPOCH).astype(np.float64) / DAY
    days[np.isnat(times)] = np.nan
    return days


ENCODERS = {"number": encode_number, "category": encode_category, "datetime": encode_datetime}


def encode_image(picture: npt.NDArray[np.uint8], spec: Spec) -> npt.NDArray[np.uint8]:
    """A picture, uint8 [H, W, 3] (or [H, W] grey, or [H, W, 4] whose alpha is dropped) -> uint8 [3, size,
    size].

    Antialiased by a triangle filter, as two products with small matrices of weights.
    """
    if picture.ndim == 2:
        picture = np.repeat(picture[:, :, None], 3, axis=2)
    picture = centre(picture[:, :, :3])
    size = int(spec["size"])
    high, wide = picture.shape[:2]
    if (high, wide) != (size, size):
        rows = triangle(high, size) @ picture.reshape(high, wide * 3).astype(np.float32)
        columns = triangle(wide, size)
        picture = np.einsum("sw,hwc->hsc", columns, rows.reshape(size, wide, 3), optimize=True)
        picture = np.clip(np.floor(picture + 0.5), 0, 255).astype(np.uint8)
    return np.ascontiguousarray(picture.transpose(2, 0, 1))


def centre(picture: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """The middle square of a long picture; others whole."""
    high, wide = picture.shape[:2]
    if max(high, wide) <= SQUASH * min(high, wide):
        return picture
    side = min(high, wide)
    top, left = (high - side) // 2, (wide - side) // 2
    return picture[top : top + side, left : left + side]


def triangle(source: int, target: int) -> npt.NDArray[np.float32]:
    """Weights [target, source] of a triangle filter that is as wide as a target pixel (at least a source
    pixel)."""
    scale = source / target
    support = max(scale, 1.0)
    centres = (np.arange(target) + 0.5) * scale - 0.5
    weights = np.maximum(0.0, 1.0 - np.abs(np.arange(source)[None, :] - centres[:, None]) / support)
    share: npt.NDArray[np.float32] = (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)
    return share


# A PNG without Pillow, so that a download runs on numpy and onnxruntime alone (ISO/IEC 15948).

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
