"""A run is one document: every choice of one training, complete, typed, versioned, with the reason of each default."""

from typing import Any, Literal

from pydantic import Field, model_validator

from trainer.contract.documents import Document

Task = Literal["classification", "regression"]
Way = Literal["ratio", "group", "time", "given", "folds"]
Metric = Literal["accuracy", "balanced_accuracy", "f1", "rmse", "mae", "r2"]
LOWER_IS_BETTER: frozenset[str] = frozenset({"rmse", "mae", "loss"})


class Split(Document):
    """Which rows train, which validate (choices are made on them) and which are locked for the test.

    ``train``, ``validation`` and ``test`` are shares; where parts are given they only say how much of the training rows
    becomes the part that is not.
    """

    way: Way = "ratio"
    train: float = Field(0.7, gt=0, lt=1)
    validation: float = Field(0.15, gt=0, lt=1)
    test: float = Field(0.15, gt=0, lt=1)
    stratify: bool = True
    """Keep the shares of classes, or the spread of numbers, alike in all parts."""
    column: str | None = None
    """``group`` and ``folds``: what may not stand in two parts. ``time``: what orders the rows. ``given``: the part."""
    piece: int | None = Field(None, ge=0)
    """Groups are not the column's values but a piece of its file names, counted from 0."""
    gap: float = Field(0.0, ge=0, le=1e12)
    """``time``: so much before a part starts is left out (days, or the column's unit)."""
    copies: Literal["keep", "together", "leave_out"] = "keep"
    """Rows of the same content: as they fall, all in one part, or left out of the part that is learned from."""
    folds: int = Field(5, ge=2, le=100)
    fold: int = Field(1, ge=1)
    """``folds``: which of them validates; of the second repeat they count on from ``folds`` + 1."""
    repeats: int = Field(1, ge=1, le=10)
    seed: int = 0

    @model_validator(mode="after")
    def whole(self) -> "Split":
        """A way has what it needs."""
        if self.way in ("group", "time", "given") and self.column is None:
            raise ValueError(f"A split of the kind ‘{self.way}’ names a column.")
        if self.fold > self.folds * self.repeats:
            raise ValueError(f"There is no fold {self.fold}: there are {self.folds * self.repeats}.")
        return self


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


class Augmentation(Document):
    """How training examples are changed on purpose: key in ``trainer.contract.augmentations`` -> its parameters, for
    those that are on.
    """

    changes: dict[str, dict[str, Any]] = {}


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
    augmentation: Augmentation = Augmentation()
    seed: int = 0
    reasons: dict[str, str] = {}
    """Dotted field name -> why it has its value, for people. A field the person set says so."""

    @model_validator(mode="before")
    @classmethod
    def convert(cls, values: Any) -> Any:
        """Shift and flip were parameters of the CNN once."""
        if not isinstance(values, dict) or values.get("learner") != "cnn" or "augmentation" in values:
            return values
        params = dict(values.get("params") or {})
        reach, flip = params.pop("shift", 0.0), params.pop("flip", False)
        changes = {"shift": {"reach": reach}} if reach else {}
        if flip:
            changes["mirror"] = {"share": 0.5}
        renamed = {"params.shift": "augmentation.shift", "params.flip": "augmentation.mirror"}
        reasons = {renamed.get(name, name): why for name, why in (values.get("reasons") or {}).items()}
        return values | {"params": params, "augmentation": {"changes": changes}, "reasons": reasons}
