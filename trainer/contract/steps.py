"""What may be done to a table after it was read: steps, each a small document. A version is its root and a list of
them; ``trainer.contract.plan`` follows such a list and says what it comes to.

Rows are named by their number in the *root* version, so that a step means the same wherever it stands in the list;
columns by id. A column that a step makes gets the next free id, and ``made`` in the step says which one.

Steps that learn (an impute by mean, a clip by share, merging rare categories) change no cell of ``table.parquet``:
they are fitted on the training part when tensors are made, after all others whatever their place in the list, and
applied to what is asked of the model later. All others change the cells, and are applied to what is asked of the model
too, but for those that name single rows.
"""

from typing import Annotated, Literal

from pydantic import Field

from trainer.contract.documents import Document

Id = Annotated[str, Field(pattern=r"^c\d+$")]


class Impute(Document):
    """Fill the holes of a column: with ``value``, or with what the training part teaches."""

    kind: Literal["impute"] = "impute"
    column: Id
    how: Literal["value", "mean", "median", "most_frequent"]
    value: str | float | None = None


class Clip(Document):
    """Bring numbers into ``low..high``, or into the middle ``share`` of the training part (0.98: 1 % off each end)."""

    kind: Literal["clip"] = "clip"
    column: Id
    low: float | None = None
    high: float | None = None
    share: float | None = Field(None, gt=0, lt=1)


class MapValues(Document):
    """Write values in another way; None makes a hole. Values that are not named stay."""

    kind: Literal["map"] = "map"
    column: Id
    values: dict[str, str | None]


class ParseDates(Document):
    """Read text as dates in the way of ``format`` (of strptime); what does not fit becomes a hole."""

    kind: Literal["dates"] = "dates"
    column: Id
    format: str


class MakeColumn(Document):
    """A new column by an expression over others (``trainer.contract.formula`` has the language), or one for labels,
    which starts empty: its expression is ``missing``.
    """

    kind: Literal["make"] = "make"
    made: Id
    name: str = Field(min_length=1, max_length=100)
    expression: str = Field(min_length=1, max_length=2000)
    labels: Literal["category", "tags", "boxes"] | None = None
    """What is to be labelled in it."""
    of: Id | None = None
    """Of boxes: the column of the pictures that they lie on."""


class Retype(Document):
    """Read a column as another type; what does not fit becomes a hole."""

    kind: Literal["retype"] = "retype"
    column: Id
    type: Literal["number", "category", "tags", "text", "datetime"]
    decimal: Literal[".", ","] = "."
    """How text writes numbers: 1,234.5 with ``.``, 1.234,5 with ``,``."""


class Rename(Document):
    """Call a column something else."""

    kind: Literal["rename"] = "rename"
    column: Id
    name: str = Field(min_length=1, max_length=100)


class Drop(Document):
    """Leave columns out."""

    kind: Literal["drop"] = "drop"
    columns: list[Id] = Field(min_length=1)


class Merge(Document):
    """Give several categories one name: those of ``values``, or those rarer than ``below`` in the training part."""

    kind: Literal["merge"] = "merge"
    column: Id
    into: str = Field(min_length=1, max_length=200)
    values: list[str] = []
    below: int | None = Field(None, ge=1)


class Relabel(Document):
    """Write single cells anew: root row -> value (None makes a hole). For labels, tags (JSON) and boxes (JSON)."""

    kind: Literal["relabel"] = "relabel"
    column: Id
    cells: dict[int, str | None]


class Exclude(Document):
    """Leave rows out, with the reason in words."""

    kind: Literal["exclude"] = "exclude"
    rows: list[int] = Field(min_length=1)
    """Root rows, ascending."""
    reason: str = ""


class FixText(Document):
    """Mend text that was read in the wrong encoding (mojibake)."""

    kind: Literal["fix_text"] = "fix_text"
    column: Id


Step = Annotated[
    Impute
    | Clip
    | MapValues
    | ParseDates
    | MakeColumn
    | Retype
    | Rename
    | Drop
    | Merge
    | Relabel
    | Exclude
    | FixText,
    Field(discriminator="kind"),
]


class Steps(Document):
    """``steps.json``: the root version's hash and what was done to it, in order."""

    version: int = 1
    root: str
    steps: list[Step]
