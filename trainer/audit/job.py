"""What every look of an audit is given: whom to tell how far it is, and how many threads it may use."""

from dataclasses import dataclass
from pathlib import Path

from trainer.contract.dataset import Column, Schema, VersionFolder
from trainer.features import Rows, Tell


@dataclass(frozen=True)
class Look:
    """One version, the column whose labels are doubted (if any), the part of each row (if parts are known)."""

    version: VersionFolder
    schema: Schema
    folder: Path
    """Where sets of rows are written: Parquet, as ``VersionFolder.rows`` has them."""
    tell: Tell
    threads: int = 1
    target: Column | None = None
    inputs: list[Column] | None = None
    parts: dict[str, Rows] | None = None

    def of_type(self, *types: str) -> list[Column]:
        """Columns of these types that change."""
        return [c for c in self.schema.columns if c.type in types and c.role != "constant"]
