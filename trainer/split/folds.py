"""k folds: the test is locked apart, the rest validates in turns, so that every row is asked once a repeat."""

import numpy as np
import numpy.typing as npt

from trainer.contract.recipe import Split
from trainer.split.group import deal_units
from trainer.split.material import Material, Rows
from trainer.split.ratio import class_by_class, pick_share

TEST_APART = 7
"""Stream of chance of the locked part: the same whatever fold and repeat."""


def divide(material: Material, split: Split) -> tuple[dict[str, Rows], list[str]]:
    """The parts of one fold. Raises ValueError in words where there are fewer rows or groups than folds."""
    rows = material.rows
    labels = None if material.labels is None else material.labels[rows]
    units = None if material.units is None else material.units[rows]
    total = split.train + split.validation + split.test
    apart = set_apart(len(rows), units, labels, split.test / total, split.seed)
    rest = np.flatnonzero(~apart)
    found = len(rest) if units is None else len(np.unique(units[rest]))
    if found < split.folds:
        what = (
            "rows" if units is None else f"groups of ‘{material.name}’" if material.name else "sets of copies"
        )
        raise ValueError(
            f"Only {found} {what} are left beside the test part: too few for {split.folds} folds. Choose fewer folds."
        )
    repeat, turn = divmod(split.fold - 1, split.folds)
    generator = np.random.default_rng([split.seed, repeat])
    kept = None if labels is None else labels[rest]
    if units is not None:
        fold_N = deal_units(units[rest], kept, [1 / split.folds] * split.folds, generator)
    else:
        fold_N = np.empty(len(rest), dtype=np.int64)
        fold_N[class_by_class(len(rest), kept, generator)] = np.arange(len(rest)) % split.folds
    return {
        "train": rows[rest[fold_N != turn]],
        "validation": rows[rest[fold_N == turn]],
        "test": rows[apart],
    }, []


def set_apart(
    count: int,
    units: npt.NDArray[np.int64] | None,
    labels: npt.NDArray[np.int64] | None,
    share: float,
    seed: int,
) -> npt.NDArray[np.bool_]:
    """Which rows are the locked part: the same in every fold and repeat."""
    generator = np.random.default_rng([seed, TEST_APART])
    if units is None:
        return pick_share(count, labels, share, generator)
    picked: npt.NDArray[np.bool_] = deal_units(units, labels, [1 - share, share], generator) == 1
    return picked
