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

Steps that learn stand in a spec as ``before``, in their order, with what they have learned: ``{"do": "fill", "value":
28.0}``, ``{"do": "clip", "low": 0.0, "high": 93.5}``, ``{"do": "keep", "values": ["S", "C"], "into": "other"}``.

Spec of a picture: ``{"kind": "image", "column": "c0", "name": "photo", "size": 64}``.
"""

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
        block = ENCODERS[spec["kind"]](spec, apply_before(spec, columns[spec["column"]]))
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


def apply_before(spec: Spec, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """What the steps that learn make of the cells of a column."""
    for one in spec.get("before", ()):
        values = BEFORE[one["do"]](values, one)
    return values


def is_missing(values: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Which cells are missing: bool [N]."""
    if values.dtype == object:
        return np.array([cell is None for cell in values.tolist()], dtype=bool)
    found: npt.NDArray[np.bool_] = np.isnat(values) if values.dtype.kind == "M" else ~np.isfinite(values)
    return found


def fill_holes(values: npt.NDArray[Any], fitted: Spec) -> npt.NDArray[Any]:
    """One value where there is none."""
    value = np.datetime64(fitted["value"], "us") if values.dtype.kind == "M" else fitted["value"]
    filled = values.copy()
    filled[is_missing(values)] = value
    return filled


def clip_ends(values: npt.NDArray[Any], fitted: Spec) -> npt.NDArray[Any]:
    """Numbers within bounds; holes stay."""
    clipped: npt.NDArray[Any] = np.clip(values, fitted["low"], fitted["high"])
    return clipped


def keep_frequent(values: npt.NDArray[Any], fitted: Spec) -> npt.NDArray[Any]:
    """All but some categories as one; holes stay."""
    kept, out = frozenset(fitted["values"]), np.empty(len(values), dtype=object)
    out[:] = [cell if cell is None or cell in kept else fitted["into"] for cell in values.tolist()]
    return out


BEFORE = {"fill": fill_holes, "clip": clip_ends, "keep": keep_frequent}


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
