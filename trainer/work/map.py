"""A map of rows: each becomes a vector, and the vectors are laid out on a plane so that what is alike lies together.

PCA (randomised: Halko, Martinsson and Tropp 2011) at once; t-SNE (van der Maaten and Hinton 2008) or UMAP (McInnes,
Healy and Melville 2018) where neighbours matter more than distances. Labels have no say in where pictures, sounds and
texts lie.
"""

import warnings
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
from scipy import sparse
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.manifold import TSNE
from threadpoolctl import threadpool_limits

from trainer.audit.job import Look
from trainer.columns import read_columns
from trainer.contract.dataset import Column, Schema, VersionFolder
from trainer.contract.documents import read_document
from trainer.contract.folder import EventWriter, JobFolder
from trainer.contract.order import MapOrder
from trainer.contract.outcome import Outcome
from trainer.contract.results import MapResults
from trainer.features import Matrix, Rows, cells, pictures, sounds, standard, words
from trainer.limits import confine
from trainer.work.audit import Halted, Teller

MOST = {"pca": 20_000, "tsne": 5_000, "umap": 10_000}
"""Rows that are laid out; of more a sample is taken, the same one each time."""
DIRECTIONS = 50
"""The vectors are brought down to so many numbers first: neighbours stay neighbours, noise goes."""
FEWEST = 5
FEW = 1_000
PROSE = 4
"""Words of a text, on average, from which on what it says makes rows alike."""
SECONDS = 3_600
MEMORY = 6 << 30
FILE_BYTES = 1 << 30


def run(
    order: MapOrder, job: JobFolder, tell: EventWriter, *, confined: bool = False
) -> dict[str, Any] | Outcome:
    """Make the map. Raises ValueError in words for a table that cannot be one."""
    if confined:
        confine(SECONDS, MEMORY, FILE_BYTES)
    version = VersionFolder(order.version)
    schema = read_document(version.schema, Schema)
    if schema.rows < FEWEST:
        raise ValueError(f"A map needs {FEWEST} rows; this table has {schema.rows}.")
    rows = some_rows(schema.rows, MOST[order.method])
    teller = Teller(job, tell)
    look = Look(version=version, schema=schema, folder=job.results.path, tell=teller.hear)
    try:
        vectors, features = vectors_of(look, rows)
        teller.hear("placing the rows", 0, 1)
        threads = max(1, job.granted()) if len(rows) > FEW else 1
        with threadpool_limits(
            threads
        ):  # threads that wait for each other take longer than one that does not
            places, explained = lay_out(vectors, order.method, threads)
        teller.hear("placing the rows", 1, 1)
    except Halted:
        stopped = job.word() == "stop"
        sentence = (
            "Stopped: no map was kept." if stopped else "Paused: the map starts again from its beginning."
        )
        return Outcome(state="stopped" if stopped else "paused", sentence=sentence)
    kept = {
        "row": pa.array(rows, pa.int64()),
        "x": places[:, 0].astype(float),
        "y": places[:, 1].astype(float),
    }
    pq.write_table(pa.table(kept), job.results.map)
    sampled = len(rows) < schema.rows
    return MapResults(
        method=order.method, rows=len(rows), features=features, sampled=sampled, explained=explained
    ).model_dump(mode="json")


def some_rows(count: int, most: int) -> Rows:
    """All row numbers, or a sample of them, ascending."""
    if count <= most:
        return np.arange(count, dtype=np.int64)
    return np.sort(np.random.default_rng(0).choice(count, most, replace=False)).astype(np.int64)


