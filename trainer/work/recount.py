"""The columns of a mended table: of the types that were planned, their counts, categories and reasons anew."""

import json
from collections import Counter

import duckdb
import pyarrow.parquet as pq

from trainer.columns import category, text
from trainer.columns.infer import Guess
from trainer.columns.measure import Measured, measure, most_frequent
from trainer.columns.number import FAST
from trainer.columns.settle import absent, number_column
from trainer.contract.dataset import Column, VersionFolder
from trainer.contract.planned import Plan, PlannedColumn

MEASURED = {"number": "number", "datetime": "datetime"}
ROLES = ("part",)
"""Roles that a person or a layout gave, not a count."""


def count_columns(
    engine: duckdb.DuckDBPyConnection, version: VersionFolder, plan: Plan, *, rows_changed: bool
) -> tuple[int, list[Column], dict[str, Measured]]:
    """Rows, columns and what was counted in each."""
    kinds = {c.id: MEASURED.get(c.type, "text") for c in plan.columns.values()}
    rows, measured = measure(engine, version.table, kinds)
    columns = []
    for planned in plan.columns.values():
        if planned.root is not None and not planned.changed and not rows_changed:
            columns.append(planned.root.model_copy(update={"name": planned.name}))
        else:
            columns.append(describe(engine, version, planned, rows, measured[planned.id]))
    return rows, columns, measured


def describe(
    engine: duckdb.DuckDBPyConnection,
    version: VersionFolder,
    planned: PlannedColumn,
    rows: int,
    found: Measured,
) -> Column:
    """One column as it is now."""
    id, name, root = planned.id, planned.name, planned.root
    holes = absent(found, rows)
    if not found.count and planned.type in ("number", "datetime", "category", "text"):
        kind = "text" if planned.type == "category" else planned.type
        column = Column(id=id, name=name, type=kind, reason="every value is missing", role="constant")
    elif planned.type == "number":
        column = number_column(id, name, found, rows, Guess(FAST))
    elif planned.type == "datetime":
        role = "constant" if found.distinct == 1 else "input"
        column = Column(
            id=id,
            name=name,
            type="datetime",
            reason=f"all {found.count:,} values are dates{holes}",
            role=role,
        )
    elif planned.type == "category" or (root is None and category.is_category(found, rows)):
        top = most_frequent(engine, version.table, id, category.MOST)
        column = category.column(id, name, found, top, holes)
    elif planned.type == "text":
        column = text.column(id, name, found, rows, holes)
    elif root is not None and planned.type == root.type:
        column = root.model_copy(
            update={"name": name, "categories": list_labels(version, root) or root.categories}
        )
    else:
        column = Column(
            id=id, name=name, type=planned.type, reason=f"{found.count:,} values{holes}", of=planned.of
        )
        column = column.model_copy(update={"categories": list_labels(version, column)})
    kept = root is not None and root.role in ROLES and column.type == root.type
    return column.model_copy(update={"role": root.role}) if root is not None and kept else column


def list_labels(version: VersionFolder, column: Column) -> list[str] | None:
    """Every label of tags or boxes, most frequent first; None for other columns, or where there are too many."""
    if column.type not in ("tags", "boxes"):
        return None
    counted: Counter[str] = Counter()
    with pq.ParquetFile(version.table) as file:
        for block in file.iter_batches(65_536, columns=[column.id]):
            for cell in block.column(0).to_pylist():
                counted.update(labels_of(cell))
    found = sorted(counted, key=lambda label: (-counted[label], label))
    return found if len(found) <= category.MOST else None


def labels_of(cell: str | None) -> list[str]:
    """The labels in a cell of tags or boxes."""
    found = json.loads(cell) if cell else []
    return [str(one["label"]) if isinstance(one, dict) else str(one) for one in found]
