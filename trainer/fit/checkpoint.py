"""Checkpoints: one safetensors file each, whole or not at all, its SHA-256 in its name, two generations kept.

Tensors by dotted name; everything else is JSON in the file's metadata. Nothing is ever unpickled.
"""

import errno
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import Tensor

from trainer.contract.documents import write_whole

KEPT = 2
SOON = 1.0
"""Seconds after which the first checkpoint is due: a run that dies early need not begin again."""
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


class DiskFull(Exception):
    """No room for a checkpoint, even after the oldest one was removed."""

    def __init__(self) -> None:
        super().__init__(
            "The disk is full, so the run could not save where it is. It stopped at its last checkpoint: "
            "free some space, then resume it."
        )


@dataclass(frozen=True)
class Found:
    """The newest checkpoint that is whole. ``sentence`` says what was wrong with newer ones, else is
    empty."""

    tensors: dict[str, Tensor]
    state: dict[str, Any]
    sentence: str = ""


def save_checkpoint(folder: Path, step: int, tensors: dict[str, Tensor], state: dict[str, Any]) -> Path:
    """Write a checkpoint, then forget all but the two newest. Raises DiskFull."""
    folder.mkdir(parents=True, exist_ok=True)
    whole = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    content = save_tensors(whole, {"state": json.dumps(state)})
    path = folder / f"{step:012d}-{hashlib.sha256(content).hexdigest()}.safetensors"
    try:
        write_whole(path, content)
    except OSError as error:
        older = list_checkpoints(folder)
        if error.errno not in FULL:
            raise
        if len(older) < KEPT:
            raise DiskFull from error
        older[0].unlink()
        try:
            write_whole(path, content)
        except OSError as again:
            if again.errno in FULL:
                raise DiskFull from again
            raise
    for old in [kept for kept in list_checkpoints(folder) if kept != path][: -(KEPT - 1)]:
        old.unlink()
    return path


def list_checkpoints(folder: Path) -> list[Path]:
    """Oldest first."""
    return sorted(folder.glob("*.safetensors"))


def find_checkpoint(folder: Path) -> Found | None:
    """The newest whole checkpoint; damaged ones are removed and named in words. None where there is none.

    A folder with nothing but damaged ones gives a Found without tensors, so that the caller says why it
    starts again."""
    damaged = 0
    for path in reversed(list_checkpoints(folder)):
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() == path.stem.partition("-")[2]:
            try:
                return Found(load_tensors(content), read_state(content), damage(damaged, again=False))
            except (SafetensorError, ValueError, KeyError):
                damaged += 1  # its hash fits, so it was written wrong: not loaded either
        else:
            damaged += 1
        path.unlink()
    return Found({}, {}, damage(damaged, again=True)) if damaged else None


def read_state(content: bytes) -> dict[str, Any]:
    """The JSON in a safetensors header."""
    length = int.from_bytes(content[:8], "little")
    found: dict[str, Any] = json.loads(json.loads(content[8 : 8 + length])["__metadata__"]["state"])
    return found


def damage(count: int, *, again: bool) -> str:
    """What became of damaged checkpoints, in words."""
    if not count:
        return ""
    which = (
        "The newest checkpoint was damaged" if count == 1 else f"The {count} newest checkpoints were damaged"
    )
    then = "there was no other, so training starts again from the beginning." if again else (
        "training goes on from the one before it."
    )  # fmt: skip
    return f"{which} (its content does not match its hash); {then}"
