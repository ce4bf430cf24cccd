"""A dataset version on disk: the documents beside its table, and the names of its files.

``table.parquet`` holds one row per example; its columns are named by column *id* (``c0``, ``c1``, ...), never by
what a person called them, so that no name becomes a path or a piece of SQL. Number columns are DOUBLE, category and
text VARCHAR, datetime TIMESTAMP. Tags are a JSON list of labels, boxes a JSON list of ``{"label", "x", "y", "w",
"h"}`` in shares of the picture's width and height, x and y of the upper left corner (both VARCHAR). An image, audio or
mask column holds the name of its file there (VARCHAR) and its content in ``<id>.arrow``. The row number (0-based
position) is the identity of an example everywhere.
"""

from pathlib import Path
from typing import Literal

from pydantic import Field

from trainer.contract.documents import Document
from trainer.contract.steps import Step

ColumnType = Literal["number", "category", "tags", "text", "datetime", "image", "audio", "boxes", "mask"]
Role = Literal["input", "id", "constant", "text", "part"]
FindingKind = Literal[
    "missing", "duplicates", "near_duplicates", "constant", "id", "rejects", "imbalance", "leak", "labels",
    "outliers", "correlation", "units", "mojibake", "layout", "spelling", "placeholder", "dates", "format", "other",
]  # fmt: skip


class Column(Document):
    """One typed column. ``reason`` says in words why the type was guessed; ``role`` why it may not be an input:
    ``part`` says which part of a split each row was given for (train, validation, test).
    """

    id: str = Field(pattern=r"^c\d+$")
    name: str
    type: ColumnType
    reason: str
    role: Role = "input"
    whole: bool = False
    """All numbers are whole."""
    categories: list[str] | None = None
    """Every value of a category column, most frequent first (at most 1,000; None above that). Of tags and boxes: every
    label, most frequent first; of a mask: the names of its classes, in the order of their numbers.
    """
    of: str | None = None
    """The picture column that boxes or a mask lie on."""


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
    quantiles: list[float] | None = None
    """Of numbers: 5, 25, 50, 75 and 95 % lie below."""
    skew: float | None = None
    """Of numbers: 0 is symmetric, above 0 the longer tail lies to the right."""
    frequent: dict[str, int] = {}
    """The most frequent values of numbers and texts with their counts in the sample, where any occurs twice."""


class Relations(Document):
    """How strongly columns go together, each with each: numbers by Pearson's correlation (-1..1), a number with a
    category by the correlation ratio (0..1), categories by Cramér's V without its bias (0..1); None where it cannot
    be said.
    """

    columns: list[str]
    values: list[list[float | None]]
    rows: int
    """So many rows were looked at."""


class Fix(Document):
    """What would mend a finding: the words on the button, and the steps that it adds."""

    label: str
    steps: list[Step]


class Finding(Document):
    """Something to look at, in words. Its rows are those of ``rows`` (a name in ``VersionFolder.rows``), or else follow
    from ``kind`` and ``column``.
    """

    kind: FindingKind
    sentence: str
    column: str | None = None
    columns: list[str] = []
    """All that it speaks of, where it speaks of several."""
    count: int = 0
    rows: str | None = None
    fix: Fix | None = None


class Profile(Document):
    """What was found in a version."""

    version: int = 1
    columns: dict[str, ColumnProfile]
    findings: list[Finding] = []
    """The gravest first."""
    relations: Relations | None = None
    sampled: int | None = None
    """Quantiles, frequent values and relations are those of so many rows, picked at equal distances; None: of all."""
    rejects: int = 0
    source: str
    """How the file was read, in words: "CSV, comma, UTF-8, header in line 1"."""


class Branch(Document):
    """A folder of what was brought, as a tree: how many files it holds itself, by kind, and some of their names."""

    name: str
    files: int
    kinds: dict[str, int] = {}
    """Ending -> how many files."""
    examples: list[str] = []
    branches: list["Branch"] = []
    more: int = 0
    """Folders that are not listed."""


class Rule(Document):
    """A way to read what was brought. ``why``: what speaks for it, or what keeps it from fitting."""

    key: str
    title: str
    why: str
    fits: bool
    applied: bool = False


class Layout(Document):
    """How what was brought was understood: the tree that was found, the rule that was applied, and the other rules."""

    version: int = 1
    tree: Branch
    rules: list[Rule]


class VersionFolder:
    """Owns every name inside ``datasets/<hash>/``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.schema = path / "schema.json"
        self.table = path / "table.parquet"
        self.profile = path / "profile.json"
        self.rejects = path / "rejects.parquet"
        """Columns ``file`` (VARCHAR), ``line`` (BIGINT, 1-based, null for pictures), ``reason``, ``raw`` (VARCHAR)."""

        self.layout = path / "layout.json"
        """A ``Layout``; absent where nothing was to be chosen."""
        self.steps = path / "steps.json"
        """A ``Steps`` document: what made this version out of its root; absent in a version as it was imported."""
        self.origin = path / "origin.parquet"
        """Column ``row`` (BIGINT): the row of the root version that each row was; absent where they are the same."""

    def rows(self, name: str) -> Path:
        """A set of rows that a finding speaks of: Parquet, columns ``row`` (BIGINT, position in this version) and
        ``score`` (DOUBLE, greater is worse; null where there is no order), the worst first. Rows of the kind
        ``labels`` also say what each should perhaps be: ``suggested`` (VARCHAR).
        """
        return self.path / "rows" / f"{name}.parquet"

    def media(self, column: str) -> Path:
        """Arrow IPC *file* (memory-mapped), same row order, with ``bytes`` (large_binary, null where missing).

        Pictures and masks: re-encoded PNG or JPEG beside ``width``, ``height`` (int32); a mask is an 8-bit PNG whose
        values are class numbers. Sound: FLAC, 16 bits, mono, beside ``rate`` (int32, samples a second) and ``frames``
        (int64).
        """
        return self.path / f"{column}.arrow"

    def thumbs(self, column: str) -> Path:
        """Arrow IPC file like ``media`` with JPEG previews that fit 128 x 128."""
        return self.path / "thumbs" / f"{column}.arrow"
