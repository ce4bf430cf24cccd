"""From cells to tensors: encoders fitted on the training part alone, arrays on disk that every run of a
question shares.

``prepared/<digest>/`` holds ``<part>-x.npy``, ``<part>-y.npy``, ``<part>-rows.npy``, ``encoders.json`` and,
last, ``manifest.json``. The folder is made under another name and renamed, so a folder with this name is
always whole."""

import json
import re
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainer.columns import read_columns, read_pictures
from trainer.columns.encode import apply_before, encode_image, encode_table, feature_names, to_days
from trainer.contract.dataset import Column, Schema, VersionFolder
from trainer.contract.documents import digest, read_document, write_whole
from trainer.contract.events import ProgressPayload
from trainer.contract.recipe import Encoding, Question
from trainer.contract.steps import Step
from trainer.mend.learned import fit_step, of_column
from trainer.mend.lineage import learned_steps
from trainer.split import divide

FORMAT = 1
"""Of the prepared folder; part of its digest, so that an older one is made again and never misread."""
PARTS = ("train", "validation", "test")
BLOCK = 65_536
"""Rows encoded at a time."""
Tell = Callable[[ProgressPayload], None]


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


def read_target(values: NDArray[Any], task: str) -> tuple[NDArray[np.bool_], NDArray[Any], list[str]]:
    """Which rows have a target; the target as class numbers or float64 (0 where missing); the classes in
    order."""
    if task == "regression":
        numbers = values.astype(np.float64)
        usable = np.isfinite(numbers)
        return usable, np.where(usable, numbers, 0.0), []
    labels = [label_of(value) for value in values.tolist()]
    classes = sorted({label for label in labels if label is not None}, key=natural)
    number = {label: place for place, label in enumerate(classes)}
    usable = np.array([label is not None for label in labels], dtype=bool)
    return (
        usable,
        np.array([0 if label is None else number[label] for label in labels], dtype=np.int64),
        classes,
    )


def label_of(value: Any) -> str | None:
    """The name of a class: text as it is, whole numbers without a point; None where missing."""
    if value is None or value != value:
        return None
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value)


def natural(text: str) -> list[tuple[int, int, str]]:
    """Sort key by which "9" stands before "10"."""
    return [(0, int(p), "") if p.isdecimal() else (1, 0, p) for p in re.split(r"(\d+)", text) if p]


def check_parts(
    parts: dict[str, NDArray[np.int64]], answers: NDArray[Any], classes: list[str], target: Column
) -> None:
    """Refuse in words what cannot be learned."""
    for part in PARTS:
        if len(parts[part]) == 0:
            total = sum(len(rows) for rows in parts.values())
            raise ValueError(
                f"Only {total} rows have a value in ‘{target.name}’: none are left for the {part} part. "
                "Bring more rows, or give this part a larger share."
            )
    found = len(np.unique(answers[parts["train"]]))
    if found < 2:
        kind = "class" if classes else "value"
        raise ValueError(
            f"All {len(parts['train'])} training rows have the same {kind} in ‘{target.name}’: there is "
            "nothing to tell apart. Bring rows of at least two."
        )


Written = tuple[list[dict[str, Any]], tuple[int, ...], dict[str, list[float]]]
PartRows = dict[str, NDArray[np.int64]]


def write_table(
    version: VersionFolder,
    inputs: list[Column],
    encoding: Encoding,
    parts: PartRows,
    folder: Path,
    tell: Tell,
) -> Written:
    """Fit the encoders on the training rows, then encode each part in blocks."""
    columns = read_columns(version, [column.id for column in inputs])
    learned = learned_steps(version)
    specs = [fit_column(c, columns[c.id][parts["train"]], encoding, learned) for c in inputs]
    width = len(feature_names(specs))
    total, done = sum(len(rows) for rows in parts.values()), 0
    for part, rows in parts.items():
        x = new_array(folder / f"{part}-x.npy", np.float32, (len(rows), width))
        for start in range(0, len(rows), BLOCK):
            block = rows[start : start + BLOCK]
            x[start : start + len(block)] = encode_table(
                specs, {id: values[block] for id, values in columns.items()}
            )
            done += len(block)
            if total > BLOCK:
                tell(ProgressPayload(phase="prepare", done=done, total=total, unit="rows"))
        x.flush()
    return specs, (width,), {}


