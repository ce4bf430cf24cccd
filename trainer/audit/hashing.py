"""Numbers spread over 64 bits, and several columns of them joined into one."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Keys = npt.NDArray[np.uint64]


def mix(values: Keys) -> Keys:
    """Spread numbers over all 64 bits (the finalizer of SplitMix64)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: Keys = values ^ (values >> np.uint64(31))
    return mixed


def combine(columns: Sequence[npt.NDArray[np.int64]], n: int) -> Keys:
    """One key a row, the same where all columns are."""
    key = np.zeros(n, np.uint64)
    for column in columns:
        key = mix(key * np.uint64(31) + column.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15))
    return key
