"""What encoders learn from the training part of a column, and nothing else."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainer.columns.encode import apply_before, to_days
from trainer.contract.dataset import Column
from trainer.contract.recipe import Encoding
from trainer.contract.steps import Step
from trainer.mend.learned import fit_step, of_column


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
