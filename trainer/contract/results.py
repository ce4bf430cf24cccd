"""What jobs leave in ``results/``: the documents, and the names of the files."""

from pathlib import Path
from typing import Any, Literal

from trainer.contract.dataset import Finding
from trainer.contract.documents import Document
from trainer.contract.events import BaselineScore, Score


class PartFacts(Document):
    """One part of a split."""

    rows: int
    classes: dict[str, int] = {}
    """Rows of each class, or of each bin of a number target, in the order in which they are shown."""
    first: str | None = None
    last: str | None = None
    """By time: where the part begins and ends."""
    groups: int | None = None


class Leak(Document):
    """Something of a part that stands in another one too. Its rows are in ``leaks/<key>.parquet``: ``row``, ``part``,
    ``set`` (the same number where rows belong together).
    """

    key: str
    """copies | group-<column> | group-<column>-<piece>."""
    kind: Literal["copies", "group"]
    sentence: str
    count: int
    """Rows of validation and test that it concerns."""
    column: str | None = None
    piece: int | None = None


class Groups(Document):
    """A column, or a piece of the names of its files, that looks like who or what a row comes from."""

    column: str
    piece: int | None = None
    name: str
    """For people: "speaker", or "piece 3 of ‘clip’ (jackson, theo, …)"."""
    groups: int
    sentence: str
    """Why a random split would be too kind, with the numbers."""


class SplitFacts(Document):
    """What a split came to."""

    parts: dict[str, PartFacts]
    left_out: int
    notes: list[str] = []
    leaks: list[Leak] = []
    groups: list[Groups] = []
    examples: list[int] = []
    """Training rows to show, of all classes in turn."""


class BaselineResults(Document):
    """``results`` of a baseline job's outcome, and ``baselines.json`` of a run."""

    baselines: list[BaselineScore]
    """majority|mean, rule, tree: in this order, scored on the validation part."""
    tree: dict[str, Any]
    """Nested: ``{"question": "Sex is female", "column": "c4", "yes": {...}, "no": {...}}`` or a leaf
    ``{"answer": "1", "rows": 233, "share": 0.74, "counts": {"0": 60, "1": 173}}`` (regression: answer is the mean).
    """
    sentence: str
    """Whether learning looks worth it, in words with the numbers."""
    worth_it: bool
    rows: dict[str, int]
    """Rows in train, validation, test."""
    split: SplitFacts | None = None
    """Absent in what an older Skillet wrote."""


class ClassFigures(Document):
    """Per-class figures on the test part."""

    name: str
    rows: int
    precision: float | None
    recall: float | None
    f1: float | None


class Report(Document):
    """``report.json``: what is known about the model on the locked test part. Every number leads to its rows in
    ``predictions.parquet``.
    """

    version: int = 1
    task: str
    metric: str
    verdict: str
    """The headline sentence."""
    rows: dict[str, int]
    scores: list[Score]
    validation: list[Score]
    baselines: list[BaselineScore]
    """The baselines scored on the *test* part, so that they stand beside ``scores``."""
    labels: list[str] = []
    confusion: list[list[int]] = []
    """Rows are the truth, columns the answer, in the order of ``labels``."""
    classes: list[ClassFigures] = []
    residuals: dict[str, list[float]] = {}
    """Regression: ``truth`` and ``predicted`` of at most 2,000 test rows, evenly picked; ``edges``, ``counts`` of
    the histogram of errors.
    """
    seconds: float
    """Wall time of learning, without waiting."""
    precision: str = "float32"
    threads: int = 1
    device: str = "cpu"


class ExportProof(Document):
    """``export.json``: the exported file was run on held-out rows beside the trained model."""

    checked_rows: int
    largest_difference: float
    """Largest absolute difference of a probability, or of a predicted number relative to the target's deviation."""
    equal_answers: int
    bytes: int
    parameters: int | None = None
    versions: dict[str, str] = {}


class AuditResults(Document):
    """What a deeper look found. Its findings name sets of rows that lie in ``ResultFiles.rows``."""

    target: str | None
    findings: list[Finding]


class MapResults(Document):
    """What a map of rows was made of."""

    method: str
    rows: int
    """How many were laid out."""
    features: str
    """What makes two rows alike, in words."""
    sampled: bool
    explained: list[float] = []
    """Of PCA: the share of all differences along each of the two directions."""


class ResultFiles:
    """Owns every name inside a training job's ``results/``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.leaks = path / "leaks"
        self.report = path / "report.json"
        self.predictions = path / "predictions.parquet"
        """One row per validation and test example: ``row`` (BIGINT, in the version), ``part``
        ('validation'|'test'), ``truth``, ``predicted`` (VARCHAR for classes, DOUBLE for numbers), ``confidence``
        (DOUBLE, of the predicted class; null for numbers), ``truth_probability`` (DOUBLE), ``error`` (DOUBLE:
        1 - truth_probability, or predicted - truth), ``correct`` (BOOLEAN; null for numbers),
        ``probabilities`` (DOUBLE[], in the order of the labels; null for numbers).
        """
        self.map = path / "map.parquet"
        """Of a map: ``row`` (BIGINT, in the version), ``x`` and ``y`` (DOUBLE)."""
        self.proof = path / "export.json"
        self.model = path / "model"
        """Folder with model.onnx, model.json (preprocessing and labels), encode.py, predict.py, README.txt, and
        weights.safetensors for networks.
        """
        self.download = path / "model.zip"
        """The model folder, zipped."""

    def rows(self, name: str) -> Path:
        """A set of rows that a finding of an audit names, as ``VersionFolder.rows`` has them."""
        return self.path / "rows" / f"{name}.parquet"
