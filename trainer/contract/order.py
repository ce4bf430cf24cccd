"""What a job is asked to do. Paths are given by the app, computed from ids; no person ever writes one."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from trainer.contract.documents import Document
from trainer.contract.recipe import Question, Recipe
from trainer.contract.steps import Step


class SourceFile(Document):
    """A file that a person brought. ``filename`` is what they called it: a label, never a path."""

    path: Path
    filename: str


class ImportOrder(Document):
    """Read what a person brought or make a sample, and leave a dataset version under ``datasets``.

    The outcome's results are ``{"version": hash, "rows": n, "columns": n, "rejects": n}``; with ``onto`` also its hash
    and a ``note`` of what was added.
    """

    verb: Literal["import"] = "import"
    datasets: Path
    files: list[SourceFile] = []
    """One table, one archive, or several tables or loose files; empty for a sample."""
    sample: str | None = None
    """Key in ``trainer.contract.samples.SAMPLES``."""
    rule: str | None = None
    """Key of the ``Rule`` to read by; None: the likeliest that fits."""
    sheet: str | None = None
    """Of a workbook with several; None: the first that holds a table."""
    onto: Path | None = None
    """A version that the new rows are added to, with the columns of both matched by name."""
    part: Literal["rows", "test"] = "rows"
    """With ``onto``: more rows like the others, or rows to test on only."""


class MendOrder(Document):
    """Make a version out of a root version by steps. Results: as of an import."""

    verb: Literal["mend"] = "mend"
    datasets: Path
    root: Path
    steps: list[Step]


class BaselineOrder(Document):
    """Score on the validation part what needs no learning. Results: a ``BaselineResults`` document."""

    verb: Literal["baseline"] = "baseline"
    version: Path
    question: Question


class AuditOrder(Document):
    """Look for what counting does not show: near copies (also between the parts of ``question``, or of a column of
    parts), what gives ``target`` away, its likely wrong labels. Results: ``trainer.contract.results.AuditResults``;
    the rows of each finding lie in ``ResultFiles.rows`` of the job.
    """

    verb: Literal["audit"] = "audit"
    version: Path
    target: str | None = None
    question: Question | None = None


class MapOrder(Document):
    """Lay the rows of a version out on a plane so that what is alike lies together.

    Results: ``trainer.contract.results.MapResults``; the places lie in ``ResultFiles.map`` of the job.
    """

    verb: Literal["map"] = "map"
    version: Path
    method: Literal["pca", "tsne", "umap"] = "pca"


class TrainOrder(Document):
    """Prepare, train, judge on the locked test part and export. Files: ``trainer.contract.results``."""

    verb: Literal["train"] = "train"
    version: Path
    prepared: Path
    """Root of the prepared tensors, shared by runs."""
    recipe: Recipe
    checkpoint_seconds: float = 30.0


class RankOrder(Document):
    """Say which rows are worth most to label next. Results: ``{"rows": [row, ...], "labelled": n, "accuracy": share or
    null}``: rows of the version, best first, and how well a quick model does on the labels that there are.
    """

    verb: Literal["rank"] = "rank"
    version: Path
    column: str | None
    """The column with the labels; None: they are all in ``cells``."""
    cells: dict[int, str | None] = {}
    """Labels that are not in the version yet, by row."""
    excluded: list[int] = []
    """Rows that are to be left out."""


Body = Annotated[
    ImportOrder | BaselineOrder | TrainOrder | AuditOrder | MendOrder | MapOrder | RankOrder,
    Field(discriminator="verb"),
]


class Order(Document):
    """``order.json``."""

    version: int = 1
    job: str
    body: Body
