"""Pictures as vectors: what is light and dark, and where edges run."""

import io

import numpy as np
from PIL import Image

from trainer.contract.dataset import VersionFolder
from trainer.features.given import Matrix, Rows, Tell
from trainer.features.media import stream

SIDE = 32
CELL, ANGLES = 4, 9


def pictures(version: VersionFolder, column: str, rows: Rows, tell: Tell) -> Matrix:
    """Small gray picture and histograms of its edges' directions (Dalal and Triggs 2005) of each row: [N, D]."""
    vectors: list[Matrix] = []
    for place, content in enumerate(stream(version.thumbs(column), rows)):
        if content is None:
            vectors.append(np.zeros(64 + (SIDE // CELL) ** 2 * ANGLES, np.float32))
        else:
            picture = gray(content, SIDE)
            shades = picture.reshape(8, 4, 8, 4).mean(axis=(1, 3)).ravel()
            vectors.append(np.concatenate([shades - shades.mean(), edges(picture)]))
        tell("looking at pictures", place + 1, len(rows))
    return np.stack(vectors)


def gray(content: bytes, side: int) -> Matrix:
    """A picture in shades of gray, 0..1 [side, side]."""
    with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as image:
        small = image.convert("L").resize((side, side), Image.Resampling.BOX)
    return np.asarray(small, dtype=np.float32) / 255.0


def edges(picture: Matrix) -> Matrix:
    """Histograms of edge directions in cells of 4 x 4 pixels, each cell and its neighbours evened out."""
    dy, dx = np.gradient(picture)
    strength = np.hypot(dx, dy)
    angle = (np.arctan2(dy, dx) % np.pi) / np.pi * ANGLES
    low = np.floor(angle).astype(int) % ANGLES
    share = angle - np.floor(angle)
    n = len(picture) // CELL
    histogram = np.zeros((n, n, ANGLES), np.float32)
    place = np.arange(len(picture)) // CELL
    rows, columns = np.meshgrid(place, place, indexing="ij")
    np.add.at(histogram, (rows, columns, low), strength * (1 - share))
    np.add.at(histogram, (rows, columns, (low + 1) % ANGLES), strength * share)
    energy = (histogram**2).sum(axis=2)
    padded = np.pad(energy, 1, mode="edge")
    around = sum(padded[a : a + n, b : b + n] for a in range(3) for b in range(3))
    return np.minimum(histogram / np.sqrt(np.asarray(around)[..., None] + 1e-3), 0.4).ravel()
