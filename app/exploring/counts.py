"""Bars, heat maps, mosaics, boxes and violins: counted by DuckDB over all rows, each mark with the way to its rows."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.datasets.conditions import Condition
from app.datasets.engine import SOURCE, ask
from app.exploring.axes import Axis, binned_axis, group_axis
from trainer.contract.dataset import Column

EXACT = 1_000_000
"""Rows up to which quartiles are exact; above they are estimated by a t-digest."""
VIOLIN_BINS = 48


@dataclass(frozen=True)
class Table:
    """The rows that are looked at."""

    path: Path
    asked: Condition
    rows: int

    def ask(
        self, select: str, bound: tuple[Any, ...], rest: str = "", after: tuple[Any, ...] = ()
    ) -> list[tuple[Any, ...]]:
        """Answer ``SELECT … FROM the rows …``."""
        sql = f"SELECT {select} FROM {SOURCE} WHERE {self.asked.sql or 'true'} {rest}"  # noqa: S608
        return ask(self.path.parent.parent, sql, [*bound, str(self.path), *self.asked.bound, *after])

    def sample(self, select: str, rest: str, count: int, seed: int) -> list[tuple[Any, ...]]:
        """The same of some of the rows, drawn after the condition: a sample of DuckDB comes before it."""
        inner = f"SELECT {select} FROM {SOURCE} WHERE {self.asked.sql or 'true'} {rest}"  # noqa: S608
        sql = f"SELECT * FROM ({inner}) USING SAMPLE reservoir({count} ROWS) REPEATABLE ({seed})"  # noqa: S608
        return ask(self.path.parent.parent, sql, [str(self.path), *self.asked.bound])


@dataclass(frozen=True)
class Spread:
    """How the values of one group lie: five numbers, how many lie outside of the whiskers, and a density."""

    place: Any
    count: int
    low: float
    first: float
    middle: float
    third: float
    high: float
    outside: int
    density: tuple[float, ...] = ()


def axis_of(table: Table, column: Column, *, grouped: bool) -> Axis:
    """The axis of a column over these rows."""
    name = f'"{column.id}"'
    if grouped and column.type == "number":
        return group_axis(column, [])
    if column.type == "category":
        top = column.categories or [
            line[0]
            for line in table.ask(
                f"{name}, count(*)", (), f"AND {name} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC LIMIT 20"
            )
        ]
        return group_axis(column, list(top))
    ((low, high),) = table.ask(f"min({name}), max({name})", ())
    return (
        binned_axis(column, 0 if low is None else low, 0 if high is None else high)
        if low is not None
        else group_axis(column, [])
    )


def count_places(table: Table, x: Axis) -> list[tuple[Any, int]]:
    """Rows at each place, in the order of the axis."""
    found = table.ask(f"{x.sql} AS place, count(*)", x.bound, "GROUP BY 1")
    return sorted(
        ((place, int(n)) for place, n in found if place is not None), key=lambda one: x.order(one[0])
    )


def count_pairs(table: Table, x: Axis, y: Axis) -> dict[tuple[Any, Any], int]:
    """Rows at each pair of places."""
    found = table.ask(f"{x.sql} AS a, {y.sql} AS b, count(*)", (*x.bound, *y.bound), "GROUP BY 1, 2")
    return {(a, b): int(n) for a, b, n in found if a is not None and b is not None}


def count_missing(table: Table, columns: list[Column]) -> dict[str, int]:
    """Column id -> rows without a value."""
    counted = ", ".join(f'count(*) - count("{c.id}")' for c in columns)
    (found,) = table.ask(counted, ())
    return {column.id: int(n) for column, n in zip(columns, found, strict=True)}


def measure_spreads(table: Table, group: Axis, measure: Column, *, violin: bool) -> list[Spread]:
    """Quartiles by group, whiskers to the last value within one and a half of the box (Tukey 1977)."""
    value = number_of(measure)
    quantiles = "quantile_cont" if table.rows <= EXACT else "approx_quantile"
    cut = ", ".join(f"CAST({quantiles}({value}, {q}) AS DOUBLE)" for q in (0.25, 0.5, 0.75))
    boxes = table.ask(
        f"{group.sql} AS place, count({value}), {cut}", group.bound, "GROUP BY 1 HAVING count(*) > 0"
    )
    found: list[Spread] = []
    for place, count, first, middle, third in sorted(
        (box for box in boxes if box[0] is not None and box[1]), key=lambda box: group.order(box[0])
    ):
        reach = 1.5 * (third - first)
        low, high = first - reach, third + reach
        ((least, most, outside),) = table.ask(
            f"min({value}) FILTER ({value} >= ?), max({value}) FILTER ({value} <= ?), "
            f"count(*) FILTER ({value} < ? OR {value} > ?)",
            (low, high, low, high),
            f"AND {group.sql} = ?",
            (*group.bound, place),
        )
        density = densities(table, group, place, value, (least, most)) if violin else ()
        found.append(Spread(place, int(count), least, first, middle, third, most, int(outside), density))
    return found


def densities(
    table: Table, group: Axis, place: Any, value: str, ends: tuple[float, float]
) -> tuple[float, ...]:
    """Shares in equal steps between the whiskers, smoothed by a bell of one and a half steps."""
    low, high = ends
    step = (high - low) / VIOLIN_BINS or 1.0
    counted = table.ask(
        f"least(CAST(floor(({value} - ?) / ?) AS BIGINT), {VIOLIN_BINS - 1}), count(*)",
        (low, step),
        f"AND {group.sql} = ? AND {value} BETWEEN ? AND ? GROUP BY 1",
        (*group.bound, place, low, high),
    )
    counts = [0.0] * VIOLIN_BINS
    for bin, count in counted:
        counts[int(bin)] = float(count)
    bell = [math.exp(-((i / 1.5) ** 2) / 2) for i in range(-4, 5)]
    smooth = [
        sum(w * counts[i + d - 4] for d, w in enumerate(bell) if 0 <= i + d - 4 < VIOLIN_BINS)
        for i in range(VIOLIN_BINS)
    ]
    top = max(smooth) or 1.0
    return tuple(value / top for value in smooth)


def number_of(column: Column) -> str:
    """A measure as a number in SQL: dates are seconds since 1970."""
    return f'epoch("{column.id}")' if column.type == "datetime" else f'"{column.id}"'
