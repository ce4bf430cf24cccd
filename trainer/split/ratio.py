"""By ratio: one shuffle, class by class where classes must keep their shares."""

from typing import Any

import numpy as np
import numpy.typing as npt

from trainer.contract.recipe import Split
from trainer.split import group
from trainer.split.material import PARTS, Material, Rows, check_enough


def divide(material: Material, asked: Split) -> tuple[dict[str, Rows], list[str]]:
    """Row by row, or whole sets of copies at a time."""
    if material.units is not None:
        return group.divide(material, asked)
    return split(material.n, material.usable, material.labels, asked), []


def split(
    n: int, usable: npt.NDArray[np.bool_] | None, labels: npt.NDArray[Any] | None, split: Split
) -> dict[str, Rows]:
    """Rows 0..n-1 of a version, each ``usable`` one (all by default) in one of three parts, sorted.

    With ``labels`` (one per row) and ``split.stratify`` every class keeps its share in every part; classes of
    one or two rows go to training, where they can be learned from. Raises ValueError in words with fewer than
    5 usable rows.
    """
    row_N = np.arange(n, dtype=np.int64) if usable is None else np.flatnonzero(usable).astype(np.int64)
    check_enough(len(row_N))
    generator = np.random.Generator(np.random.PCG64(split.seed))
    total = split.train + split.validation + split.test
    shares = (split.train / total, split.validation / total, split.test / total)
    if labels is None or not split.stratify:
        part_N = deal(len(row_N), shares, generator)
    else:
        part_N = deal_classes(labels[row_N], shares, generator)
    fill_empty(part_N, generator)
    return {name: row_N[part_N == place] for place, name in enumerate(PARTS)}


def deal(n: int, shares: tuple[float, ...], generator: np.random.Generator) -> npt.NDArray[np.int8]:
    """The part of each of n rows, by one shuffle."""
    first = round(n * shares[0])
    second = min(n, first + round(n * shares[1]))
    part_N = np.full(n, 2, dtype=np.int8)
    order_N = generator.permutation(n)
    part_N[order_N[:first]] = 0
    part_N[order_N[first:second]] = 1
    return part_N


def deal_classes(
    labels: npt.NDArray[Any], shares: tuple[float, ...], generator: np.random.Generator
) -> npt.NDArray[np.int8]:
    """The part of each row, dealt class by class in the order in which they first appear, so that
    what a class is called does not matter. What rounding leaves over is carried to the next class, so
    that the parts have their sizes in sum too.
    """
    text = np.asarray([str(label) for label in labels]) if labels.dtype == object else labels
    _, first_K, class_N = np.unique(text, return_index=True, return_inverse=True)
    part_N = np.zeros(len(labels), dtype=np.int8)
    owed = np.zeros(3)
    for kind in np.argsort(first_K):
        rows = np.flatnonzero(class_N == kind)
        wish = np.asarray(shares) * len(rows)
        if len(rows) <= 2:
            continue
        count = np.floor(wish).astype(np.int64)
        owed += wish - count
        for _ in range(len(rows) - int(count.sum())):
            neediest = int(np.argmax(owed))
            count[neediest] += 1
            owed[neediest] -= 1.0
        shuffled = generator.permutation(rows)
        part_N[shuffled[count[0] : count[0] + count[1]]] = 1
        part_N[shuffled[count[0] + count[1] :]] = 2
    return part_N


def fill_empty(part_N: npt.NDArray[np.int8], generator: np.random.Generator) -> None:
    """Give a part that got nothing one row of the largest part."""
    for place in range(3):
        if not (part_N == place).any():
            largest = int(np.argmax(np.bincount(part_N, minlength=3)))
            part_N[generator.choice(np.flatnonzero(part_N == largest))] = place


def class_by_class(
    count: int, labels: npt.NDArray[np.int64] | None, generator: np.random.Generator
) -> npt.NDArray[np.int64]:
    """All rows in an order in which those of a class stand together, shuffled among themselves."""
    shuffled = generator.permutation(count)
    return shuffled if labels is None else shuffled[np.argsort(labels[shuffled], kind="stable")]


def pick_share(
    count: int, labels: npt.NDArray[np.int64] | None, share: float, generator: np.random.Generator
) -> npt.NDArray[np.bool_]:
    """Which rows belong to a share of all, the same share of every class; at least one row, and not all."""
    order = class_by_class(count, labels, generator)
    wish = min(max(share * count, 1.0), count - 1.0)
    steps = np.floor((np.arange(count) + 1) * (wish / count) + 0.5)
    picked = np.zeros(count, dtype=bool)
    picked[order] = np.diff(steps, prepend=0.0) > 0
    return picked
