"""Which rows to label next."""

from typing import Any

import numpy as np
import pyarrow.parquet as pq

from trainer.audit.quick import quick_features
from trainer.audit.uncertain import rank, score
from trainer.contract.dataset import Schema, VersionFolder
from trainer.contract.documents import read_document
from trainer.contract.folder import EventWriter, JobFolder
from trainer.contract.order import RankOrder

MOST_ROWS = 20_000
"""Rows without a label that are looked at; of more, as many are drawn."""
WANT = 24
"""Rows that a person labels before the next ranking, about."""
MOST_TOLD = 240


def run(order: RankOrder, _job: JobFolder, _tell: EventWriter) -> dict[str, Any]:
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
    features = quick_features(version, schema, order.column, rows)
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
