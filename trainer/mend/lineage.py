"""Where a version comes from: its root, and what its steps come to."""

from dataclasses import dataclass

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from trainer.contract.dataset import Schema, VersionFolder
from trainer.contract.documents import read_document
from trainer.contract.plan import follow
from trainer.contract.planned import Plan
from trainer.contract.steps import Step, Steps


@dataclass(frozen=True)
class Lineage:
    """A version's root and the plan of its steps."""

    root: VersionFolder
    schema: Schema
    """Of the root."""
    plan: Plan


def find_lineage(version: VersionFolder) -> Lineage | None:
    """The lineage of a version; None where it is as it was imported."""
    if not version.steps.exists():
        return None
    steps = read_document(version.steps, Steps)
    root = VersionFolder(version.path.parent / steps.root)
    schema = read_document(root.schema, Schema)
    return Lineage(root, schema, follow(schema, steps.steps))


def learned_steps(version: VersionFolder) -> list[Step]:
    """The steps of a version that are fitted on the training part, in their order."""
    lineage = find_lineage(version)
    return lineage.plan.learned if lineage is not None else []


def root_rows(version: VersionFolder, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """The root's numbers of these rows of a version."""
    if not version.origin.exists():
        return rows
    origin: NDArray[np.int64] = pq.read_table(version.origin, columns=["row"])["row"].to_numpy()
    return origin[rows]
