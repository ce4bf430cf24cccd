"""The parts of a split, where a version was brought with them."""

import numpy as np

from trainer.columns import read_columns
from trainer.contract.dataset import Schema, VersionFolder
from trainer.contract.splitting import PART_OF
from trainer.features import Rows
from trainer.split.material import PARTS


def read_parts(version: VersionFolder, schema: Schema) -> dict[str, Rows] | None:
    """The rows of each part that a column names; None where no column does, or none but one part."""
    column = next((c for c in schema.columns if c.role == "part"), None)
    if column is None:
        return None
    cells = read_columns(version, [column.id])[column.id].tolist()
    said = np.array(
        [PART_OF.get(str(cell).strip().casefold(), "") if cell is not None else "" for cell in cells]
    )
    parts = {name: np.flatnonzero(said == name).astype(np.int64) for name in PARTS}
    return parts if sum(len(rows) > 0 for rows in parts.values()) > 1 else None
