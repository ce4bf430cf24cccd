"""Whether the exported file answers as the trained model does, on held-out rows of the person's own table."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from trainer.columns import read_columns, read_pictures
from trainer.columns.encode import encode_image, encode_table
from trainer.contract.dataset import VersionFolder
from trainer.contract.plan import trim
from trainer.learners.fitted import Fitted
from trainer.mend.cells import Mender
from trainer.mend.lineage import find_lineage, root_rows
from trainer.prepare import Prepared

CHECKED = 500
TOLERANCE = 1e-3
TIE = 1e-4
"""Two classes whose probabilities are this near may change places."""


KEPT = "The run is kept, but there is no file to take away."


class ExportDiffers(ValueError):
    """The exported file does not answer like the trained model."""


@dataclass(frozen=True)
class Found:
    """What the comparison showed."""

    rows: int
    largest_difference: float
    equal_answers: int


def prove(
    folder: Path, version: VersionFolder, inputs: list[str], prepared: Prepared, fitted: Fitted
) -> Found:
    """Run ``model.onnx`` on up to 500 test rows, evenly picked. Raises ExportDiffers in words."""
    x, _, rows = prepared.part("test")
    places = np.linspace(0, len(rows) - 1, min(CHECKED, len(rows))).astype(np.int64)
    trained = np.asarray(fitted.predict(np.asarray(x[places])), np.float64)
    session = onnxruntime.InferenceSession(str(folder / "model.onnx"), providers=["CPUExecutionProvider"])
    fresh = encode_again(version, inputs, prepared, np.asarray(rows[places]))
    (answer,) = session.run(None, {session.get_inputs()[0].name: fresh})
    scale = 1.0 if fitted.classes else deviation_of(prepared)
    return compare(trained, np.asarray(answer, np.float64), scale)


def encode_again(
    version: VersionFolder, inputs: list[str], prepared: Prepared, rows: NDArray[np.int64]
) -> Any:
    """From the table (or the pictures) to inputs once more, by the path of a prediction: a dict a row."""
    if prepared.pictures:
        spec = prepared.specs[0]
        return np.stack([encode_image(p, spec) for p in read_pictures(version, spec["column"], rows)])
    columns = read_cells(version, inputs, rows)
    return encode_table(
        prepared.specs, [{id: columns[id][place] for id in inputs} for place in range(len(rows))]
    )


def read_cells(version: VersionFolder, inputs: list[str], rows: NDArray[np.int64]) -> dict[str, NDArray[Any]]:
    """The inputs of rows of a version; where it has steps, from the rows of its root and by those steps."""
    lineage = find_lineage(version)
    if lineage is None:
        return read_columns(version, inputs, rows)
    deeds, asked = trim(lineage.plan.deeds, inputs, relabel=True)
    places = root_rows(version, rows)
    return Mender(deeds).mend(read_columns(lineage.root, asked, places), places)[0]


def deviation_of(prepared: Prepared) -> float:
    """Standard deviation of the target over the training part, in the person's units."""
    return float(np.std(prepared.part("train")[1])) * prepared.deviation or 1.0


def compare(trained: NDArray[np.float64], exported: NDArray[np.float64], scale: float) -> Found:
    """Probabilities [N, K], or numbers [N] over ``scale``. Raises ExportDiffers beyond ``TOLERANCE``."""
    if trained.shape != exported.shape or not np.isfinite(exported).all():
        raise ExportDiffers(
            f"The exported model gives answers of shape {exported.shape} where the trained one gives "
            f"{trained.shape}, or some that are no numbers. {KEPT}"
        )
    difference = np.abs(trained - exported) / scale
    largest = float(difference.max(initial=0.0))
    if trained.ndim == 1:
        equal = difference <= TOLERANCE
        apart = ~equal
    else:
        here, there = trained.argmax(axis=1), exported.argmax(axis=1)
        lines = np.arange(len(trained))
        equal = here == there
        apart = ~equal & (trained[lines, here] - trained[lines, there] > TIE)
    if largest > TOLERANCE or apart.any():
        raise ExportDiffers(
            f"The exported model answers differently from the trained one: on {len(trained)} held-out rows "
            f"the largest difference is {largest:.2g} (at most {TOLERANCE:g} is allowed) and "
            f"{int(apart.sum())} answers differ. {KEPT}"
        )
    return Found(len(trained), largest, int(equal.sum()))
