"""What shall be predicted, as class numbers or as numbers; what cannot be learned is refused in words."""

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainer.contract.dataset import Column

PARTS = ("train", "validation", "test")


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
