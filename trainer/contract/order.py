"""What a job is asked to do. Paths are given by the app, computed from ids; no person ever writes one."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from trainer.contract.documents import Document
from trainer.contract.recipe import Question, Recipe


class ImportOrder(Document):
    """Read a person's file (``source``) or make a sample, and leave a dataset version under ``datasets``.

    The outcome's results are ``{"version": hash, "rows": n, "columns": n, "rejects": n}``.
    """

    verb: Literal["import"] = "import"
    datasets: Path
    source: Path | None = None
    filename: str = ""
    """What the person called the file: a label, never a path."""
    sample: str | None = None
    """Key in ``trainer.contract.samples.SAMPLES``; then ``source`` is None."""


class BaselineOrder(Document):
    """Score on the validation part what needs no learning. Results: a ``BaselineResults`` document."""

    verb: Literal["baseline"] = "baseline"
    version: Path
    question: Question


class TrainOrder(Document):
    """Prepare, train, judge on the locked test part and export. Files: ``trainer.contract.results``."""

    verb: Literal["train"] = "train"
    version: Path
    prepared: Path
    """Root of the prepared tensors, shared by runs."""
    recipe: Recipe
    checkpoint_seconds: float = 30.0


Body = Annotated[ImportOrder | BaselineOrder | TrainOrder, Field(discriminator="verb")]


class Order(Document):
    """``order.json``."""

    version: int = 1
    job: str
    body: Body
