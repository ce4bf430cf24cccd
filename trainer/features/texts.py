"""Texts as vectors of their words."""

from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

from trainer.columns import read_columns
from trainer.contract.dataset import Column, VersionFolder
from trainer.features.given import Rows

WORDS = 20_000
WORD = r"(?u)\b\w+\b|[£$€!?]"
CHARACTERS = 5_000


def words(version: VersionFolder, columns: list[Column], rows: Rows) -> sparse.csr_matrix:
    """Words and pairs of words of all text columns, weighed by how rare they are: sparse [N, D]."""
    if not columns:
        return sparse.csr_matrix((len(rows), 0))
    texts = read_columns(version, [c.id for c in columns], rows)
    joined = [
        " \n ".join(str(v)[:CHARACTERS] for v in cells if v) for cells in zip(*texts.values(), strict=True)
    ]
    vectors = TfidfVectorizer(
        lowercase=True,
        ngram_range=(1, 2),
        min_df=2,
        max_features=WORDS,
        sublinear_tf=True,
        token_pattern=WORD,
    )
    try:
        return sparse.csr_matrix(vectors.fit_transform(joined))
    except ValueError:  # no word occurs twice
        return sparse.csr_matrix((len(rows), 0))
