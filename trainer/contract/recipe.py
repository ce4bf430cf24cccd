"""A run is one document: every choice of one training, complete, typed, versioned, with the reason of each default."""

from typing import Any, Literal

from pydantic import Field

from trainer.contract.documents import Document

Task = Literal["classification", "regression"]
Metric = Literal["accuracy", "balanced_accuracy", "f1", "rmse", "mae", "r2"]
LOWER_IS_BETTER: frozenset[str] = frozenset({"rmse", "mae", "loss"})


class Split(Document):
    """Which rows train, which validate (choices are made on them) and which are locked for the test."""

    train: float = Field(0.7, gt=0, lt=1)
    validation: float = Field(0.15, gt=0, lt=1)
    test: float = Field(0.15, gt=0, lt=1)
    stratify: bool = True
    """Keep class shares equal in all parts (classification only)."""
    seed: int = 0


class Question(Document):
    """What is predicted from what, and how answers are scored. Fixed for a project, so that its runs compare."""

    target: str
    inputs: list[str]
    task: Task
    metric: Metric
    split: Split = Split()


class Encoding(Document):
    """How cells become tensors. What is learned from data is learned on the training part only."""

    numbers: Literal["standard", "raw"] = "standard"
    """``standard``: minus mean, over deviation. ``raw``: as they are (trees do not mind)."""
    missing: Literal["median", "nan"] = "median"
    """``median`` adds a 0/1 column "was missing"; ``nan`` leaves the hole for learners that handle it."""
    max_categories: int = Field(50, ge=2, le=1000)
    """Most frequent categories kept per column, the rest become "other"."""
    image_size: int = Field(64, ge=8, le=256)
    """Side of the square that pictures are resized to."""
    target: Literal["class", "standard", "raw"] = "class"


class Dials(Document):
    """The three choices of the guided page; everything else is derived from them."""

    learner: str = "boosting"
    length: Literal["quick", "normal", "long"] = "normal"
    care: Literal["bold", "normal", "careful"] = "normal"


class Recipe(Document):
    """The complete description of one training. The same recipe gives the same result."""

    version: int = 1
    dataset: str
    """Hash of the dataset version."""
    question: Question
    dials: Dials
    learner: str
    encoding: Encoding
    params: dict[str, Any]
    """The learner's own parameters; validated by its class in ``trainer.contract.catalog``."""
    seed: int = 0
    reasons: dict[str, str] = {}
    """Dotted field name -> why it has its value, for people. A field the person set says so."""
