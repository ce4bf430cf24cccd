"""A torch module as an ONNX graph whose output is the answer: softmax or un-standardising stand inside it."""

import logging
import warnings

import onnx
import torch
from torch import nn

OPSET = 18
# It names operators of torchvision that it leaves out; no network here has one.
logging.getLogger("torch.onnx._internal.exporter._registration").setLevel(logging.ERROR)


class Answering(nn.Module):
    """The network and the last step to an answer: probabilities [N, K], or numbers [N] in the person's units.

    ``mean`` is None for classes.
    """

    mean: torch.Tensor
    deviation: torch.Tensor

    def __init__(self, network: nn.Module, mean: float | None, deviation: float) -> None:
        super().__init__()
        self.network = network
        self.classes = mean is None
        # float64, as float32 cannot hold 100,000,000 ± 1; tensors, as the exporter makes numbers float32
        self.register_buffer("mean", torch.tensor(mean or 0.0, dtype=torch.float64))
        self.register_buffer("deviation", torch.tensor(deviation, dtype=torch.float64))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """From what the network takes to what a person reads."""
        answer: torch.Tensor = self.network(x).float()
        if self.classes:
            return torch.softmax(answer, dim=1)
        scaled: torch.Tensor = answer.reshape(-1).double() * self.deviation + self.mean
        return scaled


def convert_network(
    network: nn.Module, sample: torch.Tensor, mean: float | None = None, deviation: float = 1.0
) -> onnx.ModelProto:
    """Export with a free number of rows. ``sample`` is at least two rows of what ``network`` takes.

    ``mean`` and ``deviation`` are those of a standardised target; None for a classification.
    """
    answering = Answering(network, mean, deviation).eval()
    name = "image" if sample.dtype == torch.uint8 else "x"
    with warnings.catch_warnings():
        # The exporter of torch 2.13 uses its own deprecated names; nothing a person or we could change.
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            answering,
            (sample,),
            dynamo=True,
            input_names=[name],
            output_names=["probabilities" if mean is None else "value"],
            dynamic_shapes=({0: torch.export.Dim("N")},),
            opset_version=OPSET,
            verbose=False,
        )
    assert program is not None
    model = program.model_proto
    for (
        node
    ) in model.graph.node:  # the exporter writes where each node stood in our source: nobody's business
        del node.metadata_props[:]
        node.doc_string = ""
    return model
