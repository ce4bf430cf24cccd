"""What a rule makes of a tree: whether it fits and why, and then the rows that it reads.

A rule decides what lies where; it decodes no picture and no sound. That is the work of ``trainer.work.reading``.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from trainer.sources.brought import Entry
from trainer.sources.rejects import Rejects

Kind = Literal["image", "audio", "mask", "boxes", "category", "part", "text", "cell"]
"""A ``cell`` is text of a table, typed as every table is; the others are what they say."""
MEDIA = ("image", "audio", "mask")

Box = tuple[str, float, float, float, float]
"""Label, x and y of the upper left corner, width, height."""


@dataclass(frozen=True)
class Field:
    """A column to be. ``of``: the place of the picture column that boxes or masks lie on."""

    name: str
    kind: Kind
    reason: str = ""
    of: int | None = None
    values: tuple[int, ...] = ()
    """Of masks: the values of the classes, ascending."""


@dataclass(frozen=True)
class Boxes:
    """The boxes of a picture in shares of it, or in pixels of a picture of ``size`` (None: as large as it came)."""

    boxes: list[Box]
    pixels: bool
    size: tuple[int, int] | None = None
    file: str = ""
    """Where they were written down, for what is told about them."""


Cell = Entry | Boxes | str | None


@dataclass(frozen=True)
class Row:
    """One row to be; ``file`` is what is told where it cannot be."""

    cells: list[Cell]
    file: str


@dataclass(frozen=True)
class Plan:
    """The columns and the rows, read one after the other. ``findings`` may grow while they are."""

    fields: list[Field]
    rows: Iterator[Row]
    total: int
    """How many rows there will be, about: for the progress."""
    source: str
    findings: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Tables:
    """Files of a table each, to be read as tables are: several with the same columns become one."""

    files: list[Entry]
    findings: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Fit:
    """Whether a rule fits, why in words, and, where it does, how the rows are read."""

    why: str
    plan: Callable[[Rejects], Plan | Tables] | None = None
