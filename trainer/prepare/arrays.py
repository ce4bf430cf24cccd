"""Inputs as arrays on disk: tables in blocks, pictures one by one."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainer.columns import read_columns, read_pictures
from trainer.columns.encode import encode_image, encode_table, feature_names
from trainer.contract.dataset import Column, VersionFolder
from trainer.contract.events import ProgressPayload
from trainer.contract.recipe import Encoding
from trainer.mend.lineage import learned_steps
from trainer.prepare.fitting import fit_column

BLOCK = 65_536
"""Rows encoded at a time."""
Tell = Callable[[ProgressPayload], None]
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
