"""Steps that learn: what they take from the training part. ``trainer.columns.encode`` applies it, as ``before`` of a
column's spec.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np

from trainer.contract.steps import Clip, Impute, Merge, Step
from trainer.mend.reading import Array

Fitted = dict[str, Any]


def fit_step(step: Step, values: Array) -> Fitted | None:
    """What a step learns from cells (float64 with nan, object with None, or datetime64); None where there are none."""
    present = values[known(values)]
    if not len(present):
        return None
    match step:
        case Impute(how="most_frequent"):
            return {"do": "fill", "value": plain(most_frequent(present))}
        case Impute(how=how):
            return {"do": "fill", "value": float(np.mean(present) if how == "mean" else np.median(present))}
        case Clip(share=float() as share):
            low, high = np.quantile(present, [(1 - share) / 2, (1 + share) / 2])
            return {"do": "clip", "low": float(low), "high": float(high)}
        case Merge(below=int() as below, into=into):
            names, counts = np.unique(present.astype(str), return_counts=True)
            return {"do": "keep", "values": names[counts >= below].tolist(), "into": into}
    raise ValueError(f"A step ‘{step.kind}’ learns nothing.")


def of_column(steps: Iterable[Step], column: str) -> list[Step]:
    """Those of some learning steps that concern a column."""
    return [step for step in steps if isinstance(step, Impute | Clip | Merge) and step.column == column]


def known(values: Array) -> Array:
    """Which cells are not missing."""
    if values.dtype == object:
        return np.array([cell is not None for cell in values.tolist()], dtype=bool)
    return ~np.isnat(values) if values.dtype.kind == "M" else np.isfinite(values)


def most_frequent(present: Array) -> Any:
    """The value that occurs most often, of equals the first in order."""
    found, counts = np.unique(present.astype(str) if present.dtype == object else present, return_counts=True)
    return found[np.argmax(counts)]


def plain(value: Any) -> str | float:
    """A value as JSON has it."""
    return float(value) if isinstance(value, np.floating) else str(value)
