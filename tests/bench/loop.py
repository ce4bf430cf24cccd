"""Our training loop beside a bare one: same network, batch and data in memory, in turns, in one process.

The bare loop is the best we can write by hand: data whole in memory, batches gathered by index, channels last
for pictures, fused Adam, no ``.item()`` in the loop. Ours is ``trainer.fit`` as a run uses it, with a job's
folder: its events are written, its word is listened for, its pulse shown. Both are float32 and have the same
threads, as many as ours takes. The value is the ratio of samples per second, each over its fastest quarter of
slices, since other load on the machine only ever slows a slice.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from trainer.architectures.cnn import Cnn
from trainer.architectures.mlp import build_mlp
from trainer.batches import Examples
from trainer.contract.catalog.cnn import CnnParams
from trainer.contract.catalog.mlp import MlpParams
from trainer.contract.catalog.training import NetworkParams
from trainer.contract.events import PointsPayload
from trainer.contract.folder import EventWriter, JobFolder
from trainer.fit.lesson import Lesson
from trainer.fit.loop import fit
from trainer.prepare import Prepared

ROUNDS = int(os.environ.get("SKILLET_BENCH_ROUNDS", "16"))
SLICE = 0.6
"""Seconds, about."""
PLAIN = {
    "optimizer": "adam",
    "learning_rate": 1e-3,
    "weight_decay": 0.0,
    "clip": 0.0,
    "schedule": "constant",
    "warmup": 0.0,
    "patience": 0,
    "precision": "float32",
}
JOBS: dict[str, dict[str, Any]] = {
    "loop.mlp": {"rows": 100_000, "batch": 256, "bar": 0.95},
    "loop.mlp32": {"rows": 100_000, "batch": 32, "bar": 0.90},
    "loop.cnn": {"rows": 20_000, "batch": 256, "bar": 0.95},
}


def measure() -> dict[str, dict[str, Any]]:
    """Every job."""
    before = torch.get_num_threads()
    try:
        return {id: measure_job(id, **job) for id, job in JOBS.items()}
    finally:
        torch.set_num_threads(before)


def measure_job(id: str, rows: int, batch: int, bar: float) -> dict[str, Any]:
    """Slices in turns, the order changing from round to round."""
    threads = os.cpu_count() or 1
    torch.set_num_threads(threads)
    x, y = make_data(id, rows)
    with tempfile.TemporaryDirectory() as place:
        ours = run_ours(id, x, y, batch, Path(place), threads)
        bare = run_bare(id, x, y, batch)
        for run in (ours, bare):
            run_slice(run, SLICE)
        speeds: dict[str, list[float]] = {"ours": [], "bare": []}
        for round_ in range(ROUNDS):
            pair = [("ours", ours), ("bare", bare)]
            for name, run in pair if round_ % 2 else reversed(pair):
                speeds[name].append(run_slice(run, SLICE))
    best = {name: statistics.mean(sorted(found)[-max(1, ROUNDS // 4) :]) for name, found in speeds.items()}
    ratio = best["ours"] / best["bare"]
    return {
        "value": round(ratio, 4),
        "unit": "ratio",
        "bar": f"≥ {bar}",
        "holds": ratio >= bar,
        "against": f"bare loop {best['bare']:,.0f} samples/s, ours {best['ours']:,.0f}; "
        f"threads {torch.get_num_threads()}, float32",
    }


def run_slice(samples: Iterator[int], seconds: float) -> float:
    """Go on for about so long: samples a second."""
    done, begun = 0, time.perf_counter()
    while True:
        done += next(samples)
        spent = time.perf_counter() - begun
        if spent >= seconds:
            return done / spent


def make_data(id: str, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Random inputs; classes with a weak signal: speed is all that is measured."""
    dice = np.random.default_rng(7)
    if id == "loop.cnn":
        return dice.integers(0, 256, (rows, 1, 28, 28), dtype=np.uint8), dice.integers(0, 10, rows)
    x = dice.standard_normal((rows, 50), dtype=np.float32)
    return x, (x @ dice.standard_normal(50).astype(np.float32) > 0).astype(np.int64)


def run_ours(
    id: str, x: np.ndarray, y: np.ndarray, batch: int, place: Path, threads: int, epochs: int = 10_000
) -> Iterator[int]:
    """The real loop, its events written to a job's folder; yields the samples since it last looked around."""
    params: NetworkParams
    network: nn.Module
    if id == "loop.cnn":
        params = CnnParams(
            width=32, depth=3, dropout=0, residual=False, batch_size=batch, epochs=epochs, **PLAIN
        )
        network = Cnn(1, 10, width=32, depth=3)
    else:
        params = MlpParams(width=256, depth=2, dropout=0, batch_size=batch, epochs=epochs, **PLAIN)
        network = build_mlp(50, 2, width=256, depth=2)
    job = JobFolder(place)
    for folder in (job.checkpoints, job.results.path):
        folder.mkdir(parents=True)
    job.grant(threads)
    classes = [str(number) for number in range(int(y.max()) + 1)]
    prepared = Prepared(
        folder=place,
        task="classification",
        metric="accuracy",
        classes=classes,
        specs=[],
        shape=x.shape[1:],
        mean=0.0,
        deviation=1.0,
        rows={},
        left_out=0,
        pixels={},
    )
    lesson = Lesson(
        prepared=prepared, learner="mlp", params=params, seed=0, control=job, checkpoints=job.checkpoints
    )
    device = torch.device("cpu")
    events = fit(network, params, Examples(x, y, device), Examples(x[:256], y[:256], device), lesson)
    tell, seen = EventWriter(job), 0
    for event in events:
        tell.write("points" if isinstance(event, PointsPayload) else "progress", event)
        if isinstance(event, PointsPayload) and "train/loss" in event.series:
            step = event.series["train/loss"].step[-1]
            yield (step - seen) * batch
            seen = step


def run_bare(id: str, x: np.ndarray, y: np.ndarray, batch: int) -> Iterator[int]:
    """The limit; yields the samples of every twentieth part of a slice, about."""
    pictures = id == "loop.cnn"
    model = bare_cnn() if pictures else bare_mlp()
    if pictures:
        model.to(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(model.parameters(), 1e-3, fused=True)
    held, target = torch.from_numpy(x), torch.from_numpy(y)
    often = 1 if pictures else 64 if batch < 100 else 16
    total, steps = torch.zeros(()), 0
    while True:
        order = torch.randperm(len(x))
        for start in range(0, len(x) - batch + 1, batch):
            rows = order[start : start + batch]
            inputs = held[rows]
            if pictures:
                inputs = inputs.float().mul_(1 / 255).sub_(0.5).contiguous(memory_format=torch.channels_last)
            loss = F.cross_entropy(model(inputs), target[rows])
            loss.backward()
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            total += loss.detach()
            steps += 1
            if steps % often == 0:
                yield often * batch


def bare_mlp() -> nn.Module:
    """Written out, not taken from our architectures."""
    return nn.Sequential(nn.Linear(50, 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, 2))


def bare_cnn() -> nn.Module:
    """The same."""

    def block(inputs: int, outputs: int) -> list[nn.Module]:
        return [nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()]

    return nn.Sequential(
        *block(1, 32),
        nn.MaxPool2d(2),
        *block(32, 64),
        nn.MaxPool2d(2),
        *block(64, 128),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(128, 10),
    )
