"""Small convolutional network. Legend: N pictures, C channels, S side, K outputs."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from trainer.architectures.architecture import Plan
from trainer.contract.catalog.card import Params
from trainer.contract.catalog.cnn import CnnParams

WIDEST = 8
"""Channels double in each block up to this many times the first."""


def build(params: Params, plan: Plan) -> nn.Module:
    """From the recipe's parameters."""
    if not isinstance(params, CnnParams):
        raise TypeError(f"a CNN takes CnnParams, not {type(params).__name__}")
    return Cnn(
        plan.shape[0], plan.outputs, width=params.width, depth=params.depth, dropout=params.dropout,
        residual=params.residual, mean=plan.mean, deviation=plan.deviation,
    )  # fmt: skip


class Cnn(nn.Module):
    """Blocks of convolution, batch normalisation and ReLU, each halving the picture and doubling the
    channels.

    Takes bytes 0..255 as they are, uint8 [N, C, S, S]: the colours' mean and deviation are part of the
    network."""

    def __init__(
        self,
        channels: int,
        outputs: int,
        *,
        width: int,
        depth: int,
        dropout: float = 0.0,
        residual: bool = False,
        mean: Sequence[float] = (),
        deviation: Sequence[float] = (),
    ) -> None:
        super().__init__()
        centre = torch.tensor(list(mean) or [127.5] * channels)
        spread = torch.tensor(list(deviation) or [127.5] * channels)
        self.register_buffer("scale", (1 / spread).reshape(1, channels, 1, 1))
        self.register_buffer("shift", (-centre / spread).reshape(1, channels, 1, 1))
        layers: list[nn.Module] = []
        wide = channels
        for block in range(depth):
            before, wide = wide, width * min(2**block, WIDEST)
            layers.append(convolve(before, wide))
            if block < depth - 1:
                layers.append(nn.MaxPool2d(2))
            if residual and block:
                layers.append(Residual(wide))
        self.blocks = nn.Sequential(*layers)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.dropout = nn.Dropout(dropout) if dropout else nn.Identity()
        self.head = nn.Linear(wide, outputs)

    def forward(self, x_NCSS: Tensor) -> Tensor:
        """Pictures -> [N, K]."""
        x_NCSS = torch.addcmul(self.shift, x_NCSS.float(), self.scale)  # type: ignore[arg-type]
        features_NC = self.pool(self.blocks(x_NCSS)).flatten(1)
        outputs: Tensor = self.head(self.dropout(features_NC))
        return outputs


class Residual(nn.Module):
    """Two convolutions whose answer is added to what came in (He et al. 2016)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.body = nn.Sequential(convolve(channels, channels), convolve(channels, channels))

    def forward(self, x_NCSS: Tensor) -> Tensor:
        """Same shape out as in."""
        return x_NCSS + self.body(x_NCSS)  # type: ignore[no-any-return]


def convolve(inputs: int, outputs: int) -> nn.Sequential:
    """3 x 3 convolution, batch normalisation, ReLU."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()
    )
