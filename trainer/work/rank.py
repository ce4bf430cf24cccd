"""Which rows to label next."""

from typing import Any

import numpy as np
import pyarrow.parquet as pq
from scipy import sparse

from trainer.audit.uncertain import rank, score
from trainer.contract.dataset import Schema, VersionFolder
from trainer.contract.documents import read_document
from trainer.contract.folder import EventWriter, JobFolder
from trainer.contract.order import RankOrder
from trainer.contract.outcome import Outcome
from trainer.features import Matrix, Rows, Tell, cells, pictures, sounds, standard, words
from trainer.work.audit import Halted, Teller

MOST_ROWS = 20_000
"""Rows without a label that are looked at; of more, as many are drawn."""
WANT = 24
"""Rows that a person labels before the next ranking, about."""
MOST_TOLD = 240
SKIPPED = ("id", "constant", "part")
"""Roles of columns that say nothing of a row."""


def run(order: RankOrder, job: JobFolder, tell: EventWriter) -> dict[str, Any] | Outcome:
    """Learn from the labels, and put the rows without one in an order."""
    version = VersionFolder(order.version)
    schema = read_document(version.schema, Schema)
    labels_N = read_labels(order, version, schema)
    open_rows = np.flatnonzero([label is None for label in labels_N])
    open_rows = np.setdiff1d(open_rows, np.array(order.excluded, dtype=np.int64))
    if len(open_rows) > MOST_ROWS:
        open_rows = np.sort(np.random.default_rng(0).choice(open_rows, MOST_ROWS, replace=False))
    known = np.flatnonzero([label is not None for label in labels_N])
    rows = np.concatenate([known, open_rows])
    try:
        features = features_of(version, schema, order.column, rows, Teller(job, tell).hear)
    except Halted:
        stopped = job.word() == "stop"
        said = (
            "Stopped: nothing was ranked."
            if stopped
            else "Paused: the ranking starts again from its beginning."
        )
        return Outcome(state="stopped" if stopped else "paused", sentence=said)
    chosen = rank(features, labels_N[rows], WANT)
    return {
        "rows": [int(row) for row in rows[chosen[:MOST_TOLD]]],
        "labelled": len(known),
        "accuracy": score(features, labels_N[rows]),
    }


def read_labels(order: RankOrder, version: VersionFolder, schema: Schema) -> np.ndarray:
    """A label a row, None where there is none: object [N]."""
    labels_N = np.full(schema.rows, None, dtype=object)
    if order.column is not None:
        labels_N[:] = pq.read_table(version.table, columns=[order.column])[order.column].to_pylist()
    for row, label in order.cells.items():
        labels_N[row] = label
    return labels_N


def features_of(version: VersionFolder, schema: Schema, but: str | None, rows: Rows, tell: Tell) -> Any:
    """What the columns say of these rows, each number of mean 0 and deviation 1; words stay shares: [N, D], sparse
    where there are texts. ``but``: the column of the labels.
    """
    columns = [c for c in schema.columns if c.id != but and c.role not in SKIPPED]
    seen: list[Matrix] = [cells(version, columns, rows)]
    seen += [pictures(version, c.id, rows, tell) for c in columns if c.type == "image"]
    seen += [sounds(version, c.id, rows, tell) for c in columns if c.type == "audio"]
    dense = standard(np.hstack(seen))
    said = words(version, [c for c in columns if c.type == "text"], rows)
    if said.shape[1]:
        return sparse.hstack([sparse.csr_matrix(dense), said]).tocsr()
    return dense if dense.shape[1] else np.zeros((len(rows), 1), np.float32)