def vectors_of(look: Look, rows: Rows) -> tuple[Matrix, str]:
    """A vector for each row, and in words what it is made of: what can be seen, heard or read, else the cells."""
    blocks: list[Matrix] = []
    said: list[str] = []
    for column in look.of_type("image"):
        blocks.append(level(pictures(look.version, column.id, rows, look.tell)))
        said.append(f"small pictures and edges of ‘{column.name}’")
    for column in look.of_type("audio"):
        blocks.append(level(sounds(look.version, column.id, rows, look.tell)))
        said.append(f"pitches of ‘{column.name}’")
    if not blocks:
        usable = [c for c in look.of_type("number", "datetime", "category") if c.role == "input"]
        table = cells(look.version, usable, rows)
        if table.shape[1]:
            blocks.append(level(standard(table)))
            said.append(f"{len(usable)} columns, each standardised")
        prose = [c for c in look.of_type("text") if c.role != "id" and is_prose(look, c, rows)]
        themes = themes_of(look, prose, rows) if prose else np.zeros((len(rows), 0), np.float32)
        if themes.shape[1]:
            blocks.append(level(themes))
            said.append("words of " + ", ".join(f"‘{c.name}’" for c in prose))
    if not blocks:
        raise ValueError(
            "Nothing in this table can be laid out: it has no numbers, categories, texts or media."
        )
    vectors = np.hstack(blocks).astype(np.float32)
    if not vectors.var(axis=0).any():
        raise ValueError("All rows look alike to a map, so there is nothing to lay out.")
    return vectors, " and ".join(said)


def is_prose(look: Look, column: Column, rows: Rows) -> bool:
    """Whether a text is sentences, not codes or names: judged by some of them."""
    found = read_columns(look.version, [column.id], rows[:: max(1, len(rows) // 200)])[column.id]
    counts = [len(str(text).split()) for text in found.tolist() if text]
    return bool(counts) and sum(counts) / len(counts) >= PROSE


def themes_of(look: Look, columns: list[Column], rows: Rows) -> Matrix:
    """Texts by the themes that their words share: latent semantic analysis (Deerwester et al. 1990)."""
    found = words(look.version, columns, rows)
    most = min(DIRECTIONS, found.shape[1] - 1, found.shape[0] - 1)
    if most < 2:
        return np.asarray(found.todense(), dtype=np.float32) if sparse.issparse(found) else found
    themes: Matrix = TruncatedSVD(most, random_state=0).fit_transform(found).astype(np.float32)
    return themes


def level(block: Matrix) -> Matrix:
    """A block whose differences weigh as much as those of any other block."""
    spread = float(np.sqrt(block.var(axis=0).sum())) or 1.0
    leveled: Matrix = block / spread
    return leveled


def lay_out(vectors: Matrix, method: str, threads: int) -> tuple[npt.NDArray[np.float64], list[float]]:
    """Places [N, 2], and of PCA the shares that its two directions explain."""
    most = min(2 if method == "pca" else DIRECTIONS, *vectors.shape)
    solver = "randomized" if min(vectors.shape) > 4 * most else "full"
    pca = PCA(most, svd_solver=solver, random_state=0)
    scores = pca.fit_transform(vectors)
    if scores.shape[1] == 1:
        scores = np.column_stack([scores, np.zeros(len(scores))])
    if method == "pca":
        return scores.astype(np.float64), [round(float(share), 4) for share in pca.explained_variance_ratio_]
    neighbours = min(30, (len(scores) - 1) // 3) or 1
    if method == "tsne":
        places = TSNE(2, perplexity=neighbours, init="pca", random_state=0, n_jobs=threads).fit_transform(
            scores
        )
        return np.asarray(places, dtype=np.float64), []
    return by_umap(scores, max(2, min(15, len(scores) - 1))), []


def by_umap(scores: npt.NDArray[Any], neighbours: int) -> npt.NDArray[np.float64]:
    """Places by UMAP, where it is installed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ImportWarning)  # that its variant with TensorFlow is not there
        warnings.simplefilter("ignore", UserWarning)  # that a seed allows one thread only
        try:
            from umap import UMAP  # noqa: PLC0415 - takes seconds to load, and not everybody has it
        except ImportError:
            raise ValueError(
                "UMAP is not installed on this server. Choose t-SNE, or install skillet[maps]."
            ) from None
        places = UMAP(n_neighbors=neighbours, init="pca", random_state=0).fit_transform(scores)
    return np.asarray(places, dtype=np.float64)
