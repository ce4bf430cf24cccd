"""Pictures that are nearly the same: saved again, smaller, brighter, mirrored, or lightly cropped.

Found in two steps. Candidates: an 8 x 8 picture in grays (a perceptual hash that keeps its shades) correlates with
another or its mirror image. Proof: what remains of 32 x 32 grays without their smooth part correlates too, which
pictures of the same kind of thing do not (photos of hands before one wall: at most 0.75; the same photo at half the
size, or as a poor JPEG: at least 0.86).
"""

import io

import numpy as np
import numpy.typing as npt
from PIL import Image

from trainer.contract.dataset import VersionFolder
from trainer.features import SIDE, Rows, Tell, gray, stream

Matrix = npt.NDArray[np.float32]
ALIKE = 0.9
SAME = 0.84
SAME_SMALL = 0.97
"""Of pictures under 24 pixels, which have no detail to tell them apart."""
SMALL = 24
PROMISING = 0.95
MOST_ALIKE = 20
"""Candidates of one picture that are looked at."""
BLOCK = 2_048
CROPS = tuple(
    (left, top, 1 - right, 1 - bottom)
    for left in (0.0, 0.03, 0.06)
    for top in (0.0, 0.03, 0.06)
    for right in (0.0, 0.03, 0.06)
    for bottom in (0.0, 0.03, 0.06)
    if left + top + right + bottom
)
MOST_CROPPED = 1_000
"""Pairs that are compared at every crop."""


def near_pictures(version: VersionFolder, column: str, rows: Rows, tell: Tell) -> npt.NDArray[np.int64]:
    """Pairs of places in ``rows`` whose pictures are nearly the same: [M, 2]."""
    grays, small = read(version, column, rows, tell)
    there = grays.reshape(len(grays), -1).std(axis=1) > 1e-4  # plain surfaces have nothing to compare
    low, mirrored = shades(grays), shades(grays[:, :, ::-1])
    sharp, sharp_mirrored = details(grays), details(grays[:, :, ::-1])
    sure: list[tuple[int, int]] = []
    unsure: list[tuple[float, int, int]] = []
    for start in range(0, len(rows), BLOCK):
        tell("comparing pictures", start, len(rows))
        for one, other, alike in candidates(low, mirrored, there, start):
            same = max(float(sharp[one] @ sharp[other]), float(sharp[one] @ sharp_mirrored[other]))
            if same >= (SAME_SMALL if small[one] or small[other] else SAME):
                sure.append((one, other))
            elif alike >= PROMISING and not (small[one] or small[other]):
                unsure.append((alike, one, other))
    unsure.sort(reverse=True)
    proved = by_crops(version, column, rows, [(a, b) for _, a, b in unsure[:MOST_CROPPED]], sharp, tell)
    return np.array(sure + proved, dtype=np.int64).reshape(-1, 2)


def read(version: VersionFolder, column: str, rows: Rows, tell: Tell) -> tuple[Matrix, npt.NDArray[np.bool_]]:
    """Every picture in 32 x 32 grays, and whether it is tiny itself."""
    grays = np.zeros((len(rows), SIDE, SIDE), np.float32)
    small = np.zeros(len(rows), bool)
    for place, content in enumerate(stream(version.thumbs(column), rows)):
        if content is not None:
            with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as image:
                small[place] = min(image.size) < SMALL
            grays[place] = gray(content, SIDE)
        if place % 64 == 0:
            tell("looking at pictures", place, len(rows))
    return grays, small


def shades(grays_NSS: Matrix) -> Matrix:
    """8 x 8 means, without their own mean, of length 1."""
    n, cell = len(grays_NSS), SIDE // 8
    return unit(grays_NSS.reshape(n, 8, cell, 8, cell).mean(axis=(2, 4)).reshape(n, 64))


def details(grays_NSS: Matrix) -> Matrix:
    """What a blur of 3 x 3 takes away, of length 1."""
    padded = np.pad(grays_NSS, ((0, 0), (1, 1), (1, 1)), mode="edge")
    blurred = np.zeros_like(grays_NSS)
    for down in range(3):
        for right in range(3):
            blurred += padded[:, down : down + SIDE, right : right + SIDE] / 9
    return unit((grays_NSS - blurred).reshape(len(grays_NSS), -1))


def unit(vectors: Matrix) -> Matrix:
    """Each row minus its mean, over its length."""
    centred = vectors - vectors.mean(axis=1, keepdims=True)
    length = np.linalg.norm(centred, axis=1, keepdims=True)
    found: Matrix = (centred / np.maximum(length, 1e-6)).astype(np.float32)
    return found


def candidates(
    low: Matrix, mirrored: Matrix, there: npt.NDArray[np.bool_], start: int
) -> list[tuple[int, int, float]]:
    """Pairs of a block of pictures with later ones that look alike from afar, the likest of each."""
    block = slice(start, start + BLOCK)
    found: list[tuple[int, int, float]] = []
    for other in range(start, len(low), BLOCK):
        others = slice(other, other + BLOCK)
        alike = np.maximum(low[block] @ low[others].T, low[block] @ mirrored[others].T)
        alike[~there[block]] = alike[:, ~there[others]] = 0
        if other == start:
            alike = np.triu(alike, 1)
        a, b = np.nonzero(alike >= ALIKE)
        found += zip((a + start).tolist(), (b + other).tolist(), alike[a, b].tolist(), strict=True)
    found.sort(key=lambda pair: -pair[2])
    taken: dict[int, int] = {}
    kept = []
    for one, second, share in found:
        if taken.get(one, 0) < MOST_ALIKE:
            taken[one] = taken.get(one, 0) + 1
            kept.append((one, second, share))
    return kept


def by_crops(
    version: VersionFolder, column: str, rows: Rows, pairs: list[tuple[int, int]], sharp: Matrix, tell: Tell
) -> list[tuple[int, int]]:
    """Pairs of which one is a part of the other, a few percent of its sides cut off."""
    needed = sorted({place for pair in pairs for place in pair})
    content = dict(zip(needed, stream(version.thumbs(column), rows[needed]), strict=True)) if needed else {}
    cut: dict[int, Matrix] = {}
    proved = []
    for done, (one, other) in enumerate(pairs):
        tell("comparing pictures that may be cropped", done, len(pairs))
        for whole, part in ((one, other), (other, one)):
            if whole not in cut:
                cut[whole] = details(crops(content[whole]))
            if float((cut[whole] @ sharp[part]).max()) >= SAME:
                proved.append((one, other))
                break
    return proved


def crops(content: bytes | None) -> Matrix:
    """A picture with a few percent cut off its sides, in every combination: [C, 32, 32]."""
    assert content is not None  # a missing picture is like no other
    with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as image:
        shaded = image.convert("L")
    width, height = shaded.size
    found = [
        shaded.resize(
            (SIDE, SIDE),
            Image.Resampling.BOX,
            box=(left * width, top * height, right * width, bottom * height),
        )
        for left, top, right, bottom in CROPS
    ]
    return np.stack([np.asarray(one, np.float32) / 255.0 for one in found])
