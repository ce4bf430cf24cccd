"""Pay the price of first times before anyone waits: import the libraries, run one real step of each kind."""

import numpy as np
import torch
import xgboost
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from torch import nn

import trainer.learners
import trainer.work.train
from trainer.architectures.cnn import Cnn
from trainer.architectures.mlp import build_mlp
from trainer.contract.catalog.cnn import CnnParams
from trainer.contract.catalog.mlp import MlpParams
from trainer.contract.catalog.training import NetworkParams
from trainer.device import choose_device
from trainer.fit.optimizer import make_optimizer
from trainer.fit.schedule import set_rate

KEPT = (trainer.learners, trainer.work.train)
"""Imported for their own sake: a job finds them loaded."""


def warm(lane: str) -> None:
    """Make this process ready for any job of a lane (``cpu`` or ``gpu``). Leaves random states as they
    were."""
    device = choose_device() if lane == "gpu" else torch.device("cpu")
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        step(build_mlp(8, 2, width=16, depth=2, dropout=0.1), MlpParams(), torch.randn(32, 8), device)
        pictures = torch.randint(0, 256, (8, 32, 32, 3), dtype=torch.uint8).permute(0, 3, 1, 2)
        step(Cnn(3, 2, width=8, depth=2, dropout=0.1, residual=True), CnnParams(), pictures, device)
    generator = np.random.default_rng(0)
    x = generator.standard_normal((64, 8)).astype(np.float32)
    y = (x[:, 0] > 0).astype(np.int64)
    RandomForestClassifier(n_estimators=2, random_state=0).fit(x, y).predict_proba(x)
    LogisticRegression().fit(x, y)
    matrix = xgboost.QuantileDMatrix(x, y, nthread=1)
    booster = xgboost.Booster({"objective": "binary:logistic", "nthread": 1, "verbosity": 0}, [matrix])
    booster.update(matrix, 0)
    booster.predict(matrix)


def step(network: nn.Module, params: NetworkParams, x: torch.Tensor, device: torch.device) -> None:
    """One step as the loop does it, and one forward without gradients."""
    if x.ndim == 4:
        network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    network.to(device).train()
    optimizer = make_optimizer(network, params)
    y = torch.arange(len(x), device=device) % 2
    set_rate(optimizer, params, 0, 2)
    nn.functional.cross_entropy(network(x.to(device)), y).backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_(list(network.parameters()), 1.0)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    network.eval()
    with torch.no_grad():
        torch.softmax(network(x.to(device)), dim=1).cpu().numpy()
