"""The little arithmetic that changes of pictures and rows need, on numpy; ``torch_arrays.py`` has it on torch.

Two implementations of a dozen operations instead of two of every augmentation: what a person sees in a preview is what
the loop does. A test holds them equal.
"""

from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Array = Any
"""numpy or torch."""


class Arrays(Protocol):
    """Operations beside plain arithmetic, indexing and slicing, which both have."""

    def put(self, values: npt.NDArray[Any]) -> Array:
        """Drawn numbers to where the examples are: float32, int64 or bool."""

    def real(self, x: Array) -> Array:
        """As float32."""

    def clip(self, x: Array, low: float, high: float) -> Array:
        """Held within bounds."""

    def where(self, mask: Array, x: Array, other: Array) -> Array:
        """``x`` where the mask is true."""

    def mean(self, x: Array, axes: tuple[int, ...]) -> Array:
        """Mean over axes, which stay as ones."""

    def sample(self, x_BSSC: Array, down_BSS: Array, right_BSS: Array) -> Array:
        """The colours at these places, in pixels from the upper left corner's middle: bilinear, the edge repeated."""


def is_host(x: Array) -> bool:
    """Whether this is numpy's."""
    return isinstance(x, np.ndarray)


class NumpyArrays:
    """On the host."""

    def put(self, values: npt.NDArray[Any]) -> Array:
        """As it is, numbers as float32."""
        return values.astype(np.float32) if values.dtype.kind == "f" else values

    def real(self, x: Array) -> Array:
        """As float32."""
        return np.asarray(x, dtype=np.float32)

    def clip(self, x: Array, low: float, high: float) -> Array:
        """Held within bounds."""
        return np.clip(x, np.float32(low), np.float32(high))

    def where(self, mask: Array, x: Array, other: Array) -> Array:
        """``x`` where the mask is true."""
        return np.where(mask, x, other)

    def mean(self, x: Array, axes: tuple[int, ...]) -> Array:
        """Mean over axes, which stay as ones."""
        return x.mean(axis=axes, keepdims=True, dtype=np.float32)

    def sample(self, x_BSSC: Array, down_BSS: Array, right_BSS: Array) -> Array:
        """Four neighbours, weighed by how near they are."""
        count, high, wide = x_BSSC.shape[:3]
        down, right = np.clip(down_BSS, 0, high - 1), np.clip(right_BSS, 0, wide - 1)
        top, left = np.floor(down).astype(np.int64), np.floor(right).astype(np.int64)
        low, far = np.minimum(top + 1, high - 1), np.minimum(left + 1, wide - 1)
        by, bx = (down - top)[..., None].astype(np.float32), (right - left)[..., None].astype(np.float32)
        each = np.arange(count)[:, None, None]
        x = x_BSSC.astype(np.float32)
        upper = x[each, top, left] * (1 - bx) + x[each, top, far] * bx
        lower = x[each, low, left] * (1 - bx) + x[each, low, far] * bx
        return upper * (1 - by) + lower * by
