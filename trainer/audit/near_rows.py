"""Rows of a table that are nearly the same: different in a single cell, or every number a hair's breadth away."""

import numpy as np
import numpy.typing as npt

from trainer.audit.hashing import Keys, combine
from trainer.columns import read_columns
from trainer.contract.dataset import Column, VersionFolder
from trainer.features import Rows, Tell

LEAST_COLUMNS = 4
OWN = 0.2
"""A column with so many different values for each row tells rows apart: one such must agree."""
HAIR = 0.005
"""Of a column's middle half: numbers nearer than this are the same measured or rounded otherwise."""
BY_CHANCE = 0.2
"""Share of the pairs that chance alone explains above which they say nothing."""
LINES = 3
"""Directions that rows are sorted into cells along."""
MOST_OF_CELL = 200
Codes = npt.NDArray[np.int64]


def near_rows(version: VersionFolder, columns: list[Column], rows: Rows, tell: Tell) -> npt.NDArray[np.int64]:
    """Pairs of places in ``rows`` that are nearly, or wholly, the same: [M, 2]. Ids are left out by the caller."""
    if len(columns) < LEAST_COLUMNS:
        return np.zeros((0, 2), np.int64)
    cells = read_columns(version, [c.id for c in columns], rows)
    codes = {c.id: as_codes(cells[c.id]) for c in columns}
    telling = [c for c in columns if len(np.unique(codes[c.id])) >= OWN * len(rows)]
    found = one_apart(codes, [c.id for c in telling], tell)
    numbers = [c.id for c in telling if c.type == "number"]
    if len(numbers) >= LINES:
        others = [codes[c.id] for c in columns if c.id not in numbers]
        found |= hair_apart(np.column_stack([cells[id] for id in numbers]).astype(np.float64), others, tell)
    return np.array(sorted(found), np.int64).reshape(-1, 2)


def as_codes(values: npt.NDArray[np.generic]) -> Codes:
    """The same number for the same cell, whatever the case and the blanks around of a text; holes are equal."""
    if values.dtype.kind == "M":
        cells: npt.NDArray[np.generic] = values.astype(np.int64)
    elif values.dtype.kind == "f":
        cells = values
    else:
        cells = np.array(
            ["" if value is None else " ".join(str(value).casefold().split()) for value in values.tolist()]
        )
    codes: Codes = np.unique(cells, return_inverse=True)[1].astype(np.int64)
    return codes


def one_apart(codes: dict[str, Codes], telling: list[str], tell: Tell) -> set[tuple[int, int]]:
    """Rows that agree in all columns but one at most, among them one that tells rows apart."""
    generator = np.random.default_rng(0)
    hashed = {id: spread(code, generator) for id, code in codes.items()}
    whole = np.add.reduce(list(hashed.values()))
    pairs: set[tuple[int, int]] = set()
    for done, (id, mine) in enumerate(hashed.items()):
        tell("comparing rows", done, len(hashed))
        if any(other != id for other in telling):
            found = neighbours(whole - mine)
            if by_chance({other: codes[other] for other in codes if other != id}) <= BY_CHANCE * len(found):
                pairs |= found
    return pairs


def by_chance(codes: dict[str, Codes]) -> float:
    """Pairs of rows that would agree in all these columns if the columns had nothing to do with each other."""
    chance = 1.0
    n = 0
    for code in codes.values():
        count = np.bincount(code).astype(np.float64)
        n = len(code)
        chance *= float((count * (count - 1)).sum()) / max(1.0, n * (n - 1.0))
    return chance * n * (n - 1) / 2


def spread(code: Codes, generator: np.random.Generator) -> Keys:
    """A random 64-bit number for each code."""
    return generator.integers(0, 1 << 63, int(code.max()) + 1, dtype=np.uint64)[code]


def neighbours(keys: Keys) -> set[tuple[int, int]]:
    """Rows with equal keys, each paired with the next: enough to join them into groups."""
    order = np.argsort(keys, kind="stable")
    same = np.flatnonzero(keys[order][1:] == keys[order][:-1])
    return set(zip(order[same].tolist(), order[same + 1].tolist(), strict=True))


def hair_apart(x_ND: npt.NDArray[np.float64], others: list[Codes], tell: Tell) -> set[tuple[int, int]]:
    """Rows whose numbers all differ by less than a hair's breadth and whose other cells are equal.

    Rows are sorted into cells along three random directions, twice as wide as near rows can lie apart; cells are laid
    out again shifted by half, each direction on its own, so that every near pair shares a cell in one of the eight.
    """
    low, high = np.nanquantile(x_ND, (0.25, 0.75), axis=0)
    width = np.where(high > low, high - low, np.nanstd(x_ND, axis=0))
    z_ND = x_ND / np.where(width > 0, width, 1.0)
    hole_ND = np.isnan(z_ND)
    z_ND = np.where(hole_ND, 0.0, z_ND)
    rest = combine([*others, *hole_ND.T.astype(np.int64)], len(z_ND))
    generator = np.random.default_rng(0)
    lines_DL = generator.choice([-1.0, 1.0], (z_ND.shape[1], LINES))
    side = 2 * HAIR * z_ND.shape[1]
    place_NL = (z_ND @ lines_DL) / side
    pairs: set[tuple[int, int]] = set()
    for shift in range(2**LINES):
        tell("comparing numbers", shift, 2**LINES)
        moved = np.floor(place_NL + [(shift >> line & 1) / 2 for line in range(LINES)]).astype(np.int64)
        cell = combine([rest.view(np.int64), *moved.T], len(z_ND))
        pairs |= within(cell, z_ND)
    return pairs


def within(cell_N: Keys, z_ND: npt.NDArray[np.float64]) -> set[tuple[int, int]]:
    """Pairs of the same cell whose numbers all lie within a hair's breadth."""
    order = np.argsort(cell_N, kind="stable")
    found: set[tuple[int, int]] = set()
    for step in range(1, MOST_OF_CELL):
        one, other = order[:-step], order[step:]
        same = cell_N[one] == cell_N[other]
        if not same.any():
            break
        one, other = one[same], other[same]
        near = (np.abs(z_ND[one] - z_ND[other]) <= HAIR).all(axis=1)
        found |= {
            (min(a, b), max(a, b)) for a, b in zip(one[near].tolist(), other[near].tolist(), strict=True)
        }
    return found
