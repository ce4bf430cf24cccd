"""Texts that are nearly the same: MinHash over pieces of four characters (Broder 1997), proved by what they share."""

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.feature_extraction.text import HashingVectorizer

from trainer.audit.hashing import mix
from trainer.features import Tell

PIECE = 4
BANDS, DEEP = 40, 4
"""A pair that shares 0.7 of its pieces meets in one of 40 bands of 4 hashes with a probability of 0.99998."""
SAME = 0.7
SHORTEST = 20
"""Characters: shorter texts are alike by chance."""
BATCH = 20_000
CHARACTERS = 5_000
MOST_OF_BUCKET = 50


def near_texts(texts: list[str | None], tell: Tell) -> npt.NDArray[np.int64]:
    """Pairs of places of texts that share at least 0.7 of their pieces: [M, 2]. Equal texts count too."""
    kept = np.array([place for place, text in enumerate(texts) if text and len(text) >= SHORTEST], np.int64)
    if len(kept) < 2:
        return np.zeros((0, 2), np.int64)
    vectors = HashingVectorizer(
        analyzer="char_wb", ngram_range=(PIECE, PIECE), n_features=1 << 22, binary=True, norm=None,
        alternate_sign=False, lowercase=True,
    )  # fmt: skip
    pieces = []
    for start in range(0, len(kept), BATCH):
        tell("cutting texts into pieces", start, len(kept))
        pieces.append(
            vectors.transform([str(texts[place])[:CHARACTERS] for place in kept[start : start + BATCH]])
        )
    matrix = sparse.csr_matrix(sparse.vstack(pieces))
    matrix.sort_indices()
    pairs: set[tuple[int, int]] = set()
    generator = np.random.default_rng(0)
    for band in range(BANDS):
        tell("comparing texts", band, BANDS)
        pairs |= meet(signature(matrix, generator))
    found = [(int(kept[a]), int(kept[b])) for a, b in sorted(pairs) if jaccard(matrix, a, b) >= SAME]
    return np.array(found, np.int64).reshape(-1, 2)


def signature(matrix: sparse.csr_matrix, generator: np.random.Generator) -> npt.NDArray[np.uint64]:
    """One number a row: its least hashes under four random orders of all pieces, joined."""
    joined = np.zeros(matrix.shape[0], np.uint64)
    filled = np.diff(matrix.indptr) > 0
    starts = matrix.indptr[:-1][filled]
    for _ in range(DEEP):
        order = generator.integers(1, 1 << 62, 2, dtype=np.uint64)
        mixed = mix(matrix.indices.astype(np.uint64) * (order[0] | np.uint64(1)) + order[1])
        least = np.full(matrix.shape[0], np.uint64(0))
        if len(starts):
            least[filled] = np.minimum.reduceat(mixed, starts)
        joined = mix(joined * np.uint64(31) + least)
    joined[~filled] = np.arange((~filled).sum(), dtype=np.uint64)  # nothing in common with anybody
    return joined


def meet(signature_N: npt.NDArray[np.uint64]) -> set[tuple[int, int]]:
    """Pairs of rows with the same signature. In a large crowd each meets the next few: groups join by links."""
    order = np.argsort(signature_N, kind="stable")
    ordered = signature_N[order]
    ends = np.flatnonzero(np.diff(ordered)) + 1
    pairs: set[tuple[int, int]] = set()
    for crowd in np.split(order, ends):
        if len(crowd) == 2:
            pairs.add((int(crowd[0]), int(crowd[1])))
        elif len(crowd) > 2:
            members = crowd.tolist()
            reach = len(members) if len(members) <= MOST_OF_BUCKET else 4
            pairs |= {
                (a, b) for place, a in enumerate(members) for b in members[place + 1 : place + 1 + reach]
            }
    return pairs


def jaccard(matrix: sparse.csr_matrix, one: int, other: int) -> float:
    """Shared pieces over all pieces of two rows."""
    a = matrix.indices[matrix.indptr[one] : matrix.indptr[one + 1]]
    b = matrix.indices[matrix.indptr[other] : matrix.indptr[other + 1]]
    shared = len(np.intersect1d(a, b, assume_unique=True))
    return shared / max(1, len(a) + len(b) - shared)
