"""What is said of a sample before it is made."""

from typing import Literal

from trainer.contract.dataset import ColumnType
from trainer.contract.documents import Document

SampleTask = Literal[
    "classify", "number", "plane", "pictures", "boxes", "masks", "odd", "sounds", "speech", "texts", "translate",
    "write", "recommend", "forecast", "group",
]  # fmt: skip


class Sample(Document):
    """A dataset that Skillet can make by itself. ``target`` is the *name* of the column a newcomer would predict,
    empty where nothing is to be predicted. ``rows`` and ``columns`` (name -> type) are what an import must give.
    """

    key: str
    title: str
    task: SampleTask
    sentence: str
    target: str
    rows: int
    columns: dict[str, ColumnType]
    origin: str
    """Where the values come from, in words."""
    later: str = ""
    """What a learner will make of it one day, where none reads it yet."""


MADE = "Made by Skillet, free of any rights."
"""Origin of what we generate."""
SCIKIT = "Comes with scikit-learn (BSD licence)"
"""Start of the origin of what scikit-learn brings along."""
