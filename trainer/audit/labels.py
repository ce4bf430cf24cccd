"""Likely wrong labels of a category: rows of which models that had not seen them are sure that they are another."""

from typing import Any

import numpy as np
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.ensemble import ExtraTreesClassifier, HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from trainer.audit.confident import Labels, Matrix, doubt
from trainer.audit.job import Look
from trainer.audit.judges import FEW, judge
from trainer.audit.near import thin
from trainer.baselines import label_of
from trainer.columns import read_columns
from trainer.contract.dataset import Column, Finding
from trainer.features import Rows, cells, pictures, sounds, words
from trainer.profile.look import counted, percent, write_set

MOST_ROWS, MOST_PICTURES = 100_000, 30_000
MOST_CLASSES = 200
LEAST_OF_CLASS = 5
LEAST_ROWS = 50
BETTER = 0.1
"""Share of the way from always guessing the same to always being right that judges must have come to be heard."""
OFTEN = 0.06
"""Share of the rows above which most suspects are hard rows rather than wrong labels."""
MOST_TOLD = 2_000


def wrong_labels(look: Look) -> list[Finding]:
    """The suspects among the labels of the target, the most doubtful first, each with what it would rather be."""
    if look.target is None:
        return []
    rows, label_N, names, left_out = read_labels(look)
    if len(names) < 2 or len(names) > MOST_CLASSES or len(rows) < LEAST_ROWS:
        return []
    p_NK = probabilities(look, rows, label_N, len(names))
    if p_NK is None:
        return []
    right = float((p_NK.argmax(axis=1) == label_N).mean())
    guess = float(np.bincount(label_N).max() / len(label_N))
    if right < guess + BETTER * (1 - guess):
        return []
    found = doubt(p_NK, label_N)
    order = np.argsort(-found.score, kind="stable")
    order = order[found.suspect[order]][:MOST_TOLD]
    if not len(order):
        return []
    write_set(
        look.folder / "label-suspects.parquet", rows[order], found.score[order],
        suggested=[names[place] for place in found.suggested[order].tolist()],
    )  # fmt: skip
    return [describe(look, look.target, len(order), len(rows), right, left_out)]


def describe(look: Look, target: Column, count: int, rows: int, right: float, left_out: int) -> Finding:
    """The sentence: how many, who says so, and how much that is worth."""
    of = f" of {rows:,} looked at" if rows < look.schema.rows - left_out else ""
    who = f"models that had not seen them (right on {percent(right)} of all rows)"
    if count <= max(3, OFTEN * rows):
        what = f"{counted(count, 'label', 'labels')} of ‘{target.name}’{of} {'looks' if count == 1 else 'look'} wrong"
        sentence = f"{what}: {who} are sure of another answer. The most doubtful come first."
    else:
        sentence = (
            f"In {counted(count, 'row', 'rows')}{of} ‘{target.name}’ is not what {who} expect: too many to be "
            "mistakes. Wrong labels are among the first, hard rows after."
        )
    return Finding(kind="labels", column=target.id, count=count, sentence=sentence, rows="label-suspects")


def read_labels(look: Look) -> tuple[Rows, Labels, list[str], int]:
    """Rows with a label of a class that is not too rare, class numbers, names of classes, rows without a label."""
    assert look.target is not None
    pictured = any(c.type in ("image", "audio") for c in look.schema.columns)
    values = read_columns(look.version, [look.target.id])[look.target.id]
    said = [label_of(value) for value in values.tolist()]
    rows = np.array([row for row, label in enumerate(said) if label is not None], np.int64)
    media = next((c for c in look.schema.columns if c.type in ("image", "audio")), None)
    if media is not None:
        named = read_columns(look.version, [media.id], rows)[media.id]
        rows = rows[np.array([name is not None for name in named.tolist()], bool)]
    rows = thin(rows, MOST_PICTURES if pictured else MOST_ROWS)
    names, number_N, count_K = np.unique([said[row] for row in rows], return_inverse=True, return_counts=True)
    kept = np.flatnonzero(count_K >= LEAST_OF_CLASS)
    inside = np.isin(number_N, kept)
    renumbered = np.searchsorted(kept, number_N[inside]).astype(np.int64)
    missing = sum(label is None for label in said)
    return rows[inside], renumbered, [str(names[place]) for place in kept], missing


def probabilities(look: Look, rows: Rows, label_N: Labels, classes: int) -> Matrix | None:
    """Out-of-fold probabilities of the judges that fit what the rows are; None where there is nothing to look at."""
    target = look.target
    assert target is not None
    columns = [
        c
        for c in (look.inputs or look.schema.columns)
        if c.id != target.id and c.role not in ("constant", "part")
    ]
    media = next((c for c in columns if c.type in ("image", "audio")), None)
    if media is not None:
        read = pictures if media.type == "image" else sounds
        X = read(look.version, media.id, rows, look.tell)
        return judge(seers(look.threads), reduced(X, 60), label_N, classes, look.tell)
    table = cells(look.version, [c for c in columns if c.role != "id"], rows)
    texts = [c for c in look.schema.columns if c.type == "text" and c.id != target.id]
    said = words(look.version, texts, rows) if texts else None
    heard: list[Matrix] = []
    if table.shape[1]:
        repeats = 2 if len(rows) <= FEW // 4 else 1
        heard.append(judge(tellers(), table, label_N, classes, look.tell, repeats=repeats))
    if said is not None and said.shape[1]:
        heard.append(judge([LogisticRegression(C=3.0, max_iter=300)], said, label_N, classes, look.tell))
        if table.shape[1] and len(rows) <= FEW and said.shape[1] > 30:
            themes = TruncatedSVD(30, random_state=0).fit_transform(said)
            joined = np.hstack([np.nan_to_num(table, nan=-1.0), themes])
            heard.append(judge([trees(look.threads)], joined, label_N, classes, look.tell))
    if not heard:
        return None
    found: Matrix = np.mean(heard, axis=0)
    return found


def reduced(X: Any, most: int) -> Any:
    """The directions in which rows differ most, each of the same weight. Labels have no say in it."""
    most = min(most, X.shape[1], max(1, X.shape[0] - 1))
    scores = PCA(
        most, random_state=0, svd_solver="randomized" if min(X.shape) > 4 * most else "auto"
    ).fit_transform(X)
    return scores / (scores[:, :1].std() or 1.0)


def seers(threads: int) -> list[Any]:
    """Who looks at pictures and listens to sounds."""
    return [
        KNeighborsClassifier(10, weights="distance", n_jobs=threads),
        make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=200)),
    ]


def tellers() -> list[Any]:
    """Who judges tables."""
    return [
        make_pipeline(
            SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True), StandardScaler(),
            LogisticRegression(C=0.3, max_iter=300),
        ),
        HistGradientBoostingClassifier(
            max_iter=80, learning_rate=0.08, max_leaf_nodes=8, min_samples_leaf=10, l2_regularization=1.0,
            random_state=0,
        ),
    ]  # fmt: skip


def trees(threads: int) -> Any:
    """Who judges cells and themes of texts together."""
    return ExtraTreesClassifier(300, min_samples_leaf=3, n_jobs=threads, random_state=0)
