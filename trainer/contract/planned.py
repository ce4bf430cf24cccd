"""A list of steps half-way: the columns as they stand there, and what has been gathered so far."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from trainer.contract.dataset import Column
from trainer.contract.formula import KINDS, Known
from trainer.contract.steps import Step

Deed = dict[str, Any]
WORDS = ("category", "text")
MEDIA = ("image", "audio", "mask")


@dataclass
class PlannedColumn:
    """A column as it stands after some steps. ``root`` is the column it was in the root; None where it was made."""

    id: str
    name: str
    type: str
    root: Column | None
    changed: bool = False
    """Some of its cells may differ from the root's."""
    of: str | None = None
    """Of boxes that were made: the column of their pictures."""


@dataclass
class Plan:
    """What steps come to."""

    rows: int
    """Of the root."""
    columns: dict[str, PlannedColumn]
    deeds: list[Deed] = field(default_factory=list)
    learned: list[Step] = field(default_factory=list)
    gone: dict[str, str] = field(default_factory=dict)
    """Names of columns that were left out, by id."""
    old_names: dict[str, str] = field(default_factory=dict)
    """Names that columns had before they were renamed -> id: formulas go on to know them."""

    @property
    def excluded(self) -> bool:
        """Whether rows may be left out."""
        return any(deed["do"] == "exclude" for deed in self.deeds)

    def column(self, id: str) -> PlannedColumn:
        """A column that is there now; raises ValueError in words."""
        if id in self.columns:
            return self.columns[id]
        if id in self.gone:
            raise ValueError(
                f"‘{self.gone[id]}’ was left out by an earlier step. Move this step before that one."
            )
        raise ValueError(f"this table has no column {id}.")

    def one_of(self, id: str, types: Sequence[str], what: str) -> PlannedColumn:
        """A column of one of these types; raises ValueError in words."""
        column = self.column(id)
        if column.type not in types:
            raise ValueError(f"‘{column.name}’ holds {column.type}; {what}.")
        return column

    def known(self) -> list[Known]:
        """The columns as formulas know them: by their names, and by old names that nobody else has."""
        now = [Known(c.id, c.name, c.type) for c in self.columns.values()]
        taken = {known.name for known in now}
        old = [(name, self.columns[id]) for name, id in self.old_names.items() if id in self.columns]
        return now + [Known(c.id, name, c.type) for name, c in old if name not in taken]

    def do(self, do: str, column: str, **more: Any) -> None:
        """One more deed."""
        self.deeds.append({"do": do, "column": column, **more})
        self.columns[column].changed = True


def kind_of(column: PlannedColumn) -> str:
    """What the cells of a column are as arrays: number, text or time; tags are lists of texts."""
    return "tags" if column.type == "tags" else KINDS.get(column.type, "text")


def read_value(column: PlannedColumn, value: str | float) -> str | float:
    """A value that a person wrote, as cells of the column are; raises ValueError in words."""
    if column.type == "number":
        try:
            number = float(value)
        except ValueError:
            number = float("nan")
        if not abs(number) < float("inf"):
            raise ValueError(f"‘{str(value)[:40]}’ is not a number, and ‘{column.name}’ holds numbers.")
        return number
    if column.type == "datetime":
        try:
            return datetime.fromisoformat(str(value).strip()).replace(tzinfo=None).isoformat()
        except ValueError:
            raise ValueError(f"‘{str(value)[:40]}’ is not a date like 2026-01-31.") from None
    return f"{value:.15g}" if isinstance(value, float) else value


def read_cell(column: PlannedColumn, value: str) -> str | float:
    """The same for a single cell; tags and boxes are lists in JSON."""
    if column.type in ("tags", "boxes"):
        try:
            found = json.loads(value)
        except ValueError:
            found = None
        if not isinstance(found, list):
            raise ValueError(f"‘{value[:40]}’ is no list of {column.type} in JSON.")
        return value
    return read_value(column, value)


def check_rows(plan: Plan, rows: Sequence[int]) -> None:
    """Rows must be those of the root; raises ValueError in words."""
    if not rows:
        raise ValueError("it names no row.")
    wrong = rows[0] if rows[0] < 0 else rows[-1]
    if not 0 <= wrong < plan.rows:
        raise ValueError(
            f"there is no row {wrong + 1:,}: the table that the steps start from has {plan.rows:,}."
        )


def check_format(form: str) -> None:
    """A way to write dates must be able to read what it writes; raises ValueError in words."""
    day = datetime(2001, 2, 3, 4, 5, 6)  # noqa: DTZ001 - tables hold local times without a zone
    try:
        fits = "%" in form and datetime.strptime(day.strftime(form), form)  # noqa: DTZ007
    except ValueError:
        fits = False
    if not fits:
        raise ValueError(f"‘{form[:40]}’ is no way to write dates. Write it like %d.%m.%Y or %m/%d/%y %H:%M.")
