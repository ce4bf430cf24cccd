"""What a page says about a version: filters in words, shares of a column, cells."""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from app.datasets.conditions import Picked
from app.datasets.grid import Cell
from app.datasets.view import Bound, Filter, View, bound_text
from app.pages import number
from trainer.contract.dataset import Column, ColumnProfile, Schema

MOST_BARS = 24
"""Categories drawn as bars; the rest is one more bar without a link."""
POSITIONAL = 1e15
"""Greater numbers, and the inverse of smaller ones, are written with a power of ten."""
LONGEST_CELL = 160
EVEN, LONG_TAIL = 0.5, 2.0
"""Skewness below which a column is even, and above which its tail is long."""
"""Characters of a cell in the grid. The drawer of a row shows all of them."""


@dataclass(frozen=True)
class Bar:
    """One value or range of a column, its share of the rows, and the address of its rows."""

    label: str
    value: float
    note: str
    href: str | None


@dataclass(frozen=True)
class FilterChip:
    """A filter in words, and the address without it."""

    words: str
    href: str


def filter_chips(base: str, schema: Schema, view: View, picked: Picked | None = None) -> list[FilterChip]:
    """The filters in force, the set of rows first."""
    chips = [
        FilterChip(filter_words(schema.column(one.column), one), address(base, view.without(one.column)))
        for one in view.filters
    ]
    if picked is not None:
        chips.insert(0, FilterChip(picked.name, address(base, view.unpicked())))
    if view.find:
        chips.append(FilterChip(f"‘{view.find}’ somewhere", address(base, view.finding(""))))
    if view.condition:
        chips.append(FilterChip(view.condition, address(base, view.where(""))))
    if view.duplicates:
        chips.append(FilterChip("rows that occur more than once", address(base, view.once())))
    return chips


def filter_words(column: Column, one: Filter) -> str:
    """``Age 20 to 30``, ``Sex is male or female``, ``Name contains Smith``, ``Age is missing``."""
    said: list[str] = []
    if one.values:
        said.append(
            f"is {' or '.join(one.values[:3])}"
            + (f" or {len(one.values) - 3} more" if one.values[3:] else "")
        )
    if one.contains:
        said.append(f"contains ‘{one.contains}’")
    range_words = bounds_in_words(one.low, one.high, one.below)
    if range_words:
        said.append(range_words)
    if one.missing:
        said.append("is missing")
    return f"{column.name} {' or '.join(said)}"


def bounds_in_words(low: Bound | None, high: Bound | None, below: Bound | None) -> str:
    """``is 3``, ``20 to 30``, ``at least 20``, ``at most 30``, ``below 30``."""
    if low is not None and low == high:
        return f"is {bound_words(low)}"
    if low is not None and high is not None:
        return f"{bound_words(low)} to {bound_words(high)}"
    said = [f"at least {bound_words(low)}"] if low is not None else []
    said += [f"at most {bound_words(high)}"] if high is not None else []
    said += [f"below {bound_words(below)}"] if below is not None else []
    return " and ".join(said)


def bound_words(bound: Bound) -> str:
    """A bound for people: thousands set apart."""
    if isinstance(bound, datetime) or abs(bound) >= POSITIONAL:
        return bound_text(bound)
    return f"{int(bound):,}" if bound == int(bound) else f"{bound:,}"


def column_bars(base: str, column: Column, found: ColumnProfile, rows: int) -> list[Bar]:
    """Shares of a column's values, each leading to its rows; missing ones last."""
    histogram = found.histogram
    bars: list[Bar] = []
    filled = max(rows, 1)
    if histogram.labels is not None:
        pairs = list(zip(histogram.labels, histogram.counts, strict=True))
        for label, count in pairs[:MOST_BARS]:
            linked = column.type == "category" and label in (column.categories or ())
            href = f"{base}?{View(filters=(Filter(column.id, values=(label,)),)).query()}" if linked else None
            bars.append(Bar(label, count / filled, f"{count:,}", href))
        rest = sum(count for _, count in pairs[MOST_BARS:])
        if rest:
            bars.append(Bar(f"{len(pairs) - MOST_BARS} others", rest / filled, f"{rest:,}", None))
    elif histogram.edges is not None and column.type == "number":
        last = len(histogram.counts) - 1
        for i, count in enumerate(histogram.counts):
            low, high = histogram.edges[i], histogram.edges[i + 1]
            one = (
                Filter(column.id, low=low, high=high) if i == last else Filter(column.id, low=low, below=high)
            )
            href = f"{base}?{View(filters=(one,)).query()}" if count else None
            bars.append(Bar(f"{short(low)} – {short(high)}", count / filled, f"{count:,}", href))
    if found.missing:
        href = f"{base}?{View(filters=(Filter(column.id, missing=True),)).query()}"
        bars.append(Bar("missing", found.missing / filled, f"{found.missing:,}", href))
    return bars


def histogram_words(column: Column, found: ColumnProfile) -> str:
    """What an ear hears instead of the small picture in a header."""
    histogram = found.histogram
    if not histogram.counts or max(histogram.counts) == 0:
        return f"{column.name}: no values"
    top = histogram.counts.index(max(histogram.counts))
    if histogram.labels:
        return f"{column.name}: {found.distinct:,} values, most often {histogram.labels[top]}"
    if histogram.edges and column.type == "number":
        low, high = histogram.edges[top], histogram.edges[top + 1]
        whole = f"{short(histogram.edges[0])} to {short(histogram.edges[-1])}"
        return f"{column.name}: {whole}, most {short(low)} to {short(high)}"
    return f"{column.name}: {found.distinct:,} values"


def cell_text(column: Column, cell: Cell) -> str:
    """A cell as the person's file would write it: data is not rounded for show."""
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == datetime.min.time() else cell.isoformat(sep=" ")
    if isinstance(cell, float):
        if cell != 0 and not 1 / POSITIONAL <= abs(cell) < POSITIONAL:
            return repr(cell)
        return f"{cell:.0f}" if column.whole else f"{Decimal(repr(cell)).normalize():f}"
    if column.type == "boxes":
        return counted(labels_of(column, str(cell)))
    return ", ".join(labels_of(column, str(cell))) if column.type == "tags" else str(cell)


def labels_of(column: Column, cell: str) -> list[str]:
    """The labels in a cell of tags or boxes; a cell that is no JSON is its own label."""
    try:
        found = json.loads(cell)
    except ValueError:
        return [cell]
    if column.type == "boxes":
        return [str(box.get("label", "")) for box in found if isinstance(box, dict)]
    return [str(label) for label in found] if isinstance(found, list) else [str(found)]


def counted(labels: list[str]) -> str:
    """``2 × car, person``; ``none`` where there is none."""
    times = Counter(labels)
    return ", ".join(f"{n} × {label}" if n > 1 else label for label, n in times.most_common()) or "none"


def short(value: float) -> str:
    """An edge of a histogram, short: the exact one is in the address."""
    return f"{value:,.0f}" if value == int(value) and abs(value) < 1e9 else number(value)


def address(base: str, view: View) -> str:
    """The address of a view."""
    query = view.query()
    return f"{base}?{query}" if query else base


def shape_words(skew: float) -> str:
    """The skewness of a column of numbers, in words."""
    if abs(skew) < EVEN:
        return "about the same on both sides"
    side = "large" if skew > 0 else "small"
    how = "a long tail" if abs(skew) > LONG_TAIL else "a tail"
    return f"{how} towards {side} values"