def write_pictures(
    version: VersionFolder,
    inputs: list[Column],
    encoding: Encoding,
    parts: PartRows,
    folder: Path,
    tell: Tell,
) -> Written:
    """Bring every picture to the training size, as bytes; measure the colours of the training part."""
    column, size = inputs[0], encoding.image_size
    spec = {"kind": "image", "column": column.id, "name": column.name, "size": size}
    total, done = sum(len(rows) for rows in parts.values()), 0
    sums, squares = np.zeros(3), np.zeros(3)
    for part, rows in parts.items():
        x = new_array(folder / f"{part}-x.npy", np.uint8, (len(rows), 3, size, size))
        for place, picture in enumerate(read_pictures(version, column.id, rows)):
            x[place] = encode_image(picture, spec)
            if part == "train":
                flat = x[place].reshape(3, -1).astype(np.float64)
                sums += flat.mean(axis=1)
                squares += (flat**2).mean(axis=1)
            done += 1
            if done % 50 == 0 or done == total:
                tell(ProgressPayload(phase="prepare", done=done, total=total, unit="pictures"))
        x.flush()
    mean = sums / len(parts["train"])
    deviation = np.sqrt(np.maximum(squares / len(parts["train"]) - mean**2, 1.0))
    return [spec], (3, size, size), {"mean": mean.tolist(), "deviation": deviation.tolist()}


def new_array(path: Path, kind: Any, shape: tuple[int, ...]) -> Any:
    """A new ``.npy`` file to be filled in place; an empty part gets a plain file, since nothing cannot be
    mapped."""
    if 0 in shape:
        np.save(path, np.zeros(shape, kind))
        return np.zeros(shape, kind).view(Unmapped)
    return np.lib.format.open_memmap(path, mode="w+", dtype=kind, shape=shape)


class Unmapped(np.ndarray):
    """An array without a file behind it."""

    def flush(self) -> None:
        """Nothing to write."""


def fit_column(
    column: Column, values: NDArray[Any], encoding: Encoding, learned: list[Step]
) -> dict[str, Any]:
    """The spec of a column from its training values: first what the steps that learn make of them, each after the
    one before, then its encoder.
    """
    before: list[dict[str, Any]] = []
    for step in of_column(learned, column.id):
        fitted = fit_step(step, values)
        if fitted is not None:
            before.append(fitted)
            values = apply_before({"before": [fitted]}, values)
    spec = FITTERS[column.type](column, values, encoding)
    return spec | {"before": before} if before else spec


def fit_number(column: Column, values: NDArray[Any], encoding: Encoding) -> dict[str, Any]:
    """Mean, deviation and median of the finite training values."""
    return {"kind": "number", "column": column.id, "name": column.name} | measure(
        values.astype(np.float64), encoding
    )


def fit_datetime(column: Column, values: NDArray[Any], encoding: Encoding) -> dict[str, Any]:
    """The same of days since 2000."""
    return {"kind": "datetime", "column": column.id, "name": column.name} | measure(to_days(values), encoding)


def measure(values: NDArray[np.float64], encoding: Encoding) -> dict[str, Any]:
    """What the encoder of a number must know, from the training values; nan are holes."""
    found = values[np.isfinite(values)]
    hole = len(found) < len(values)
    return {
        "mode": encoding.numbers,
        "missing": encoding.missing,
        "mean": float(found.mean()) if len(found) else 0.0,
        "deviation": (float(found.std()) if len(found) else 0.0) or 1.0,
        "median": float(np.median(found)) if len(found) else 0.0,
        "flag": hole and encoding.missing == "median",
    }


def fit_category(column: Column, values: NDArray[Any], encoding: Encoding) -> dict[str, Any]:
    """The most frequent categories of the training part, most frequent first (ties by name)."""
    present = [value for value in values.tolist() if value is not None]
    names, counts = np.unique(np.array(present, dtype=str), return_counts=True)
    order = np.argsort(-counts, kind="stable")[: encoding.max_categories]
    return {
        "kind": "category",
        "column": column.id,
        "name": column.name,
        "categories": [str(names[place]) for place in order],
    }


FITTERS = {"number": fit_number, "datetime": fit_datetime, "category": fit_category}
