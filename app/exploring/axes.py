"""A column as an axis of a chart: how DuckDB puts a cell in its place, and which rows a place leads to."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.datasets.view import Filter
from app.datasets.words import short
from trainer.contract.dataset import Column, ColumnProfile

MOST_GROUPS = 20
FEW = 12
"""Different values up to which numbers can stand beside each other as groups."""
MOST_BINS = 24
UNITS = (
    ("hour", 3600),
    ("day", 86_400),
    ("week", 604_800),
    ("month", 2_629_746),
    ("quarter", 7_889_238),
    ("year", 31_556_952),
)
OTHERS = "\x00others"


@dataclass(frozen=True)
class Axis:
    """Places along a column. ``sql`` gives the place of a cell (NULL: none); ``bound`` are its parameters."""

    column: Column
    sql: str
    label: Callable[[Any], str]
    filter: Callable[[Any], Filter | None]
    bound: tuple[Any, ...] = ()
    order: Callable[[Any], Any] = field(default=lambda place: place)


def is_measure(column: Column) -> bool:
    """Whether its cells lie along a line."""
    return column.type in ("number", "datetime")


def is_group(column: Column, found: ColumnProfile) -> bool:
    """Whether its cells fall into a few groups."""
    return column.type == "category" or (column.type == "number" and found.distinct <= FEW)


def group_axis(column: Column, top: list[Any]) -> Axis:
    """A place for each of the most frequent values, and one for all others."""
    if column.type == "number":
        return Axis(
            column,
            f'"{column.id}"',
            short,
            lambda value: Filter(column.id, low=float(value), high=float(value)),
        )
    kept = [str(value) for value in top[:MOST_GROUPS]]
    among = ", ".join("?" * len(kept)) or "NULL"
    sql = f'CASE WHEN "{column.id}" IS NULL THEN NULL WHEN "{column.id}" IN ({among}) THEN "{column.id}" ELSE ? END'
    places = {value: n for n, value in enumerate(kept)}
    return Axis(
        column,
        sql,
        lambda value: "others" if value == OTHERS else str(value),
        lambda value: None if value == OTHERS else Filter(column.id, values=(str(value),)),
        (*kept, OTHERS),
        lambda value: places.get(value, len(places)),
    )


def binned_axis(column: Column, low: Any, high: Any) -> Axis:
    """Places of equal width with round edges between the smallest and the largest value."""
    if column.type == "datetime":
        return time_axis(column, low, high)
    step = round_step(float(low), float(high), whole=column.whole)
    start = math.floor(float(low) / step)

    def edge(place: int) -> float:
        return float(f"{(start + place) * step:.12g}")

    return Axis(
        column,
        f'CAST(floor("{column.id}" / CAST(? AS DOUBLE)) AS BIGINT) - CAST(? AS BIGINT)',
        lambda place: (
            short(edge(place))
            if step == 1 and column.whole
            else f"{short(edge(place))} – {short(edge(place + 1))}"
        ),
        lambda place: Filter(column.id, low=edge(place), below=edge(place + 1)),
        (step, start),
    )


def round_step(low: float, high: float, *, whole: bool) -> float:
    """1, 2, 2.5 or 5 times a power of ten, so that there are at most ``MOST_BINS`` of them; whole for whole numbers."""
    span = (high - low) or abs(high) or 1.0
    power = 10.0 ** math.floor(math.log10(span / MOST_BINS))
    steps = [factor * power * ten for ten in (1, 10) for factor in (1, 2, 2.5, 5)]
    usable = [s for s in steps if not whole or (s >= 1 and s == int(s))] or [1.0]
    return next((s for s in usable if span / s <= MOST_BINS), usable[-1])


def time_axis(column: Column, low: datetime, high: datetime) -> Axis:
    """Hours, days, … years: the finest of which there are not too many."""
    span = (high - low).total_seconds()
    unit, seconds = next(((u, s) for u, s in UNITS if span / s <= 2 * MOST_BINS), UNITS[-1])

    def until(place: datetime) -> datetime:
        if unit in ("month", "quarter", "year"):
            months = {"month": 1, "quarter": 3, "year": 12}[unit]
            year, month = divmod(place.year * 12 + place.month - 1 + months, 12)
            return place.replace(year=year, month=month + 1)
        return datetime.fromtimestamp(place.timestamp() + seconds)  # noqa: DTZ006 - dates of people have no zone

    def label(place: datetime) -> str:
        shown = {"hour": "%Y-%m-%d %H h", "year": "%Y", "month": "%Y-%m", "quarter": "%Y-%m"}.get(
            unit, "%Y-%m-%d"
        )
        return place.strftime(shown)

    return Axis(
        column,
        f"CAST(date_trunc('{unit}', \"{column.id}\") AS TIMESTAMP)",
        label,
        lambda place: Filter(column.id, low=place, below=until(place)),
    )
