"""From cells to tensors: encoders fitted on the training part alone, arrays on disk that every run of a
question shares.

``prepared/<digest>/`` holds ``<part>-x.npy``, ``<part>-y.npy``, ``<part>-rows.npy``, ``encoders.json`` and,
last, ``manifest.json``. The folder is made under another name and renamed, so a folder with this name is
always whole."""

import json
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainer.columns import read_columns
from trainer.columns.encode import feature_names
from trainer.contract.dataset import Schema, VersionFolder
from trainer.contract.documents import digest, read_document, write_whole
from trainer.contract.events import ProgressPayload
from trainer.contract.recipe import Encoding, Question
from trainer.prepare.arrays import Tell, write_pictures, write_table
from trainer.prepare.target import PARTS, check_parts, read_target
from trainer.split import divide

FORMAT = 1
"""Of the prepared folder; part of its digest, so that an older one is made again and never misread."""


@dataclass(frozen=True)
class Prepared:
    """The tensors of one question, memory-mapped, and what was learned to make them."""

    folder: Path
    task: str
    metric: str
    classes: list[str]
    """In the order of the class numbers; empty for numbers."""
    specs: list[dict[str, Any]]
    """What ``trainer.columns.encode`` applies; a picture question has the one image spec."""
    shape: tuple[int, ...]
    """Of one example: (D,) or (3, S, S)."""
    mean: float
    deviation: float
    """A number target y stands in the arrays as (y - mean) / deviation; 0 and 1 where it is kept raw."""
    rows: dict[str, int]
    left_out: int
    """Rows in no part: without a target or their picture, or left out by the split."""
    pixels: dict[str, list[float]]
    """``mean`` and ``deviation`` of each colour over the training pictures, in 0..255; empty for tables."""

    @property
    def pictures(self) -> bool:
        """Whether an example is a picture."""
        return len(self.shape) == 3

    @property
    def names(self) -> list[str]:
        """A name for each input value of a table."""
        return [] if self.pictures else feature_names(self.specs)

    def part(self, name: str) -> tuple[NDArray[Any], NDArray[Any], NDArray[np.int64]]:
        """x (float32 [N, D] or uint8 [N, 3, S, S]), y (int64 classes or float32 numbers), row numbers;
        read-only."""
        x, y, rows = (
            np.load(self.folder / f"{name}-{kind}.npy", mmap_mode="r") for kind in ("x", "y", "rows")
        )
        return x, y, rows

    def numbers(self, y: NDArray[Any]) -> NDArray[np.float64]:
        """Numbers as they stand in the arrays -> in the person's units."""
        return np.asarray(y, dtype=np.float64) * self.deviation + self.mean


def silent(_: ProgressPayload) -> None:
    """For whoever does not want to know."""


def prepare(
    version: VersionFolder, question: Question, encoding: Encoding, root: Path, tell: Tell = silent
) -> Prepared:
    """Open the tensors of this question, made now if need be. ``tell`` hears of the progress of pictures.

    Raises ValueError in words where there is nothing to learn from.
    """
    folder = root / name_of(version, question, encoding)
    if not (folder / "manifest.json").exists():
        root.mkdir(parents=True, exist_ok=True)
        making = Path(tempfile.mkdtemp(dir=root, prefix=".making-"))
        try:
            make(version, question, encoding, making, tell)
            settle(making, folder)
        finally:
            shutil.rmtree(making, ignore_errors=True)  # a leftover is only wasted space
    return open_prepared(folder)


def name_of(version: VersionFolder, question: Question, encoding: Encoding) -> str:
    """Digest of everything the tensors depend on."""
    return digest(
        {
            "format": FORMAT,
            "version": version.path.name,
            "schema": json.loads(version.schema.read_bytes()),
            "target": question.target,
            "inputs": question.inputs,
            "task": question.task,
            "split": question.split.model_dump(),
            "encoding": encoding.model_dump(),
        }
    )


def settle(making: Path, folder: Path) -> None:
    """Give a finished folder its name; where another run was first, theirs is the same and stays."""
    if folder.exists() and not (folder / "manifest.json").exists():
        shutil.rmtree(folder)  # damaged from outside: a folder of ours gets its name only when it is whole
    try:
        making.replace(folder)
    except OSError:
        if not (folder / "manifest.json").exists():
            raise


def open_prepared(folder: Path) -> Prepared:
    """Read the manifest of a whole folder."""
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest.pop("format")
    manifest["shape"] = tuple(manifest["shape"])
    specs = json.loads((folder / "encoders.json").read_bytes())
    return Prepared(folder=folder, specs=specs, **manifest)


def make(version: VersionFolder, question: Question, encoding: Encoding, folder: Path, tell: Tell) -> None:
    """Fill the folder, the manifest last."""
    schema = read_document(version.schema, Schema)
    target = schema.column(question.target)
    inputs = [schema.column(id) for id in question.inputs]
    pictures = [column.id for column in inputs if column.type == "image"]
    values = read_columns(version, [target.id])[target.id]
    _, answers, classes = read_target(values, question.task)
    parts = divide(version, question).parts
    check_parts(parts, answers, classes, target)
    mean, deviation = 0.0, 1.0
    if encoding.target == "standard":
        learned = answers[parts["train"]]
        mean, deviation = float(learned.mean()), float(learned.std()) or 1.0
    for part, rows in parts.items():
        picked = answers[rows]
        kept = picked.astype(np.int64) if classes else ((picked - mean) / deviation).astype(np.float32)
        np.save(folder / f"{part}-y.npy", kept)
        np.save(folder / f"{part}-rows.npy", rows.astype(np.int64))
    write = write_pictures if pictures else write_table
    specs, shape, pixels = write(version, inputs, encoding, parts, folder, tell)
    write_whole(folder / "encoders.json", json.dumps(specs, ensure_ascii=False))
    manifest = {
        "format": FORMAT,
        "task": question.task,
        "metric": question.metric,
        "classes": classes,
        "shape": shape,
        "mean": mean,
        "deviation": deviation,
        "rows": {part: len(rows) for part, rows in parts.items()},
        "left_out": len(values) - sum(len(rows) for rows in parts.values()),
        "pixels": pixels,
    }
    write_whole(folder / "manifest.json", json.dumps(manifest, ensure_ascii=False))


__all__ = ["PARTS", "Prepared", "Tell", "name_of", "open_prepared", "prepare", "silent"]
