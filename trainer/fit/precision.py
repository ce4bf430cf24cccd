"""Which arithmetic to train with: measured on a copy of the network, not guessed.

Modes: ``float32`` exact; ``medium`` float32 whose matrix products may run in bfloat16; ``bf16`` autocast.
"""

import copy
import hashlib
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from trainer.contract.catalog.training import NetworkParams
from trainer.contract.documents import write_whole
from trainer.device import describe_device
from trainer.fit.optimizer import make_optimizer
from trainer.tasks.task import Loss

MODES = ("float32", "medium", "bf16")
STEPS = 5
AGREE = 0.05
"""Largest difference of the mean loss over the measured steps, relative to that of float32."""
WORTH = 0.9
"""A mode must take less than this share of float32's time to be chosen."""
Batch = tuple[Tensor, Tensor]


@dataclass(frozen=True)
class Choice:
    """The mode, and why, in words; no words where nothing was measured."""

    mode: str
    sentence: str


@contextmanager
def arithmetic(mode: str, device: torch.device) -> Iterator[None]:
    """Run what is inside in this mode, then put everything back."""
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("medium" if mode == "medium" else "highest")
    try:
        with torch.autocast(device.type, torch.bfloat16, enabled=mode == "bf16"):
            yield
    finally:
        torch.set_float32_matmul_precision(before)


def choose_precision(
    network: nn.Module, loss: Loss, params: NetworkParams, batches: list[Batch], memory: Path | None
) -> Choice:
    """Train copies for a few steps in each mode; the fastest whose loss agrees. Random states are left as
    they were.

    ``memory`` remembers choices per machine, network and batch, so that a second run pays nothing.
    """
    device = batches[0][0].device
    key = name_of(network, params, batches[0], device)
    known = read_memory(memory)
    if key in known:
        return Choice(known[key], f"Arithmetic: {known[key]}, as measured before on this machine.")
    took: dict[str, float] = {}
    losses: dict[str, float] = {}
    devices = [device] if device.type == "cuda" else []
    for mode in MODES:
        with torch.random.fork_rng(devices=devices):
            took[mode], losses[mode] = measure(network, loss, params, batches, mode)
    agreeing = [
        m for m in MODES if abs(losses[m] - losses["float32"]) <= AGREE * max(abs(losses["float32"]), 0.1)
    ]
    best = min(agreeing or ["float32"], key=lambda mode: took[mode])
    if took[best] > WORTH * took["float32"]:
        best = "float32"
    if memory:
        memory.parent.mkdir(parents=True, exist_ok=True)
        write_whole(memory, json.dumps(read_memory(memory) | {key: best}, indent=1))
    times = ", ".join(f"{mode} {took[mode] * 1000:.1f} ms" for mode in MODES)
    return Choice(best, f"Arithmetic: {best}, the fastest whose loss agrees ({times} a step).")


def measure(
    network: nn.Module, loss: Loss, params: NetworkParams, batches: list[Batch], mode: str
) -> tuple[float, float]:
    """Least seconds of a step, and the mean loss."""
    trial = copy.deepcopy(network).train()
    optimizer = make_optimizer(trial, params)
    device = batches[0][0].device
    seconds: list[float] = []
    total = 0.0
    for x, y in batches:
        begun = time.perf_counter()
        with arithmetic(mode, device):
            value = loss(trial(x), y)
            value.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        total += float(value.detach())
        seconds.append(time.perf_counter() - begun)
    return min(seconds), total / len(batches)


def name_of(network: nn.Module, params: NetworkParams, batch: Batch, device: torch.device) -> str:
    """Digest of the machine, the network's shape and the batch."""
    shapes = [(name, list(p.shape)) for name, p in network.named_parameters()]
    said = [describe_device(device), torch.__version__, torch.get_num_threads(), str(network), shapes,
            list(batch[0].shape), str(batch[0].dtype), params.optimizer]  # fmt: skip
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:20]


def read_memory(memory: Path | None) -> dict[str, str]:
    """Choices made before; a file that cannot be read counts as none, since it can be measured again."""
    if memory is None or not memory.exists():
        return {}
    try:
        found = json.loads(memory.read_bytes())
    except ValueError:
        return {}
    return {k: v for k, v in found.items() if v in MODES} if isinstance(found, dict) else {}
