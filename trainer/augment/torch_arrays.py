"""The arithmetic of ``arrays.py`` on torch, wherever the examples are; and the change of a batch in the loop."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from trainer.augment import PAINT, PLACE, Chosen, change_pictures, change_rows
from trainer.augment.draws import Draws
from trainer.prepare import Prepared

Change = Callable[[Tensor, int], Tensor]
"""A batch as ``Examples`` gives it, and the step -> the batch that is learned from."""


class TorchArrays:
    """On a device."""

    def __init__(self, device: torch.device) -> None:
        self.device = device

    def put(self, values: npt.NDArray[Any]) -> Tensor:
        """Drawn numbers to the device."""
        kept = values.astype(np.float32) if values.dtype.kind == "f" else values
        return torch.from_numpy(np.ascontiguousarray(kept)).to(self.device, non_blocking=True)

    def real(self, x: Tensor) -> Tensor:
        """As float32."""
        return x.float()

    def clip(self, x: Tensor, low: float, high: float) -> Tensor:
        """Held within bounds."""
        return x.clamp(low, high)

    def where(self, mask: Tensor, x: Tensor, other: Tensor) -> Tensor:
        """``x`` where the mask is true."""
        return torch.where(mask, x, other)

    def mean(self, x: Tensor, axes: tuple[int, ...]) -> Tensor:
        """Mean over axes, which stay as ones."""
        return x.mean(dim=axes, keepdim=True)

    def sample(self, x_BSSC: Tensor, down_BSS: Tensor, right_BSS: Tensor) -> Tensor:
        """By torch's own sampler, which is what is quick."""
        high, wide = x_BSSC.shape[1:3]
        grid = torch.stack(
            [right_BSS * (2 / max(wide - 1, 1)) - 1, down_BSS * (2 / max(high - 1, 1)) - 1], dim=-1
        )
        x = x_BSSC.permute(0, 3, 1, 2).float()
        found = F.grid_sample(x, grid, mode="bilinear", padding_mode="border", align_corners=True)
        return found.permute(0, 2, 3, 1)


def find_change(chosen: Chosen, prepared: Prepared, seed: int, device: torch.device) -> Change | None:
    """What the loop does to each batch; None where nothing is on that fits these examples."""
    on = TorchArrays(device)
    if prepared.pictures and any(key in PLACE or key in PAINT for key in chosen):

        def pictures(x_BCSS: Tensor, step: int) -> Tensor:
            changed: Tensor = change_pictures(x_BCSS.permute(0, 2, 3, 1), chosen, Draws(seed, step), on)
            return changed.permute(0, 3, 1, 2)

        return pictures
    if not prepared.pictures and "jitter" in chosen:
        numeric = find_numbers(prepared)
        return lambda x, step: change_rows(x, numeric, chosen, Draws(seed, step), on)
    return None


def find_numbers(prepared: Prepared) -> npt.NDArray[np.float32]:
    """1 where a value of an encoded row is a number in deviations, 0 for marks, categories and circles."""
    marks: list[float] = []
    for spec in prepared.specs:
        number = 1.0 if spec["kind"] in ("number", "datetime") and spec["mode"] == "standard" else 0.0
        before = len(marks)
        marks.append(number)
        marks += [0.0] * (width_of(spec) - (len(marks) - before))
    return np.array(marks, dtype=np.float32)


def width_of(spec: dict[str, Any]) -> int:
    """Values that a column becomes."""
    if spec["kind"] == "category":
        return len(spec["categories"]) + 1
    return (7 if spec["kind"] == "datetime" else 1) + bool(spec.get("flag"))
