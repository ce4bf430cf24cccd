"""From a view to SQL after WHERE, with every value bound and every column from the schema."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.datasets.engine import SOURCE
from app.datasets.expressions import expression_condition
from app.datasets.view import Filter, View
from trainer.contract.dataset import Column, Schema, VersionFolder

LABELS = {"tags": "$[*]", "boxes": "$[*].label"}
"""Where the labels stand in the JSON of a cell."""


@dataclass(frozen=True)
class Picked:
    """A set of rows to look at: where it lies, what it is called, and how many rows it holds."""

    path: Path
    name: str
    count: int


@dataclass(frozen=True)
class Condition:
    """SQL after WHERE and its bound parameters; ``sql`` is ``""`` where every row is meant."""

    sql: str = ""
    bound: tuple[Any, ...] = ()

    def also(self, clause: str, *bound: Any) -> "Condition":
        """This and one more."""
        return Condition(f"{self.sql} AND {clause}" if self.sql else clause, (*self.bound, *bound))


def condition(folder: VersionFolder, schema: Schema, view: View, picked: Picked | None = None) -> Condition:
    """What a row must be to be in a view."""
    found = Condition()
    for one in view.filters:
        found = found.also(*filter_condition(schema.column(one.column), one))
    if view.find:
        found = found.also(*search_condition(schema, view.find))
    if view.condition:
        found = found.also(*expression_condition(schema, view.condition))
    if view.duplicates:
        names = ", ".join(f'"{column.id}"' for column in schema.columns)
        counted = f"SELECT file_row_number AS n, count(*) OVER (PARTITION BY {names}) AS times FROM {SOURCE}"  # noqa: S608
        clause = f"file_row_number IN (SELECT n FROM ({counted}) WHERE times > 1)"  # noqa: S608
        found = found.also(clause, str(folder.table))
    if picked is not None:
        found = found.also('file_row_number IN (SELECT "row" FROM read_parquet(?))', str(picked.path))
    return found


def filter_condition(column: Column, one: Filter) -> tuple[Any, ...]:
    """SQL of one filter, then its bound parameters. Its column was checked against the schema when it was read."""
    name = f'"{one.column}"'
    together: list[str] = []
    bound: list[Any] = []
    if one.values and column.type in LABELS:
        labels = f"json_extract_string({name}, '{LABELS[column.type]}')"
        together.append(f"({' OR '.join([f'list_contains({labels}, ?)'] * len(one.values))})")
        bound += one.values
    elif one.values:
        together.append(f"{name} IN ({', '.join('?' * len(one.values))})")
        bound += one.values
    if one.contains:
        together.append(f"contains(lower({name}), lower(?))")
        bound.append(one.contains)
    for sign, value in ((">=", one.low), ("<=", one.high), ("<", one.below)):
        if value is not None:
            together.append(f"{name} {sign} ?")
            bound.append(value)
    clause = " AND ".join(together)
    if one.missing:
        clause = f"(({clause}) OR {name} IS NULL)" if clause else f"{name} IS NULL"
    return (clause, *bound)


def search_condition(schema: Schema, words: str) -> tuple[Any, ...]:
    """Any text of a row contains the words, in whatever case: SQL, then its bound parameters."""
    texts = [column for column in schema.columns if column.type not in ("number", "datetime")]
    if not texts:
        return ("false",)
    either = " OR ".join(f'contains(lower("{column.id}"), lower(?))' for column in texts)
    return (f"({either})", *[words] * len(texts))
