"""A dataset version on disk: the documents beside its table, and the names of its files.

``table.parquet`` holds one row per example; its columns are named by column *id* (``c0``, ``c1``, ...), never by
what a person called them, so that no name becomes a path or a piece of SQL. Number columns are DOUBLE, category and
text VARCHAR, datetime TIMESTAMP. An image column holds the name of the picture's file there (VARCHAR) and its pixels in
``<id>.arrow``. The row number (0-based position) is the identity of an example everywhere.
"""

from pathlib import Path
from typing import Literal

from pydantic import Field

from trainer.contract.documents import Document

ColumnType = Literal["number", "category", "tags", "text", "datetime", "image", "audio", "boxes", "mask"]
Role = Literal["input", "id", "constant", "text"]


class Column(Document):
    """One typed column. ``reason`` says in words why the type was guessed; ``role`` why it may not be an input."""

    id: str = Field(pattern=r"^c\d+$")
    name: str
    type: ColumnType
    reason: str
    role: Role = "input"
    whole: bool = False
    """All numbers are whole."""
    categories: list[str] | None = None
    """Every value of a category column, most frequent first (at most 1,000; None above that)."""


class Schema(Document):
    """The columns of a version, in the order of the person's file."""

    version: int = 1
    rows: int
    columns: list[Column]

    def column(self, id: str) -> Column:
        """The column with this id; raises KeyError."""
        for column in self.columns:
            if column.id == id:
                return column
        raise KeyError(id)


class Histogram(Document):
    """Counts in equal bins: ``len(edges) == len(counts) + 1``; for categories ``labels`` stands for edges."""

    counts: list[int]
    edges: list[float] | None = None
    labels: list[str] | None = None


class ColumnProfile(Document):
    """What was found in one column."""

    missing: int
    distinct: int
    """Approximate above 10,000."""
    histogram: Histogram
    minimum: float | None = None
    maximum: float | None = None
    mean: float | None = None
    deviation: float | None = None
    median: float | None = None
    """Numbers only."""


class Finding(Document):
    """Something to look at, in words; ``column`` and ``count`` let a page open its rows."""

    kind: Literal["missing", "duplicates", "constant", "id", "rejects", "imbalance", "leak", "other"]
    sentence: str
    column: str | None = None
    count: int = 0


class Profile(Document):
    """What was found in a version."""

    version: int = 1
    columns: dict[str, ColumnProfile]
    findings: list[Finding] = []
    rejects: int = 0
    source: str
    """How the file was read, in words: "CSV, comma, UTF-8, header in line 1"."""


class VersionFolder:
    """Owns every name inside ``datasets/<hash>/``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.schema = path / "schema.json"
        self.table = path / "table.parquet"
        self.profile = path / "profile.json"
        self.rejects = path / "rejects.parquet"
        """Columns ``file`` (VARCHAR), ``line`` (BIGINT, 1-based, null for pictures), ``reason``, ``raw`` (VARCHAR)."""

    def media(self, column: str) -> Path:
        """Arrow IPC *file* (memory-mapped), same row order: columns ``bytes`` (large_binary; re-encoded PNG or JPEG,
        null where missing), ``width``, ``height`` (int32).
        """
        return self.path / f"{column}.arrow"

    def thumbs(self, column: str) -> Path:
        """Arrow IPC file like ``media`` with JPEG previews that fit 128 x 128."""
        return self.path / "thumbs" / f"{column}.arrow"
