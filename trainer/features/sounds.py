"""Sounds as vectors: how loud each band of pitch is at each moment."""

import io
from itertools import pairwise

import numpy as np
import soundfile

from trainer.contract.dataset import VersionFolder
from trainer.features.given import Matrix, Rows, Tell
from trainer.features.media import stream

FRAMES, BANDS = 8, 24
WINDOW = 512


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
