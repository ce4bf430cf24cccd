"""The try-it form of a model for tables: one field an input column, filled with a real test row."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.pages import number, words
from trainer.contract.dataset import Column, Profile, Schema
from trainer.contract.recipe import Question

_ = words.gettext

MANY = 200
"""Categories up to which a field is a list to choose from."""
LONGEST = 1_000
"""Characters of one cell."""


@dataclass(frozen=True)
class InputField:
    """One input column as a field."""

    name: str
    label: str
    kind: str
    value: str
    help: str = ""
    minimum: float | None = None
    maximum: float | None = None
    options: list[dict[str, str]] = field(default_factory=list)


def input_fields(
    schema: Schema, profile: Profile, question: Question, cells: Mapping[str, Any]
) -> list[InputField]:
    """The fields, in the order of the person's file."""
    inputs = set(question.inputs)
    return [
        _field(column, profile, cell_text(column, cells.get(column.id)))
        for column in schema.columns
        if column.id in inputs
    ]


def _field(column: Column, profile: Profile, value: str) -> InputField:
    found = profile.columns[column.id]
    if column.type == "number":
        between = ""
        if found.minimum is not None and found.maximum is not None:
            between = _("{low} to {high} in the data").format(
                low=number(found.minimum), high=number(found.maximum)
            )
        return InputField(column.id, column.name, "number", value, between)
    if column.type == "category" and column.categories and len(column.categories) <= MANY:
        known = [{"value": "", "label": _("missing")}, *({"value": c, "label": c} for c in column.categories)]
        if value and value not in column.categories:
            known.append({"value": value, "label": value})
        return InputField(column.id, column.name, "select", value, options=known)
    if column.type == "datetime":
        return InputField(column.id, column.name, "text", value, _("like 2024-05-31 or 2024-05-31 14:30"))
    return InputField(column.id, column.name, "text", value)


def range_notes(schema: Schema, profile: Profile, question: Question, row: Mapping[str, str]) -> list[str]:
    """What lies outside of the numbers that the data has: there the model can only guess on."""
    notes = []
    for id in question.inputs:
        column, found = schema.column(id), profile.columns[id]
        try:
            value = float(row.get(id, ""))
        except ValueError:
            continue  # the predictor says what it makes of it
        if column.type != "number" or found.minimum is None or found.maximum is None:
            continue
        if value < found.minimum or value > found.maximum:
            notes.append(
                _(
                    "{name} {value} is outside {low} to {high}, the range of the data it has learned from."
                ).format(
                    name=column.name,
                    value=row[id].strip(),
                    low=number(found.minimum),
                    high=number(found.maximum),
                )
            )
    return notes


def cell_text(column: Column, cell: Any) -> str:
    """A cell as it stands in a field; nothing for what is missing."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, float):
        return str(int(cell)) if column.whole and cell.is_integer() else f"{cell:.10g}"
    return str(cell)


def read_row(question: Question, sent: Mapping[str, str]) -> dict[str, str]:
    """The row that was sent: text by column id; the predictor reads it as it read the training data."""
    return {id: sent.get(id, "")[:LONGEST] for id in question.inputs}
