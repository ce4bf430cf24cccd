"""What the block of rows on a dataset's page needs: chips, completions, brushes, the words of cells."""

import re
from dataclasses import dataclass
from typing import Any

from app.datasets import words
from app.datasets.conditions import Picked
from app.datasets.expressions import BadCondition
from app.datasets.grid import Page, Row
from app.datasets.layers import layers_on
from app.datasets.view import Filter, View, bound_text, filter_pairs
from trainer.contract.dataset import Column, ColumnProfile, Profile, Schema
from trainer.contract.formula import FUNCTIONS, KINDS

MOST_OFFERED = 50
"""Values of a column that are offered to complete a condition."""
WORD = re.compile(r"""\w+|'[^']*'?|"[^"]*"?|[<>=!*]+""")
"""A word of a condition, marked whole where it cannot be read."""
MOST_BARS = 30
"""Bars of the small picture in a header."""
SHORT = 30
"""Characters of a name that reads well in an example."""
LONGEST_EXAMPLE = 80


@dataclass(frozen=True)
class Refused:
    """Why a condition was not understood, and its text around the place."""

    sentence: str
    text: str
    before: str
    here: str
    after: str


@dataclass(frozen=True)
class Brush:
    """The bars of a header as filters: what each adds to an address, and which are in force."""

    parts: list[dict[str, Any]]
    marked: list[int]


def rows_context(
    base: str, schema: Schema, profile: Profile, page: Page, picked: Picked | None
) -> dict[str, Any]:
    """Everything but the version itself."""
    view = page.view
    without = View(**{**vars(view), "page": 1, "find": "", "condition": ""})
    return {
        "page": page,
        "chips": words.filter_chips(base, schema, view, picked),
        "rest": without.pairs(),
        "refused": None,
        "searchable": any(c.type not in ("number", "datetime") for c in schema.columns),
        "completion": completion(schema),
        "example": example(schema, profile),
        "brush_of": brush_of,
        "address": words.address,
        "say": words,
        "image": next((c for c in schema.columns if c.type == "image"), None),
        "label": next((c for c in schema.columns if c.type == "category"), None),
        "relabelled": relabelled(schema),
        "offered": sorted({c for column in relabelled(schema) for c in column.categories or ()})[
            :MOST_OFFERED
        ],
        "layers_on": layers_on,
        "dict_of": lambda row: cells_of(schema, row),
    }


def relabelled(schema: Schema) -> list[Column]:
    """Columns whose cells can be written anew for many rows at once: labels first."""
    columns = [c for c in schema.columns if c.type in ("category", "text", "number")]
    return sorted(columns, key=lambda c: ("category", "text", "number").index(c.type))


def offered(schema: Schema) -> list[str]:
    """Values that are offered to relabel rows with."""
    return sorted({c for column in relabelled(schema) for c in column.categories or ()})[:MOST_OFFERED]


def cells_of(schema: Schema, row: Row) -> dict[str, Any]:
    """The cells of a row by column id."""
    return dict(zip((column.id for column in schema.columns), row.cells, strict=True))


def refused_condition(text: str, refusal: BadCondition) -> Refused:
    """A condition with the place marked at which it could not be read on."""
    at = min(refusal.at, len(text))
    word = WORD.match(text, at)
    end = word.end() if word else at + 1
    return Refused(refusal.sentence, text, text[:at], text[at:end] or " ", text[end:])


def completion(schema: Schema) -> dict[str, Any]:
    """Columns with their values, and functions, for the box of conditions."""
    return {
        "columns": [
            {
                "name": c.name,
                "kind": KINDS.get(c.type, "file"),
                "type": "date" if c.type == "datetime" else c.type,
                "values": (c.categories or [])[:MOST_OFFERED],
            }
            for c in schema.columns
        ],
        "functions": [{"name": name, "words": one.words} for name, one in FUNCTIONS.items()],
    }


def example(schema: Schema, profile: Profile) -> str:
    """A condition over the person's own columns, to see how one is written."""
    numbers = [c for c in schema.columns if c.type == "number" and c.role == "input"]
    for column in sorted(numbers, key=lambda c: (len(c.name) > SHORT, -profile.columns[c.id].distinct)):
        middle = profile.columns[column.id].median
        if middle is not None:
            return cut(f"{written(column.name)} > {words.short(middle).replace(',', '')}")
    for column in schema.columns:
        if column.type == "category" and column.categories:
            value = column.categories[0].replace("'", "''")
            return cut(f"{written(column.name)} = '{value}'")
    return cut(f"is_missing({written(min((c.name for c in schema.columns), key=len))})")


def cut(condition: str) -> str:
    """So much of an example as a field shows; the end is marked where it was cut."""
    return condition if len(condition) <= LONGEST_EXAMPLE else f"{condition[: LONGEST_EXAMPLE - 1]}…"


def written(name: str) -> str:
    """The name of a column as a condition writes it."""
    return name if name.isidentifier() else '"' + name.replace('"', '""') + '"'


def brush_of(column: Column, found: ColumnProfile, view: View) -> Brush | None:
    """How the bars of a header filter; None where they cannot."""
    histogram, last = found.histogram, len(found.histogram.counts) - 1
    force = view.filter(column.id)
    if histogram.labels is not None and column.type in ("category", "tags", "boxes"):
        known = set(column.categories or ())
        bars = [(i, label) for i, label in enumerate(histogram.labels[:MOST_BARS]) if label in known]
        parts = [
            {"label": label, "pairs": filter_pairs(Filter(column.id, values=(label,)))} for _, label in bars
        ]
        marked = [i for i, label in bars if force is not None and label in force.values]
        return Brush(parts, marked) if len(bars) == min(len(histogram.labels), MOST_BARS) else None
    if histogram.edges is None or column.type != "number" or last >= MOST_BARS:
        return None
    name = f"filter.{column.id}"
    edges = [bound_text(edge) for edge in histogram.edges]
    parts = [
        {
            "label": f"{words.short(histogram.edges[i])} – {words.short(histogram.edges[i + 1])}",
            "from": [f"{name}.from", edges[i]],
            "to": [f"{name}.{'to' if i == last else 'below'}", edges[i + 1]],
        }
        for i in range(last + 1)
    ]
    return Brush(
        parts, [i for i in range(last + 1) if in_force(force, histogram.edges[i], histogram.edges[i + 1])]
    )


def in_force(force: Filter | None, low: float, high: float) -> bool:
    """Whether a bar lies in the range of a filter."""
    if force is None or all(end is None for end in (force.low, force.high, force.below)):
        return False
    below = [float(end) for end in (force.high, force.below) if isinstance(end, (int, float))]
    above = float(force.low) if isinstance(force.low, (int, float)) else low
    return low >= above and all(high <= end for end in below)
