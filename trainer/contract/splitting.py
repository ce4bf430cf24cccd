"""Ways to split as people choose them: the default with its reason, what fits this data, each way in words."""

from dataclasses import dataclass

from trainer.contract.dataset import Column, ColumnProfile, Profile, Schema
from trainer.contract.recipe import Split, Task, Way

PARTS_AS_WRITTEN = {
    "train": ("train", "training", "tr", "learn", "fit"),
    "validation": ("validation", "valid", "val", "dev", "development", "eval"),
    "test": ("test", "testing", "te", "holdout", "hold-out", "heldout", "final"),
}
PART_OF = {name: part for part, names in PARTS_AS_WRITTEN.items() for name in names}
"""A part's name as people write it, in small letters -> the part."""
LEAST_SERIES = 30
REGULAR = 0.02
"""So far from a step of time may the mean distance of rows be: some steps lack a row."""
STEPS = (
    1.0, 60.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 86_400.0, 86_400 * 7 / 5, 604_800.0, 86_400 * 365.25 / 12,
    86_400 * 365.25 / 4, 86_400 * 365.25,
)  # fmt: skip
"""Seconds of a second, a minute, ... an hour, a day, a working day, a week, a month, a quarter, a year."""
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


def propose_split(schema: Schema, task: Task, profile: Profile | None = None, target: str = "") -> Split:
    """The default: as given where parts were given; by time where the rows are one a day, hour or the like, or where
    nothing but the time is known of them; else at random, classes alike in all parts.
    """
    given = find_given(schema)
    stratify = task == "classification"
    if given:
        return Split(way="given", column=given.id, stratify=stratify)
    order = find_order(schema, profile, target)
    return Split(way="time", column=order.id, stratify=stratify) if order else Split(stratify=stratify)


def find_order(schema: Schema, profile: Profile | None, target: str) -> Column | None:
    """The column of times by which rows are a series."""
    inputs = [c for c in schema.columns if c.id != target and c.role in ("input", "text")]
    times = [c for c in schema.columns if c.type == "datetime" and c.id != target and c.role != "constant"]
    if len(times) != 1:
        return None
    if inputs and all(c.type == "datetime" for c in inputs):
        return times[0]
    return times[0] if profile is not None and is_series(profile.columns[times[0].id], schema.rows) else None


def is_series(found: ColumnProfile, rows: int) -> bool:
    """Whether there is one row for each step of time, from the first to the last."""
    edges = found.histogram.edges
    if found.missing or not edges or rows < LEAST_SERIES:
        return False
    step = (edges[-1] - edges[0]) / (rows - 1)
    regular = any(abs(step / seconds - 1) < REGULAR for seconds in STEPS)
    return regular and abs(found.distinct / rows - 1) < REGULAR


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
    if way == "given":
        found = [column for column in found if says_parts(column)]
    first = {"time": ("datetime",), "given": ("category",)}.get(way, ("category", "text"))
    return sorted(found, key=lambda c: (c.role != "part" if way == "given" else False, c.type not in first))


def says_parts(column: Column) -> bool:
    """Whether a column's values are names of parts, that of training among them."""
    named = {PART_OF.get(value.strip().casefold()) for value in column.categories or []}
    return column.role == "part" or ("train" in named and None not in named and len(named) > 1)


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
