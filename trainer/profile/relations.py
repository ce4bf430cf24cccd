"""How strongly columns go together, each with each, in one table of numbers."""

import numpy as np
import numpy.typing as npt

from trainer.contract.dataset import Column, Finding, Relations
from trainer.profile.look import Look, quoted
from trainer.profile.sample import Codes

MOST_COLUMNS = 40
MOST_VALUES = 50
STRONG = 0.95
LEAST_ROWS = 20
TOLD = 2
Matrix = npt.NDArray[np.float64]


def relate(look: Look) -> Relations | None:
    """The relations of at most 40 columns; None where there are not two."""
    columns = [
        column
        for column in look.of_type("number", "category")
        if column.type == "number" or look.measured[column.id].distinct <= MOST_VALUES
    ][:MOST_COLUMNS]
    if len(columns) < 2 or look.sample.rows < LEAST_ROWS:
        return None
    numbers = [c.id for c in columns if c.type == "number"]
    codes = {c.id: look.sample.codes(c.id)[0] for c in columns if c.type == "category"}
    X = np.column_stack([look.sample.numbers(id) for id in numbers]) if numbers else np.zeros((0, 0))
    correlations = pearson(X)
    values: list[list[float | None]] = []
    for one in columns:
        row: list[float | None] = []
        for other in columns:
            if one.id in codes and other.id in codes:
                row.append(said(cramer(codes[one.id], codes[other.id])) if one.id != other.id else 1.0)
            elif one.id in codes or other.id in codes:
                category, number = (one.id, other.id) if one.id in codes else (other.id, one.id)
                row.append(said(ratio(codes[category], X[:, numbers.index(number)])))
            else:
                row.append(said(correlations[numbers.index(one.id), numbers.index(other.id)]))
        values.append(row)
    return Relations(columns=[c.id for c in columns], values=values, rows=look.sample.rows)


def said(value: float) -> float | None:
    """Three digits are enough."""
    return round(float(value), 3) if np.isfinite(value) else None


def pearson(X: Matrix) -> Matrix:
    """Correlations of the columns of X [N, D], each pair on the rows where both are there."""
    there = np.isfinite(X)
    filled = np.where(there, X, 0.0)
    scale = np.abs(filled).max(axis=0, initial=0.0)
    filled = filled / np.where(scale > 0, scale, 1.0)
    count = np.maximum(there.sum(axis=0), 1)
    centred = np.where(there, filled - filled.sum(axis=0) / count, 0.0)
    M = there.astype(np.float64)
    n = M.T @ M
    sums = centred.T @ M
    squares = (centred**2).T @ M
    products = centred.T @ centred
    with np.errstate(divide="ignore", invalid="ignore"):
        covariance = products - sums * sums.T / n
        spread = np.sqrt((squares - sums**2 / n) * (squares - sums**2 / n).T)
        found = np.where((spread > 1e-12) & (n >= LEAST_ROWS), covariance / spread, np.nan)
    result: Matrix = np.clip(found, -1.0, 1.0)
    return result


def ratio(codes_N: Codes, numbers_N: Matrix) -> float:
    """The correlation ratio: the root of the share of a number's variance that lies between categories."""
    both = (codes_N >= 0) & np.isfinite(numbers_N)
    if both.sum() < LEAST_ROWS:
        return float("nan")
    codes, numbers = codes_N[both], numbers_N[both] / (np.abs(numbers_N[both]).max() or 1.0)
    numbers = numbers - numbers.mean()
    count = np.bincount(codes)
    sums = np.bincount(codes, weights=numbers)
    whole = float((numbers**2).sum())
    k, n = int((count > 0).sum()), len(codes)
    if whole <= 1e-12 * n or n <= k:
        return float("nan")
    share = float((sums[count > 0] ** 2 / count[count > 0]).sum()) / whole
    # without the share that k categories explain by chance (epsilon squared, Kelley 1935)
    return float(np.sqrt(max(0.0, 1 - (1 - min(share, 1.0)) * (n - 1) / (n - k))))


def cramer(one_N: Codes, other_N: Codes) -> float:
    """Cramér's V, corrected for what chance gives (Bergsma 2013)."""
    both = (one_N >= 0) & (other_N >= 0)
    n = int(both.sum())
    if n < LEAST_ROWS:
        return float("nan")
    a, r = renumber(one_N[both])
    b, k = renumber(other_N[both])
    if min(r, k) < 2:
        return float("nan")
    table = np.bincount(a * k + b, minlength=r * k).reshape(r, k).astype(np.float64)
    wanted = table.sum(axis=1, keepdims=True) * table.sum(axis=0, keepdims=True) / n
    phi = float(((table - wanted) ** 2 / wanted).sum()) / n
    phi = max(0.0, phi - (k - 1) * (r - 1) / (n - 1))
    least = min(k - (k - 1) ** 2 / (n - 1), r - (r - 1) ** 2 / (n - 1)) - 1
    return float(np.sqrt(phi / least)) if least > 0 else float("nan")


def renumber(codes_N: Codes) -> tuple[Codes, int]:
    """The codes that occur, without gaps in their numbers, and how many there are."""
    there_K = np.bincount(codes_N) > 0
    return np.cumsum(there_K)[codes_N] - 1, int(there_K.sum())


def strong_relations(look: Look, relations: Relations | None, before: list[Finding]) -> list[Finding]:
    """Groups of columns that nearly say the same, but for those already told of."""
    if relations is None:
        return []
    told = [set(finding.columns) for finding in before if finding.kind == "leak"]
    columns = {column.id: column for column in look.columns}
    groups: list[list[Column]] = []
    for place, id in enumerate(relations.columns):
        if columns[id].type != "number":
            continue
        for group in groups:
            others = [relations.columns.index(column.id) for column in group]
            strengths = [abs(relations.values[place][other] or 0.0) for other in others]
            if min(strengths) >= STRONG and not any({id, c.id} <= pair for c in group for pair in told):
                group.append(columns[id])
                break
        else:
            groups.append([columns[id]])
    several = sorted((group for group in groups if len(group) > 1), key=len, reverse=True)
    return [describe(relations, group) for group in several[:TOLD]]


def describe(relations: Relations, group: list[Column]) -> Finding:
    """The sentence with the weakest of the strong relations."""
    places = [relations.columns.index(column.id) for column in group]
    weakest = min(abs(relations.values[a][b] or 0.0) for a in places for b in places if a != b)
    said = f"{weakest:.2f}" if len(group) == 2 else f"at least {weakest:.2f}"
    return Finding(
        kind="correlation", columns=[column.id for column in group],
        sentence=f"{quoted([c.name for c in group])} go together nearly perfectly (correlation {said}): one of them "
        "would say nearly as much.",
    )  # fmt: skip
