"""What an address says of the grid: page, sort, filters, search, condition, sets of rows.

Columns are ids from the version's schema, checked against it before they reach a query. Anything else is refused in
words.
"""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode

from app.errors import BadInput
from trainer.contract.dataset import Column, Schema

PAGE = 50
WALL = 120
"""Pictures on a page of the wall."""
LONGEST = 500
"""Characters of a filter value; longer ones are a mistake or an attack."""
LONGEST_CONDITION = 2000

Bound = float | datetime
Queries = Iterable[tuple[str, str]]


@dataclass(frozen=True)
class Filter:
    """What one column must be. Several values are alternatives; everything else must hold together."""

    column: str
    values: tuple[str, ...] = ()
    low: Bound | None = None
    high: Bound | None = None
    below: Bound | None = None
    """Upper end that does not belong to it: the bars of a histogram meet without overlap."""
    contains: str = ""
    missing: bool = False


@dataclass(frozen=True)
class View:
    """What the address says: which rows, in which order, which page of them."""

    page: int = 1
    sort: str | None = None
    descending: bool = False
    filters: tuple[Filter, ...] = ()
    duplicates: bool = False
    wall: bool = False
    find: str = ""
    """Words that some text of a row contains."""
    condition: str = ""
    """What a person wrote as an expression, as they wrote it (``app.datasets.conditions`` reads it)."""
    rows: str | None = None
    """The rows that a finding speaks of: a name in ``VersionFolder.rows``."""
    set: str | None = None
    """The id of a ``RowSet``."""

    @property
    def size(self) -> int:
        """Rows on a page."""
        return WALL if self.wall else PAGE

    def filter(self, column: str) -> Filter | None:
        """The filter of a column, if any."""
        return next((f for f in self.filters if f.column == column), None)

    def query(self) -> str:
        """The state as a query string, shortest form; the empty view is ``""``."""
        return urlencode(self.pairs())

    def pairs(self) -> list[tuple[str, str]]:
        """The state as pairs of an address, or as the hidden fields of a form."""
        pairs: list[tuple[str, str]] = []
        if self.wall:
            pairs.append(("view", "wall"))
        if self.sort:
            pairs.append(("sort", self.sort))
            if self.descending:
                pairs.append(("desc", "1"))
        if self.duplicates:
            pairs.append(("show", "duplicates"))
        named = (("rows", self.rows), ("set", self.set), ("find", self.find), ("q", self.condition))
        pairs += [(key, value) for key, value in named if value]
        for one in self.filters:
            pairs += filter_pairs(one)
        if self.page > 1:
            pairs.append(("page", str(self.page)))
        return pairs

    def with_sort(self, column: str) -> "View":
        """Sorted by this column; asked again, the other way round. Back on the first page."""
        again = self.sort == column and not self.descending
        return replace(self, sort=column, descending=again, page=1)

    def with_page(self, page: int) -> "View":
        """Another page."""
        return replace(self, page=page)

    def with_filter(self, new: Filter) -> "View":
        """With this filter instead of the column's old one. Back on the first page."""
        return replace(self, filters=(*(f for f in self.filters if f.column != new.column), new), page=1)

    def missing(self, column: str) -> "View":
        """Only rows without a value in this column."""
        return self.with_filter(Filter(column, missing=True))

    def without(self, column: str) -> "View":
        """Without the column's filter."""
        return replace(self, filters=tuple(f for f in self.filters if f.column != column), page=1)

    def as_wall(self, *, wall: bool) -> "View":
        """As a wall of pictures, or as rows. Back on the first page: their pages differ in size."""
        return replace(self, wall=wall, page=1)

    def finding(self, words: str) -> "View":
        """With these words to search for, or without."""
        return replace(self, find=words, page=1)

    def where(self, condition: str) -> "View":
        """With this condition, or without."""
        return replace(self, condition=condition, page=1)

    def unpicked(self) -> "View":
        """Without the set of rows."""
        return replace(self, rows=None, set=None, page=1)

    def once(self) -> "View":
        """Without the filter for rows that occur more than once."""
        return replace(self, duplicates=False, page=1)

    def with_all(self) -> "View":
        """Without any filter."""
        return View(sort=self.sort, descending=self.descending, wall=self.wall)


