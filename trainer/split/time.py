"""By time: the oldest rows train, the newest are the test, as it will be when the model is used."""

from typing import Any

import numpy as np
import numpy.typing as npt

from trainer.contract.recipe import Split
from trainer.split.material import PARTS, Material, Rows

DAY = 86_400_000_000.0


def divide(material: Material, split: Split) -> tuple[dict[str, Rows], list[str]]:
    """Two cuts on the line of time, never between rows of the same time. Raises ValueError in words."""
    assert material.key is not None
    when_N = to_numbers(material.key)
    rows = material.rows
    timeless = ~np.isfinite(when_N[rows])
    notes = []
    if timeless.any():
        n = int(timeless.sum())
        notes.append(f"{n:,} {'row has' if n == 1 else 'rows have'} no ‘{material.name}’ and are in no part.")
        rows = rows[~timeless]
    moments, counts = np.unique(when_N[rows], return_counts=True)
    if len(moments) < len(PARTS):
        raise ValueError(
            f"‘{material.name}’ has only {len(moments)} different values; three parts in order need at least 3. Choose "
            "another column, or split by ratio."
        )
    begins = cut(counts, split)
    starts = {"train": moments[0], "validation": moments[begins[0]], "test": moments[begins[1]]}
    place_N = np.searchsorted([starts["validation"], starts["test"]], when_N[rows], side="right")
    parts = {name: rows[place_N == place] for place, name in enumerate(PARTS)}
    if not split.gap:
        return parts, notes
    left = 0
    for name, following in (("train", "validation"), ("validation", "test")):
        near = when_N[parts[name]] > starts[following] - split.gap
        left += int(near.sum())
        parts[name] = parts[name][~near]
        if not len(parts[name]):
            raise ValueError(
                f"A gap of {split.gap:g} leaves no row for the {name} part. Make the gap smaller, or this part larger."
            )
    if left:
        notes.append(f"{left:,} {'row' if left == 1 else 'rows'} inside the gaps are in no part.")
    return parts, notes


def cut(counts: npt.NDArray[np.int64], split: Split) -> tuple[int, int]:
    """At which moment validation and test begin: where the shares are met best, each part at least one moment."""
    total = split.train + split.validation + split.test
    before = np.concatenate([[0], np.cumsum(counts)])[:-1]  # rows before each moment
    rows = int(counts.sum())
    first = nearest(before[1:-1], rows * split.train / total) + 1
    rest = before[first + 1 :]
    return first, nearest(rest, rows * (split.train + split.validation) / total) + first + 1


def nearest(values: npt.NDArray[np.int64], wish: float) -> int:
    """The place of the value that is nearest."""
    return int(np.argmin(np.abs(values - wish)))


def to_numbers(cells: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Times as days, numbers as they are, nan where missing."""
    if cells.dtype.kind == "M":
        days: npt.NDArray[np.float64] = cells.astype("datetime64[us]").astype(np.int64) / DAY
        return np.where(np.isnat(cells), np.nan, days)
    return cells.astype(np.float64)
