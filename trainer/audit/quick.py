"""Rows as vectors, as cheaply as that goes: cells, words, tiny pictures, coarse spectra."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
import soundfile
from PIL import Image
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

from trainer.contract.dataset import Column, Schema, VersionFolder

Matrix = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]
SIDE = 16
COLOURS = 4
BANDS, WINDOW = 24, 512
MOST_CATEGORIES = 30
WORDS = 5_000
SKIPPED = ("id", "constant", "part")


def quick_features(version: VersionFolder, schema: Schema, but: str | None, rows: Rows) -> Any:
    """What the columns say of these rows, each feature of mean 0 and deviation 1; words stay shares: [N, D], sparse
    where there are texts. ``but``: the column of the labels.
    """
    columns = [c for c in schema.columns if c.id != but and c.role not in SKIPPED]
    table = pq.read_table(version.table, columns=[c.id for c in columns if c.type in PLAIN])
    parts: list[Matrix] = []
    words: list[Any] = []
    for column in columns:
        if column.type == "image":
            parts.append(np.stack([picture(data) for data in contents(version.thumbs(column.id), rows)]))
        elif column.type == "audio":
            parts.append(np.stack([sound(data) for data in contents(version.media(column.id), rows)]))
        elif column.type == "text":
            texts = [text or "" for text in table[column.id].take(rows).to_pylist()]
            words.append(weigh(texts))
        elif column.type in PLAIN:
            parts.append(cells(column, table[column.id].take(rows).to_pylist()))
    dense = scaled(np.hstack(parts)) if parts else np.zeros((len(rows), 1))
    return sparse.hstack([sparse.csr_matrix(dense), *words]).tocsr() if words else dense


PLAIN = ("number", "datetime", "category", "text")


def cells(column: Column, values: list[Any]) -> Matrix:
    """Numbers, and the most frequent categories as 0 and 1."""
    if column.type == "category":
        names = (column.categories or [])[:MOST_CATEGORIES]
        return np.array([[float(value == name) for name in names] for value in values]).reshape(
            len(values), -1
        )
    if column.type == "datetime":
        values = [None if value is None else value.timestamp() for value in values]
    found = np.array([np.nan if value is None else value for value in values], dtype=np.float64)
    middle = np.nanmedian(found) if np.isfinite(found).any() else 0.0
    return np.where(np.isfinite(found), found, middle)[:, None]


def weigh(texts: list[str]) -> Any:
    """Words and pairs of words, weighed by how rare they are."""
    try:
        return TfidfVectorizer(max_features=WORDS, ngram_range=(1, 2), sublinear_tf=True).fit_transform(texts)
    except ValueError:  # not a single word
        return sparse.csr_matrix((len(texts), 1))


def contents(path: Path, rows: Rows) -> list[bytes | None]:
    """The files of these rows."""
    with pa.memory_map(str(path)) as mapped:
        found: list[bytes | None] = pa.ipc.open_file(mapped).read_all()["bytes"].take(rows).to_pylist()
    return found


def picture(data: bytes | None) -> Matrix:
    """A tiny grey picture, and a tinier one in colour."""
    if data is None:
        return np.zeros(SIDE * SIDE + COLOURS * COLOURS * 3)
    with Image.open(io.BytesIO(data)) as image:
        plain = image.convert("RGB")
    grey = np.asarray(plain.convert("L").resize((SIDE, SIDE), Image.Resampling.BOX), dtype=np.float64)
    colour = np.asarray(plain.resize((COLOURS, COLOURS), Image.Resampling.BOX), dtype=np.float64)
    return np.concatenate([grey.ravel(), colour.ravel()])


def sound(data: bytes | None) -> Matrix:
    """Mean and deviation over time of the loudness in bands that grow wider upwards."""
    if data is None:
        return np.zeros(2 * BANDS)
    heard, _rate = soundfile.read(io.BytesIO(data), dtype="float64")
    heard = np.pad(heard, (0, max(0, 2 * WINDOW - len(heard))))
    frames_TW = np.lib.stride_tricks.sliding_window_view(heard, WINDOW)[:: WINDOW // 2] * np.hanning(WINDOW)
    power_TF = np.abs(np.fft.rfft(frames_TW, axis=1)) ** 2
    edges = np.unique(np.geomspace(1, power_TF.shape[1], BANDS + 1).astype(int))
    bands_TB = np.log10(np.add.reduceat(power_TF, edges[:-1], axis=1) + 1e-8)
    found = np.zeros(2 * BANDS)
    found[: bands_TB.shape[1]] = bands_TB.mean(axis=0)
    found[BANDS : BANDS + bands_TB.shape[1]] = bands_TB.std(axis=0)
    return found


def scaled(x_ND: Matrix) -> Matrix:
    """Mean 0, deviation 1; together as long as one feature, so that many pixels do not outweigh a word."""
    deviation_D = x_ND.std(axis=0)
    found: Matrix = (x_ND - x_ND.mean(axis=0)) / np.where(deviation_D > 1e-9, deviation_D, 1.0)
    return found
