"""``predictions.parquet``: every validation and test example with truth and answer; whole or not at all."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

CLASS_SCHEMA = pa.schema(
    {
        "row": pa.int64(), "part": pa.string(), "truth": pa.string(), "predicted": pa.string(),
        "confidence": pa.float64(), "truth_probability": pa.float64(), "error": pa.float64(),
        "correct": pa.bool_(), "probabilities": pa.list_(pa.float64()),
    }
)  # fmt: skip
NUMBER_SCHEMA = pa.schema(
    [pa.field(f.name, pa.float64()) if f.name in ("truth", "predicted") else f for f in CLASS_SCHEMA]
)


@contextmanager
def open_predictions(path: Path, *, classes: bool) -> Iterator[pq.ParquetWriter]:
    """A writer of blocks of rows; the file appears under its name only when the last block is on the disk."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(handle)
    try:
        with pq.ParquetWriter(
            temporary, CLASS_SCHEMA if classes else NUMBER_SCHEMA, compression="zstd"
        ) as writer:
            yield writer
        with Path(temporary).open("rb") as file:
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def classes_block(
    row_N: NDArray[np.int64], part: str, truth_N: NDArray[np.int64], probability_NK: NDArray[np.float64],
    labels: list[str],
) -> pa.RecordBatch:  # fmt: skip
    """Rows of a classification."""
    rows, width = probability_NK.shape
    answer_N = probability_NK.argmax(axis=1)
    truth_probability_N = probability_NK[np.arange(rows), truth_N]
    names = pa.array(labels, pa.string())
    lists = pa.ListArray.from_arrays(
        pa.array(np.arange(0, (rows + 1) * width, width, dtype=np.int32)), pa.array(probability_NK.ravel())
    )
    return pa.RecordBatch.from_arrays(
        [
            pa.array(row_N), pa.array([part] * rows, pa.string()), names.take(pa.array(truth_N)),
            names.take(pa.array(answer_N)), pa.array(probability_NK.max(axis=1)),
            pa.array(truth_probability_N), pa.array(1 - truth_probability_N), pa.array(answer_N == truth_N),
            lists,
        ],
        schema=CLASS_SCHEMA,
    )  # fmt: skip


def numbers_block(
    row_N: NDArray[np.int64], part: str, truth_N: NDArray[np.float64], predicted_N: NDArray[np.float64]
) -> pa.RecordBatch:
    """Rows of a regression."""
    rows = len(row_N)
    columns = {
        "row": pa.array(row_N), "part": pa.array([part] * rows, pa.string()), "truth": pa.array(truth_N),
        "predicted": pa.array(predicted_N), "error": pa.array(predicted_N - truth_N),
    }  # fmt: skip
    return pa.RecordBatch.from_arrays(
        [columns.get(field.name, pa.nulls(rows, field.type)) for field in NUMBER_SCHEMA], schema=NUMBER_SCHEMA
    )
