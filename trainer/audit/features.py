"""Rows as vectors that a quick model can judge: cells, words, small pictures, short spectra. Nothing here is kept."""

import io
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import soundfile
from PIL import Image
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

from trainer.audit.job import Look, Rows, Tell
from trainer.columns import read_columns
from trainer.contract.dataset import Column, VersionFolder

Matrix = npt.NDArray[np.float32]
MOST_CATEGORIES = 30
WORDS = 20_000
WORD = r"(?u)\b\w+\b|[£$€!?]"
CHARACTERS = 5_000
SIDE = 32
CELL, ANGLES = 4, 9
FRAMES, BANDS = 8, 24
WINDOW = 512


def cells(look: Look, columns: list[Column], rows: Rows) -> Matrix:
    """Numbers and dates as they are (nan where missing), categories as 0/1 of the most frequent: [N, D]."""
    wanted = [c for c in columns if c.type in ("number", "datetime", "category")]
    read = read_columns(look.version, [c.id for c in wanted], rows)
    parts: list[Matrix] = []
    for column in wanted:
        values = read[column.id]
        if column.type == "number":
            parts.append(values.astype(np.float32)[:, None])
        elif column.type == "datetime":
            seconds = values.astype("datetime64[s]").astype(np.float64)
            parts.append(np.where(np.isnat(values), np.nan, seconds / 86_400).astype(np.float32)[:, None])
        else:
            parts.append(one_hot(values))
    return np.hstack(parts) if parts else np.zeros((len(rows), 0), np.float32)


def one_hot(values: npt.NDArray[Any]) -> Matrix:
    """The most frequent categories, and whether there is none."""
    text = np.array(["\0" if value is None else str(value) for value in values.tolist()])
    names, counts = np.unique(text, return_counts=True)
    kept = names[np.argsort(-counts, kind="stable")[:MOST_CATEGORIES]]
    found: Matrix = (text[:, None] == kept[None, :]).astype(np.float32)
    return found


def words(look: Look, columns: list[Column], rows: Rows) -> sparse.csr_matrix:
    """Words and pairs of words of all text columns, weighed by how rare they are: sparse [N, D]."""
    texts = read_columns(look.version, [c.id for c in columns], rows)
    joined = [
        " \n ".join(str(v)[:CHARACTERS] for v in cells if v) for cells in zip(*texts.values(), strict=True)
    ]
    vectors = TfidfVectorizer(
        lowercase=True,
        ngram_range=(1, 2),
        min_df=2,
        max_features=WORDS,
        sublinear_tf=True,
        token_pattern=WORD,
    )
    try:
        return sparse.csr_matrix(vectors.fit_transform(joined))
    except ValueError:  # no word occurs twice
        return sparse.csr_matrix((len(rows), 0))


def gray(content: bytes, side: int) -> Matrix:
    """A picture in shades of gray, 0..1 [side, side]."""
    with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as image:
        small = image.convert("L").resize((side, side), Image.Resampling.BOX)
    return np.asarray(small, dtype=np.float32) / 255.0


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


def stream(path: Path, rows: Rows) -> Iterator[bytes | None]:
    """The content of rows, one after the other; None where missing."""
    with pa.memory_map(str(path)) as source:
        reader = pa.ipc.open_file(source)
        starts = np.cumsum([0] + [reader.get_batch(i).num_rows for i in range(reader.num_record_batches)])
        at, batch = -1, None
        for row in rows.tolist():
            place = int(np.searchsorted(starts, row, side="right")) - 1
            if place != at:
                at, batch = place, reader.get_batch(place)
            assert batch is not None
            cell = batch.column(0)[row - int(starts[place])]
            yield cell.as_py() if cell.is_valid else None


def sounds(version: VersionFolder, column: str, rows: Rows, tell: Tell) -> Matrix:
    """Loudness in 24 bands of pitch at 8 moments of each sound, in logarithms: [N, D]."""
    vectors = []
    for place, content in enumerate(stream(version.media(column), rows)):
        vectors.append(spectrum(content) if content is not None else np.zeros(FRAMES * BANDS, np.float32))
        tell("listening to sounds", place + 1, len(rows))
    return np.stack(vectors)


def spectrum(content: bytes) -> Matrix:
    """The spectrogram of one sound, coarse."""
    wave, rate = soundfile.read(io.BytesIO(content), dtype="float32")
    if len(wave) < WINDOW * 2:
        wave = np.pad(wave, (0, WINDOW * 2 - len(wave)))
    starts = np.arange(0, len(wave) - WINDOW + 1, max(WINDOW // 2, (len(wave) - WINDOW) // 400 or 1))
    frames = wave[starts[:, None] + np.arange(WINDOW)] * np.hanning(WINDOW).astype(np.float32)
    power = np.abs(np.fft.rfft(frames, axis=1)) ** 2
    bounds = np.geomspace(80, rate / 2, BANDS + 1) / (rate / WINDOW)
    places = np.clip(bounds.astype(int), 1, WINDOW // 2)
    bands = np.stack(
        [power[:, a : max(b, a + 1)].mean(axis=1) for a, b in pairwise(places)],
        axis=1,
    )
    logs = np.log(bands + 1e-8)
    moments = np.array_split(logs, FRAMES) if len(logs) >= FRAMES else [logs] * FRAMES
    return np.concatenate([moment.mean(axis=0) for moment in moments]).astype(np.float32)
