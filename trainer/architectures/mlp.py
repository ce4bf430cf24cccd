"""Multi-layer perceptron. Legend: N examples, D inputs, K outputs."""

from torch import nn

from trainer.architectures.architecture import Plan
from trainer.contract.catalog.card import Params
from trainer.contract.catalog.mlp import MlpParams


def build(params: Params, plan: Plan) -> nn.Module:
    """From the recipe's parameters."""
    if not isinstance(params, MlpParams):
        raise TypeError(f"an MLP takes MlpParams, not {type(params).__name__}")
    return build_mlp(
        plan.shape[0], plan.outputs, width=params.width, depth=params.depth, dropout=params.dropout
    )


def build_mlp(inputs: int, outputs: int, *, width: int, depth: int, dropout: float = 0.0) -> nn.Sequential:
    """``depth`` hidden layers of ``width``: float32 [N, D] -> [N, K]."""
    layers: list[nn.Module] = []
    for layer in range(depth):
        layers += [nn.Linear(width if layer else inputs, width), nn.ReLU()]
        if dropout:
            layers.append(nn.Dropout(dropout))
    return nn.Sequential(*layers, nn.Linear(width, outputs))
