"""Ways to split as people choose them: the default with its reason, what fits this data, each way in words."""

from dataclasses import dataclass

from trainer.contract.dataset import Column, Schema
from trainer.contract.recipe import Split, Task, Way

FEW_FOR_ONE = 60
"""Rows up to which each may be a fold of its own."""


@dataclass(frozen=True)
class WayCard:
    """A way to split in one line."""

    key: Way
    name: str
    when: str


WAYS: dict[Way, WayCard] = {
    "ratio": WayCard("ratio", "At random", "Rows are shuffled: right when each row stands for itself."),
    "group": WayCard("group", "By group", "No speaker, patient or customer stands in two parts."),
    "time": WayCard("time", "By time", "The oldest rows train, the newest are the test."),
    "given": WayCard("given", "As given", "A column or the folders say which row is for what."),
    "folds": WayCard(
        "folds", "In folds", "Every row validates once: for few rows, at the price of many trainings."
    ),
}


def propose_split(schema: Schema, task: Task) -> Split:
    """The default: as given where parts were given, else at random, classes alike in all parts."""
    given = find_given(schema)
    stratify = task == "classification"
    return Split(way="given", column=given.id, stratify=stratify) if given else Split(stratify=stratify)


def find_given(schema: Schema) -> Column | None:
    """The column that says which part a row was given for."""
    return next((column for column in schema.columns if column.role == "part"), None)


def list_columns(schema: Schema, way: Way, target: str) -> list[Column]:
    """The columns that a way may go by."""
    types = {
        "group": ("category", "text", "number", "image", "audio"),
        "folds": ("category", "text", "number", "image", "audio"),
        "time": ("datetime", "number"),
        "given": ("category", "text"),
    }.get(way, ())
    found = [c for c in schema.columns if c.id != target and c.type in types and c.role != "constant"]
    first = {"time": ("datetime",), "given": ("category",)}.get(way, ("category", "text"))
    return sorted(found, key=lambda c: (c.role != "part" if way == "given" else False, c.type not in first))


def explain_split(split: Split, schema: Schema) -> str:
    """Why this way, in a sentence."""
    name = next((f"‘{c.name}’" for c in schema.columns if c.id == split.column), "")
    if split.way == "given":
        return f"What was brought says it itself, in {name}."
    if split.way == "group":
        return f"Groups by {name} stay whole, so that the test asks of new ones."
    if split.way == "time":
        return f"The test is later than all that was learned from, by {name}, as it will be in use."
    if split.way == "folds":
        return f"Fold {split.fold} of {split.folds * split.repeats} validates; the test part is the same for all folds."
    if split.stratify:
        return "At random, classes alike in all parts: each row stands for itself."
    return "At random: each row stands for itself."


def expected_shares(split: Split) -> dict[str, float]:
    """The shares that a split is meant to have."""
    total = split.train + split.validation + split.test
    test = split.test / total
    if split.way == "folds":
        held = (1 - test) / split.folds
        return {"train": 1 - test - held, "validation": held, "test": test}
    return {"train": split.train / total, "validation": split.validation / total, "test": test}
