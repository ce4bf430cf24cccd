"""Values of a column counted in equal bins: the histogram in its header."""

import numpy as np
import numpy.typing as npt

BINS = 20


class Bins:
    """Counts between the least and the greatest value, fed chunk by chunk."""

    def __init__(self, low: float, high: float) -> None:
        self.counts: npt.NDArray[np.int64] = np.zeros(BINS, dtype=np.int64)
        self._low = low
        self._step = (high - low) / BINS

    def add(self, values: npt.NDArray[np.float64]) -> None:
        """Feed values, in as few passes as there can be. The greatest value belongs to the last bin."""
        if self._step <= 0:
            self.counts[0] += len(values)
            return
        away = values - self._low
        away /= self._step
        places = away.astype(np.intp)
        np.minimum(places, BINS - 1, out=places)
        self.counts += np.bincount(places, minlength=BINS)