def read_view(pairs: Queries, schema: Schema) -> View:
    """Read the state of an address; raises BadInput in words for anything that is not in the schema."""
    found: dict[str, list[str]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    sort = found.get("sort", [""])[-1] or None
    if sort is not None:
        known_column(schema, sort)
    wall = found.get("view", [""])[-1] == "wall" and any(c.type == "image" for c in schema.columns)
    page = read_page_number(found.get("page", ["1"])[-1])
    if found.get("at", [""])[-1]:  # a place among the rows: the page that holds it
        page = (read_page_number(found["at"][-1]) - 1) // (WALL if wall else PAGE) + 1
    return View(
        page=page,
        sort=sort,
        descending=found.get("desc", [""])[-1] == "1",
        filters=read_filters(found, schema),
        duplicates=found.get("show", [""])[-1] == "duplicates",
        wall=wall,
        find=read_words(found, "find", LONGEST),
        condition=read_words(found, "q", LONGEST_CONDITION),
        rows=read_name(found, "rows", r"[a-z0-9_-]{1,80}"),
        set=read_name(found, "set", r"[A-Za-z0-9]{1,64}"),
    )


def read_words(found: Mapping[str, list[str]], key: str, longest: int) -> str:
    """What a person typed; raises BadInput where it is longer than anybody types."""
    text = found.get(key, [""])[-1].strip()
    if len(text) > longest:
        raise BadInput(f"This may hold {longest:,} characters; {len(text):,} were sent. Shorten it.")
    if "\x00" in text:
        raise BadInput("A text with a NUL character cannot be searched for. Remove it.")
    return text


def read_name(found: Mapping[str, list[str]], key: str, pattern: str) -> str | None:
    """The name of a set of rows; raises BadInput for what can be none."""
    name = found.get(key, [""])[-1]
    if name and not re.fullmatch(pattern, name):
        raise BadInput(f"There is no set of rows ‘{name[:40]}’. Open it from the page that named it.")
    return name or None


def read_page_number(text: str) -> int:
    """A page number from an address: whole, at least 1. One past the end is clamped when rows are counted."""
    if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) < 1:
        raise BadInput(f"There is no page ‘{text[:40]}’. Page numbers are whole and start at 1.")
    return int(text)


def known_column(schema: Schema, id: str) -> Column:
    """The column of this id; raises BadInput in words."""
    try:
        return schema.column(id)
    except KeyError:
        raise BadInput(
            f"This table has no column ‘{id[:40]}’. Its columns are c0 to c{len(schema.columns) - 1}."
        ) from None


def read_filters(found: Mapping[str, list[str]], schema: Schema) -> tuple[Filter, ...]:
    """``filter.c3=…``, ``filter.c3.from``, ``.to``, ``.below``, ``.missing``: a Filter a column."""
    parts: dict[str, dict[str, list[str]]] = {}
    for key, values in found.items():
        if not key.startswith("filter."):
            continue
        _, id, *rest = key.split(".")
        known_column(schema, id)
        part = ".".join(rest)
        if part not in ("", "from", "to", "below", "missing"):
            raise BadInput(f"A filter has no part ‘{part[:40]}’; it has from, to, below and missing.")
        said = [v.strip() for v in values if v.strip()]
        if any(len(v) > LONGEST for v in said):
            raise BadInput(f"A filter may hold {LONGEST} characters; this one is longer.")
        if said:
            parts.setdefault(id, {})[part] = said
    return tuple(read_filter(column, parts[column.id]) for column in schema.columns if column.id in parts)


def read_filter(column: Column, said: Mapping[str, list[str]]) -> Filter:
    """The filter of one column, its values read by the column's type."""
    missing = "missing" in said
    values = said.get("", [])
    if column.type in ("number", "datetime"):
        low, high, below = (
            read_bound(column, said[p][-1]) if p in said else None for p in ("from", "to", "below")
        )
        if values:
            low = high = read_bound(column, values[-1])
        return Filter(column.id, low=low, high=high, below=below, missing=missing)
    if said.keys() & {"from", "to", "below"}:
        raise BadInput(
            f"{column.name} holds {column.type}, not numbers or dates: it cannot be filtered by a range."
        )
    if column.type in ("category", "tags", "boxes"):
        return Filter(column.id, values=tuple(dict.fromkeys(values)), missing=missing)
    return Filter(column.id, contains=values[-1] if values else "", missing=missing)


def read_bound(column: Column, text: str) -> Bound:
    """A number or a time as a person types it."""
    try:
        if column.type == "datetime":
            return datetime.fromisoformat(text).replace(tzinfo=None)
        value = float(text)
    except ValueError:
        wanted = "a date like 2026-01-31" if column.type == "datetime" else "a number like 4.5"
        raise BadInput(f"‘{text[:40]}’ is not {wanted}. {column.name} is filtered by {wanted}.") from None
    if not math.isfinite(value):
        raise BadInput(
            f"‘{text[:40]}’ is not a finite number. {column.name} is filtered by a number like 4.5."
        )
    return value


def filter_pairs(one: Filter) -> list[tuple[str, str]]:
    """A filter as pairs of the address."""
    name = f"filter.{one.column}"
    pairs = [(name, value) for value in one.values]
    if one.contains:
        pairs.append((name, one.contains))
    for part, bound in (("from", one.low), ("to", one.high), ("below", one.below)):
        if bound is not None:
            pairs.append((f"{name}.{part}", bound_text(bound)))
    if one.missing:
        pairs.append((f"{name}.missing", "1"))
    return pairs


def bound_text(bound: Bound) -> str:
    """A bound as a person would write it."""
    if isinstance(bound, datetime):
        return (
            bound.isoformat(sep=" ")
            if (bound.hour or bound.minute or bound.second)
            else bound.date().isoformat()
        )
    return repr(int(bound)) if bound == int(bound) and abs(bound) < 1e15 else repr(bound)
