"""By group: no speaker, patient or copy stands in two parts."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from trainer.contract.recipe import Split
from trainer.split.material import PARTS, Material, Rows

Units = npt.NDArray[np.int64]


def divide(material: Material, split: Split) -> tuple[dict[str, Rows], list[str]]:
    """Whole groups, so that sizes and classes come near the shares. Raises ValueError in words with too few groups."""
    rows = material.rows
    assert material.units is not None
    units = material.units[rows]
    found = len(np.unique(units))
    if found < len(PARTS):
        groups = "1 group" if found == 1 else f"{found} groups"
        raise ValueError(
            f"‘{material.name}’ has only {groups} among the usable rows; three parts need at least 3. Choose another "
            "column, or split by ratio."
        )
    labels = None if material.labels is None else material.labels[rows]
    total = split.train + split.validation + split.test
    shares = [split.train / total, split.validation / total, split.test / total]
    part_N = deal_units(units, labels, shares, np.random.Generator(np.random.PCG64(split.seed)))
    return {name: rows[part_N == place] for place, name in enumerate(PARTS)}, []


def deal_units(
    units_N: Units, labels_N: Units | None, shares: Sequence[float], generator: np.random.Generator
) -> npt.NDArray[np.int64]:
    """The part of each row, whole units at a time: the largest first, each to where sizes and classes then lie nearest
    to the wish. Lone rows come last and fill what is owed. No part stays empty where there are as many units.

    The measure is the sum over classes of (have - wish)^2 / wish, as in the chi-squared test.
    """
    unit_N = np.unique(units_N, return_inverse=True)[1]
    label_N = (
        np.zeros(len(units_N), np.int64) if labels_N is None else np.unique(labels_N, return_inverse=True)[1]
    )
    count_U = np.bincount(unit_N)
    wish_PK = np.outer(shares, np.bincount(label_N).astype(float))
    have_PK = np.zeros_like(wish_PK)
    part_U = np.full(len(count_U), -1, dtype=np.int64)
    classes = wish_PK.shape[1]
    order = generator.permutation(len(count_U))
    order = order[np.argsort(-count_U[order], kind="stable")]
    by_unit = np.argsort(unit_N, kind="stable")
    starts = np.concatenate([[0], np.cumsum(count_U)])
    scale_PK = np.maximum(wish_PK, 1.0)
    for place, unit in enumerate(order):
        if count_U[unit] == 1 and place >= len(shares):
            break
        count_K = np.bincount(label_N[by_unit[starts[unit] : starts[unit + 1]]], minlength=classes)
        cost_P = ((2 * (have_PK - wish_PK) + count_K) * count_K / scale_PK).sum(axis=1)
        empty_P = ~have_PK.any(axis=1)
        if empty_P.sum() >= len(order) - place:  # as many units are left as parts that have none
            cost_P[~empty_P] = np.inf
        part = int(np.argmin(cost_P))
        part_U[unit] = part
        have_PK[part] += count_K
    lone = np.flatnonzero(part_U[unit_N] < 0)
    part_N = part_U[unit_N]
    for kind in range(classes):
        rows = generator.permutation(lone[label_N[lone] == kind])
        part_N[rows] = fill(np.maximum(wish_PK[:, kind] - have_PK[:, kind], 0.0), len(rows))
    return part_N


def fill(owed_P: npt.NDArray[np.float64], count: int) -> npt.NDArray[np.int64]:
    """So many parts, in the proportions of what is owed, largest remainders first."""
    if not owed_P.sum():
        owed_P = np.ones_like(owed_P)
    wish_P = owed_P / owed_P.sum() * count
    whole_P = np.floor(wish_P).astype(np.int64)
    rest = np.argsort(whole_P - wish_P, kind="stable")[: count - int(whole_P.sum())]
    whole_P[rest] += 1
    return np.repeat(np.arange(len(owed_P)), whole_P)
