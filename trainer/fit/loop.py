"""The training loop: an iterator of events.

One step is gather, forward, backward, update, and nothing else: the loss adds up on the device and is read
back once a *window* of about an eighth of a second. Only at window ends does the loop look around: points,
divergence, words from outside, threads, checkpoints. Whatever decides the future of the weights is in
``State`` or in a checkpoint's tensors, so that a run that was stopped at any step and resumed ends with the
very bits of one that was not."""

import random
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from trainer.augment.torch_arrays import find_change
from trainer.batches import Examples
from trainer.contract.catalog.training import NetworkParams
from trainer.contract.events import FindingPayload, ProgressPayload, RewindPayload
from trainer.fit.balance import class_weights
from trainer.fit.checkpoint import SOON, DiskFull, find_checkpoint, save_checkpoint
from trainer.fit.lesson import End, Lesson, Pulse, Telling
from trainer.fit.optimizer import load_optimizer, make_optimizer, save_optimizer
from trainer.fit.outbox import Outbox
from trainer.fit.precision import STEPS, Choice, choose_precision
from trainer.fit.schedule import set_rate
from trainer.fit.stopping import Patience, advise, diverged
from trainer.tasks import TASKS
from trainer.tasks.task import Task

WATCHED = 32
"""Batches of a window whose answers are kept for the running metric. A point of training stands for at least half as
many, or half an epoch: the mean of the last batch or two of an epoch would only be noise on the curve."""
TINY_SECONDS = 2.0
"""A run expected to be shorter does not measure arithmetic: it is float32."""
EPOCH_SECONDS = 5.0
"""Checkpoints at epoch ends are at least this far apart; the first one is sooner, and in a long epoch after so long."""
LIGHT = 2e7
"""Floating-point operations of a step below which a second thread costs more than it brings."""


@dataclass
class State:
    """Where training is; with the tensors of a checkpoint, all there is to know."""

    epoch: int = 0
    batch: int = 0
    step: int = 0
    seconds: float = 0.0
    mode: str = ""
    """Arithmetic chosen; empty while it is open."""
    first_loss: float | None = None
    best: float | None = None
    best_step: int | None = None
    stale: int = 0


@dataclass(frozen=True)
class Fit:
    """What is left: the network with its best weights, and how it went."""

    network: nn.Module
    end: End
    sentence: str
    step: int
    best_step: int | None
    seconds: float
    precision: str
    threads: int


