"""What every reader of a table gives: named columns, the SQL relation that holds their cells, and what was noticed."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from trainer.contract.dataset import Layout


@dataclass(frozen=True)
class Native:
    """A column whose type the file itself tells."""

    type: Literal["number", "category", "tags", "text", "datetime"]
    sql: str
    """Makes our value of the cell ``{x}``; NULL where it is missing."""
    words: str
    """How the file tells it, for people: " (int64 in the file)"."""


class Table(Protocol):
    """A table that can be read. Columns go by id: ``c0``, ``c1``, ... in the order of the file."""

    @property
    def label(self) -> str:
        """What the person called the file."""

    @property
    def names(self) -> list[str]:
        """What the columns are called: all there, all different."""

    @property
    def source(self) -> str:
        """How it was read, in words."""

    @property
    def findings(self) -> list[str]:
        """What is worth saying of the way it was read."""

    @property
    def native(self) -> dict[str, Native]:
        """The columns whose type need not be guessed."""

    @property
    def choices(self) -> Layout | None:
        """Other tables in the same file, where there are some."""

    @property
    def parses_numbers(self) -> bool:
        """Whether the reader of the relation can parse plain numbers itself, told by ``readers``."""

    @property
    def comma_numbers(self) -> bool:
        """Whether a comma may be a decimal comma here: it is not what parts the cells."""

    def ids(self) -> list[str]:
        """``c0``, ``c1``, ... in the order of the file."""

    def first_rows(self) -> list[list[str]]:
        """Up to 4,000 rows as they stand there, to guess by."""

    def relation(self, readers: dict[str, str] | None = None) -> str:
        """The SQL table function that reads it. ``readers``: columns that it reads as another type than text."""

    def folder(self) -> Path:
        """The folder that the relation reads from."""

    def size(self) -> int:
        """Bytes to read."""
