"""Sound as a picture of itself: how loud each band of pitch is at each moment, as ears hear it.

Bands are spaced by the mel scale (Stevens, Volkmann and Newman 1937, in O'Shaughnessy's formula); loudness is a
logarithm, as in decibels.
"""

import numpy as np
from numpy.typing import NDArray

BANDS = 64
WINDOW = 0.025
HOP = 0.010
"""Seconds."""
FLOOR = 1e-10


def log_mel(samples: NDArray[np.float32], rate: int, bands: int = BANDS) -> NDArray[np.float32]:
    """Samples [N] in -1..1 -> float32 [bands, frames], decibels below the loudest possible. Low bands come first."""
    size, hop = max(16, round(rate * WINDOW)), max(8, round(rate * HOP))
    padded = np.pad(samples.astype(np.float32), (0, max(0, size - len(samples))))
    frames = np.lib.stride_tricks.sliding_window_view(padded, size)[::hop]
    length = 1 << (size - 1).bit_length()
    power = np.abs(np.fft.rfft(frames * np.hanning(size).astype(np.float32), length)) ** 2
    heard = mel_weights(rate, length, bands) @ power.T
    decibels: NDArray[np.float32] = (10 * np.log10(np.maximum(heard, FLOOR))).astype(np.float32)
    return decibels


def mel_weights(rate: int, length: int, bands: int) -> NDArray[np.float64]:
    """Triangles [bands, length / 2 + 1] over the frequencies of a transform, each as wide as its neighbours' centres.

    A band that lies between two frequencies takes the nearest one, so that none is always silent.
    """
    frequencies = np.fft.rfftfreq(length, 1 / rate)
    edges = to_hertz(np.linspace(0.0, to_mel(rate / 2), bands + 2))
    low, centre, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    rising, falling = (frequencies - low) / (centre - low), (high - frequencies) / (high - centre)
    weights: NDArray[np.float64] = np.maximum(0.0, np.minimum(rising, falling))
    for band in np.flatnonzero(weights.sum(axis=1) == 0):
        weights[band, np.argmin(np.abs(frequencies - edges[band + 1]))] = 1.0
    return weights


def to_mel(hertz: float) -> float:
    """Pitch of a frequency."""
    return float(2595 * np.log10(1 + hertz / 700))


def to_hertz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    """Frequency of a pitch."""
    found: NDArray[np.float64] = 700 * (10 ** (mel / 2595) - 1)
    return found
