"""Examples where the arithmetic is: held whole on the device when they fit, gathered by index, changed there.

Legend: N examples of a part, B of a batch, D values, S side of a picture, C colours.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from trainer.device import free_memory

GATHER_BYTES = 1 << 20
"""Several small batches are gathered at once, about this much, since a gather costs as much as a small
layer."""


class Examples:
    """One part on a device. Pictures are held with colours last (N, S, S, C), as convolutions want them."""

    def __init__(self, x: NDArray[Any], y: NDArray[Any], device: torch.device) -> None:
        self.device = device
        self.pictures = x.ndim == 4
        self.count = len(x)
        self.y = torch.from_numpy(np.array(y)).to(device)
        self.row_bytes = int(x.itemsize * np.prod(x.shape[1:], dtype=np.int64))
        self.mapped: NDArray[Any] | None = x
        self.x: Tensor | None = None
        if self.count * self.row_bytes < free_memory(device) // 2:
            whole = np.ascontiguousarray(x.transpose(0, 2, 3, 1)) if self.pictures else np.array(x)
            self.x, self.mapped = torch.from_numpy(whole).to(device), None

    def order(self, seed: int, epoch: int, *, even: bool = False) -> Tensor:
        """The rows of an epoch in random order: a function of seed and epoch, so that it needs no saving.

        ``even``: as many draws, with replacement, in which every class comes as often.
        """
        generator = torch.Generator().manual_seed(seed * 1_000_003 + epoch)
        if even:
            y = self.y.cpu()
            weight = 1.0 / torch.bincount(y)[y].double()
            return torch.multinomial(weight, self.count, replacement=True, generator=generator).to(
                self.device
            )
        return torch.randperm(self.count, generator=generator).to(self.device)

    def batches(self, order: Tensor, size: int, start: int, stop: int) -> Iterator[tuple[Tensor, Tensor]]:
        """Batches ``start`` to ``stop`` of an epoch: x float32 [B, D] or uint8 [B, C, S, S], y [B]."""
        group = max(1, GATHER_BYTES // (size * self.row_bytes))
        for first in range(start, stop, group):
            rows = order[first * size : min(first + group, stop) * size]
            x, y = self.gather(rows), self.y.index_select(0, rows)
            yield from zip(torch.split(x, size), torch.split(y, size), strict=True)

    def gather(self, rows: Tensor) -> Tensor:
        """These examples."""
        if self.x is not None:
            x = self.x.index_select(0, rows)
        else:
            assert self.mapped is not None
            block = self.mapped[rows.cpu().numpy()]
            x = torch.from_numpy(block.transpose(0, 2, 3, 1) if self.pictures else block).to(self.device)
        return x.permute(0, 3, 1, 2) if self.pictures else x

    def in_turn(self, size: int) -> Iterator[Tensor]:
        """All x in their order, in blocks."""
        for first in range(0, self.count, size):
            yield self.gather(torch.arange(first, min(first + size, self.count), device=self.device))