def fit(  # noqa: C901, PLR0912, PLR0915 - the crux: read it top to bottom
    network: nn.Module, params: NetworkParams, train: Examples, validation: Examples, lesson: Lesson
) -> Telling[Fit]:
    """Train ``network`` in place; yields what there is to tell, returns how it ended."""
    task = TASKS[lesson.prepared.task]
    loss_of = task.losses[params.loss]
    if params.balance == "weights" and task.key == "classification":
        weight_K = class_weights(train.y.cpu().numpy(), len(lesson.prepared.classes))
        loss_of = partial(loss_of, weight_K=torch.from_numpy(weight_K).float().to(train.device))
    even = params.balance == "sampling" and task.key == "classification"
    metric = lesson.prepared.metric
    device = train.device
    if train.pictures:
        network.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    network.to(device).train()
    size = min(params.batch_size, train.count)
    per_epoch = train.count // size
    steps = per_epoch * params.epochs
    optimizer = make_optimizer(network, params)
    weights = list(network.parameters())
    alter = find_change(lesson.augmentation, lesson.prepared, lesson.seed, device)
    state, patience, best = State(), Patience(params.patience), dict[str, Tensor]()

    found = find_checkpoint(lesson.checkpoints)
    if found and found.tensors:
        best = load(found.tensors, network, optimizer)
        state = State(**found.state["state"])
        restore_random(found.state["random"], found.tensors)
        if state.best is not None:
            patience = Patience(params.patience, state.best, state.best_step, state.stale)
    if found and found.sentence:
        yield FindingPayload(what="checkpoint", sentence=found.sentence, since=state.step)
    if found or lesson.resumed:
        yield RewindPayload(step=state.step)
    if params.precision != "auto" or device.type == "mps":
        state.mode = state.mode or (params.precision if params.precision != "auto" else "float32")

    outbox, pulse = Outbox(lesson.window), Pulse(lesson.control)
    threads = take_threads(lesson, weights, size, light=not train.pictures, exact=params.deterministic)
    begun, before = time.perf_counter(), state.seconds
    begun_step = state.step
    saved_at = window_at = begun
    saved = bool(found and found.tensors)
    total, count = torch.zeros((), device=device), 0
    enough = max(1, min(WATCHED, per_epoch) // 2)
    watched: list[tuple[Tensor, Tensor]] = []
    lively = torch.autocast(device.type, torch.bfloat16)
    use_autocast, use_medium = state.mode == "bf16", state.mode == "medium"

    def save() -> None:
        state.seconds = before + time.perf_counter() - begun
        state.best, state.best_step, state.stale = patience.best, patience.best_step, patience.stale
        if state.best_step is None:
            state.best = None
        lesson.sync()
        tensors = collect(network, optimizer, best)
        save_checkpoint(
            lesson.checkpoints, state.step, tensors, {"state": asdict(state), "random": save_random()}
        )

    def finish(end: End, sentence: str) -> Fit:
        if best:
            network.load_state_dict(best)
        network.eval()
        seconds = before + time.perf_counter() - begun
        return Fit(
            network, end, sentence, state.step, patience.best_step, seconds, state.mode or "float32", threads
        )

    def look(seconds: float, first: float) -> Telling[Fit | None]:
        """Hear words, save where ``seconds`` have passed, or ``first`` with nothing saved yet.

        All points up to a checkpoint are told before it is."""
        nonlocal saved_at, saved
        word = lesson.control.word()
        if not word and time.perf_counter() - saved_at < (seconds if saved else min(seconds, first)):
            return None
        yield from outbox.take()
        try:
            save()
        except DiskFull as full:
            return finish("full", str(full))
        saved_at, saved = time.perf_counter(), True
        if word:
            return finish("stopped" if word == "stop" else "paused", describe(word, state, params))
        return None

    def advance() -> ProgressPayload:
        spent = time.perf_counter() - begun
        speed = spent / max(state.step - begun_step, 1)
        words = f"epoch {min(state.epoch + (state.batch > 0), params.epochs)} of {params.epochs}"
        words += f" · patience {patience.stale} of {params.patience}" if params.patience else ""
        return ProgressPayload(
            phase="train",
            done=round(state.epoch + state.batch / per_epoch, 4),
            total=params.epochs,
            unit="epochs",
            eta=round(speed * (steps - state.step), 1),
            sentence=words,
            steps_per_epoch=per_epoch,
        )

    with Exactly(params.deterministic), MatrixProducts(medium=use_medium) as products:
        while state.epoch < params.epochs and not patience.exhausted():
            order = train.order(lesson.seed, state.epoch, even=even)
            for x, y in train.batches(order, size, state.batch, per_epoch):
                if alter:
                    x = alter(x, state.step)
                set_rate(optimizer, params, state.step, steps)
                if use_autocast:
                    with lively:
                        output = network(x)
                else:
                    output = network(x)
                loss = loss_of(output, y)
                loss.backward()  # type: ignore[no-untyped-call]
                if params.clip:
                    torch.nn.utils.clip_grad_norm_(weights, params.clip)
                optimizer.step()
                optimizer.zero_grad(set_to_none=True)
                total += loss.detach()
                count += 1
                if len(watched) < WATCHED:
                    watched.append((output.detach(), y))
                state.batch += 1
                state.step += 1
                now = time.perf_counter()
                if now - window_at < lesson.window and state.step > begun_step + 1:
                    continue

                mean = float(total) / count
                state.first_loss = mean if state.first_loss is None else state.first_loss
                told = count >= enough or state.step == begun_step + 1
                if told:
                    outbox.add("train/loss", state.step, mean)
                    outbox.add(f"train/{metric}", state.step, score(task, metric, watched, lesson))
                outbox.progress = advance()
                yield from outbox.take_due()
                if diverged(mean, state.first_loss):
                    yield from outbox.take()
                    sentence, change = advise(params.learning_rate, params.clip)
                    yield FindingPayload(what="diverged", sentence=sentence, since=state.step, change=change)
                    return finish("diverged", sentence)
                if told:
                    total.zero_()
                    count = 0
                    watched.clear()
                pulse.beat(state.step, threads)
                if not state.mode and state.step > begun_step + 2:
                    choice = decide(
                        network, loss_of, params, train, lesson, now - begun, state.step - begun_step, steps
                    )
                    state.mode = choice.mode
                    use_autocast = choice.mode == "bf16"
                    products.set(medium=choice.mode == "medium")
                    if choice.sentence:
                        yield FindingPayload(what="arithmetic", sentence=choice.sentence, since=state.step)
                if state.batch < per_epoch and (
                    left := (yield from look(lesson.checkpoint_seconds, EPOCH_SECONDS))
                ):
                    return left
                threads = take_threads(
                    lesson, weights, size, light=not train.pictures, exact=params.deterministic
                )
                window_at = time.perf_counter()

            if count >= enough or (count and state.epoch + 1 == params.epochs):
                mean = float(total) / count
                outbox.add("train/loss", state.step, mean)
                outbox.add(f"train/{metric}", state.step, score(task, metric, watched, lesson))
                total.zero_()
                count = 0
                watched.clear()
            with MatrixProducts(medium=False):
                value, held = validate(
                    network, task, loss_of, metric, validation, lesson, pulse, state.step, threads
                )
            outbox.add("validation/loss", state.step, value)
            outbox.add(f"validation/{metric}", state.step, held)
            if diverged(value, None):
                yield from outbox.take()
                sentence, change = advise(params.learning_rate, params.clip)
                yield FindingPayload(what="diverged", sentence=sentence, since=state.step, change=change)
                return finish("diverged", sentence)
            if patience.improved(value, state.step):
                keep(network, best)
            state.epoch, state.batch = state.epoch + 1, 0
            outbox.progress = advance()
            yield from outbox.take_due()
            more = state.epoch < params.epochs and not patience.exhausted()
            if more and (left := (yield from look(min(EPOCH_SECONDS, lesson.checkpoint_seconds), SOON))):
                return left

    yield from outbox.take()
    early = state.epoch < params.epochs
    why = f"Stopped early: validation has not improved for {patience.stale} epochs. " if early else ""
    return finish("done", f"{why}Trained {state.epoch} of {params.epochs} epochs.")


def describe(word: str, state: State, params: NetworkParams) -> str:
    """How far a run came that was asked to end."""
    done = f"epoch {state.epoch + (state.batch > 0)} of {params.epochs}, step {state.step:,}"
    return f"Stopped in {done}; the best weights so far are kept." if word == "stop" else f"Paused in {done}."


def validate(  # noqa: PLR0913, PLR0917 - what a pass over held-out examples needs
    network: nn.Module,
    task: Task,
    loss_of: Callable[[Tensor, Tensor], Tensor],
    metric: str,
    validation: Examples,
    lesson: Lesson,
    pulse: Pulse,
    step: int,
    threads: int,
) -> tuple[float, float]:
    """Loss and metric over the whole validation part, in float32."""
    network.eval()
    outputs: list[Tensor] = []
    with torch.no_grad():
        for x in validation.in_turn(forward_size(validation)):
            outputs.append(network(x))
            pulse.beat(step, threads)
    network.train()
    output = torch.cat(outputs)
    loss = float(loss_of(output, validation.y))
    return loss, score(task, metric, [(output, validation.y)], lesson)


def forward_size(examples: Examples) -> int:
    """Examples that go through a network at once without gradients."""
    return 256 if examples.pictures else 8_192


def score(task: Task, metric: str, pairs: list[tuple[Tensor, Tensor]], lesson: Lesson) -> float:
    """The metric of kept outputs, in the person's units."""
    answers = task.answer(torch.cat([output for output, _ in pairs])).cpu().numpy()
    truth = torch.cat([y for _, y in pairs]).cpu().numpy()
    if task.key == "regression":
        return task.metrics[metric](lesson.prepared.numbers(truth), lesson.prepared.numbers(answers))
    return task.metrics[metric](truth, answers)


def take_threads(lesson: Lesson, weights: list[nn.Parameter], size: int, *, light: bool, exact: bool) -> int:
    """As many threads as granted; one where a step is too light to share or must be exactly repeatable.

    Light is a property of the network and the batch, not of a measurement: the same recipe keeps its bits.
    """
    small = light and 6 * size * sum(weight.numel() for weight in weights) < LIGHT
    threads = 1 if small or exact else max(1, lesson.control.granted())
    if torch.get_num_threads() != threads:
        torch.set_num_threads(threads)
    return threads


def decide(
    network: nn.Module,
    loss_of: Callable[[Tensor, Tensor], Tensor],
    params: NetworkParams,
    train: Examples,
    lesson: Lesson,
    spent: float,
    done: int,
    steps: int,
) -> Choice:
    """Choose the arithmetic for the rest of the run, or float32 where measuring costs more than it can
    bring."""
    left = spent / done * (steps - done)
    if left < max(TINY_SECONDS, 30 * STEPS * spent / done):
        return Choice("float32", "")
    order = train.order(lesson.seed, 0)
    size = min(params.batch_size, train.count)
    batches = list(train.batches(order, size, 0, min(STEPS, train.count // size)))
    return choose_precision(network, loss_of, params, batches, lesson.measurements)


def keep(network: nn.Module, best: dict[str, Tensor]) -> None:
    """Copy the weights into ``best``, in place once it is there."""
    for name, value in network.state_dict().items():
        if name in best:
            best[name].copy_(value)
        else:
            best[name] = value.detach().clone()


def collect(
    network: nn.Module, optimizer: torch.optim.Optimizer, best: dict[str, Tensor]
) -> dict[str, Tensor]:
    """All tensors of a checkpoint, by dotted name."""
    tensors = {f"network.{name}": value for name, value in network.state_dict().items()}
    tensors |= {f"best.{name}": value for name, value in best.items()}
    tensors |= {f"optimizer.{name}": value for name, value in save_optimizer(optimizer).items()}
    tensors |= {"random.torch": torch.get_rng_state()}
    if torch.cuda.is_available() and torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
        tensors["random.cuda"] = torch.cuda.get_rng_state()
    return tensors


def load(
    tensors: dict[str, Tensor], network: nn.Module, optimizer: torch.optim.Optimizer
) -> dict[str, Tensor]:
    """The reverse of ``collect``; returns the best weights."""
    parts: dict[str, dict[str, Tensor]] = {"network": {}, "best": {}, "optimizer": {}, "random": {}}
    for name, value in tensors.items():
        part, _, rest = name.partition(".")
        parts[part][rest] = value
    network.load_state_dict(parts["network"])
    load_optimizer(optimizer, parts["optimizer"])
    like = network.state_dict()
    return {n: torch.empty_like(like[n]).copy_(value) for n, value in parts["best"].items()}


def save_random() -> dict[str, Any]:
    """States of the generators that are not torch's, as JSON."""
    kind, key, place, has_gauss, gauss = np.random.get_state()
    version, numbers, following = random.getstate()
    return {
        "numpy": [str(kind), np.asarray(key).tolist(), int(place), int(has_gauss), float(gauss)],
        "python": [version, list(numbers), following],
    }


def restore_random(state: dict[str, Any], tensors: dict[str, Tensor]) -> None:
    """The reverse."""
    kind, key, place, has_gauss, gauss = state["numpy"]
    np.random.set_state((kind, np.array(key, dtype=np.uint32), place, has_gauss, gauss))
    version, numbers, following = state["python"]
    random.setstate((version, tuple(numbers), following))
    torch.set_rng_state(tensors["random.torch"])
    if "random.cuda" in tensors and torch.cuda.is_available():
        torch.cuda.set_rng_state(tensors["random.cuda"])


class MatrixProducts:
    """Whether float32 matrix products may run in bfloat16, put back at the end."""

    def __init__(self, *, medium: bool) -> None:
        self.medium = medium

    def __enter__(self) -> "MatrixProducts":
        self.before = torch.get_float32_matmul_precision()
        self.set(medium=self.medium)
        return self

    def set(self, *, medium: bool) -> None:
        """Change it."""
        torch.set_float32_matmul_precision("medium" if medium else "highest")

    def __exit__(self, *_: object) -> None:
        torch.set_float32_matmul_precision(self.before)


class Exactly:
    """Deterministic kernels while inside, if asked for."""

    def __init__(self, wanted: bool) -> None:  # noqa: FBT001 - the one thing it is about
        self.wanted = wanted

    def __enter__(self) -> None:
        self.before = torch.are_deterministic_algorithms_enabled()
        torch.use_deterministic_algorithms(self.wanted or self.before)

    def __exit__(self, *_: object) -> None:
        torch.use_deterministic_algorithms(self.before)
