"""Charts as figures to draw: places, sizes and words worked out, each mark with the address of its rows."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from app.datasets.table import written
from app.datasets.view import View
from app.datasets.words import address, short
from app.exploring.axes import Axis, is_measure
from app.exploring.choice import Choice
from app.exploring.counts import (
    Spread,
    Table,
    axis_of,
    count_pairs,
    count_places,
    measure_spreads,
    number_of,
)
from app.pages import number, words
from trainer.contract.dataset import Column

_ = words.gettext

WIDTH, GUTTER, LINE = 720, 132, 40
"""Of a drawing of boxes, in its own units: whole width, room for names, height of a group."""
SHADES = 10


@dataclass(frozen=True)
class Figure:
    """A chart: its kind, what it says, and what is drawn."""

    kind: str
    sentence: str
    marks: list[dict[str, Any]]
    frame: dict[str, Any]


@dataclass(frozen=True)
class Ground:
    """What a figure is drawn of: the rows, and where their table is shown."""

    table: Table
    base: str
    view: View

    def rows(self, *filters: Any) -> str | None:
        """The address of the rows that also meet these filters; None where one of them cannot be said."""
        view = self.view
        for one in filters:
            if one is None:
                return None
            view = view.with_filter(one)
        return address(self.base, view)


def draw(ground: Ground, choice: Choice) -> Figure | None:
    """The figure of a choice; None for a scatter, which the browser draws, and where nothing is chosen."""
    if choice.x is None:
        return None
    if choice.y is None:
        return draw_bars(ground, choice.x)
    if choice.chart in ("heat", "mosaic"):
        return draw_pairs(ground, choice.x, choice.y, choice.chart)
    if choice.chart in ("box", "violin"):
        group, measure = (choice.x, choice.y) if as_group(choice.x, choice.y) else (choice.y, choice.x)
        return draw_spreads(ground, group, measure, choice.chart)
    return None


def as_group(x: Column, y: Column) -> bool:
    """Whether the first stands for the groups: categories do; of two numbers the first."""
    return x.type == "category" or (y.type != "category" and is_measure(y))


def draw_bars(ground: Ground, x: Column) -> Figure:
    """How many rows at each place."""
    axis = axis_of(ground.table, x, grouped=False)
    found = count_places(ground.table, axis)
    top = max((count for _place, count in found), default=0) or 1
    marks = [
        {
            "label": axis.label(place),
            "value": count / top,
            "note": f"{count:,}",
            "href": ground.rows(axis.filter(place)),
        }
        for place, count in found
    ]
    if not found:
        return Figure("bars", _("{name} has no values in these rows.").format(name=x.name), [], {})
    most, times = max(found, key=lambda one: one[1])
    sentence = _("{name} is most often {value}: {n} of {all} rows.").format(
        name=x.name, value=axis.label(most), n=f"{times:,}", all=f"{sum(n for _place, n in found):,}"
    )
    return Figure("bars", sentence, marks, {})


def draw_pairs(ground: Ground, x: Column, y: Column, kind: str) -> Figure:
    """How many rows at each pair of places: as shades, or as areas."""
    across, down = (axis_of(ground.table, c, grouped=c.type == "category") for c in (x, y))
    counts = count_pairs(ground.table, across, down)
    xs = sorted({a for a, _b in counts}, key=across.order)
    ys = sorted({b for _a, b in counts}, key=down.order)
    if not counts:
        return Figure(kind, _("No row has both {x} and {y}.").format(x=x.name, y=y.name), [], {})
    (a, b), most = max(counts.items(), key=lambda one: one[1])
    sentence = _("Most rows have {x} {a} and {y} {b}: {n} of {all}.").format(
        x=x.name, a=across.label(a), y=y.name, b=down.label(b), n=f"{most:,}", all=f"{sum(counts.values()):,}"
    )
    frame: dict[str, Any] = {
        "x": x.name,
        "y": y.name,
        "columns": [across.label(a) for a in xs],
        "labels": [down.label(b) for b in ys],
    }
    if kind == "mosaic":
        frame["strips"] = strip_names(xs, ys, counts, across)
        return Figure(kind, sentence, mosaic(ground, (across, xs), (down, ys), counts), frame)
    marks = [
        {
            "label": down.label(b),
            "cells": [
                {
                    "count": counts.get((a, b), 0),
                    "shade": min(SHADES - 1, -(-counts.get((a, b), 0) * (SHADES - 1) // most)),
                    "href": ground.rows(across.filter(a), down.filter(b)) if (a, b) in counts else None,
                }
                for a in xs
            ],
        }
        for b in ys
    ]
    return Figure(kind, sentence, marks, frame)


def strip_names(
    xs: list[Any], ys: list[Any], counts: dict[tuple[Any, Any], int], axis: Axis
) -> list[dict[str, Any]]:
    """What stands under the strips of a mosaic: each name at the middle of its own, short where that is narrow."""
    total, left = sum(counts.values()), 0.0
    names: list[dict[str, Any]] = []
    for a in xs:
        wide = 100 * sum(counts.get((a, b), 0) for b in ys) / total
        label, room = str(axis.label(a)), int(wide / 2)
        if room > 1:
            short = label if len(label) <= room else f"{label[: room - 1]}…"
            names.append({"middle": round(left + wide / 2, 2), "words": short, "whole": label})
        left += wide
    return names


def mosaic(
    ground: Ground,
    across: tuple[Axis, list[Any]],
    down: tuple[Axis, list[Any]],
    counts: dict[tuple[Any, Any], int],
) -> list[dict[str, Any]]:
    """Rectangles in a square of 100: as wide as the share of x, as high as the share of y within it."""
    (x_axis, xs), (y_axis, ys) = across, down
    total = sum(counts.values())
    marks: list[dict[str, Any]] = []
    left = 0.0
    for a in xs:
        column = sum(counts.get((a, b), 0) for b in ys)
        wide, top = 100 * column / total, 0.0
        for n, b in enumerate(ys):
            count = counts.get((a, b), 0)
            high = 100 * count / column
            if count:
                marks.append({
                    "x": round(left, 3), "y": round(top, 3), "w": round(wide, 3), "h": round(high, 3), "tone": n % 8,
                    "words": f"{x_axis.label(a)}, {y_axis.label(b)}: {count:,} ({high:.0f} % of {x_axis.label(a)})",
                    "href": ground.rows(x_axis.filter(a), y_axis.filter(b)),
                })  # fmt: skip
            top += high
        left += wide
    return marks


def draw_spreads(ground: Ground, group: Column, measure: Column, kind: str) -> Figure:
    """A box or a violin for each group, on one scale."""
    axis = axis_of(ground.table, group, grouped=True)
    found = measure_spreads(ground.table, axis, measure, violin=kind == "violin")
    if not found:
        return Figure(kind, _("No row has both {x} and {y}.").format(x=group.name, y=measure.name), [], {})
    low, high = min(s.low for s in found), max(s.high for s in found)
    span = (high - low) or 1.0

    def at(value: float) -> float:
        return round(GUTTER + (value - low) / span * (WIDTH - GUTTER - 16), 2)

    marks = [mark_of(ground, axis, measure, spread, n, at) for n, spread in enumerate(found)]
    by_middle = sorted(found, key=lambda s: s.middle)
    sentence = _("The middle {measure} goes from {low} ({group} {a}) to {high} ({group} {b}).").format(
        measure=measure.name,
        group=group.name,
        low=said(measure, by_middle[0].middle),
        a=axis.label(by_middle[0].place),
        high=said(measure, by_middle[-1].middle),
        b=axis.label(by_middle[-1].place),
    )
    ticks = [{"x": at(low + span * i / 4), "words": said(measure, low + span * i / 4)} for i in range(5)]
    frame: dict[str, Any] = {
        "width": WIDTH, "height": LINE * len(found) + 28, "gutter": GUTTER, "line": LINE, "ticks": ticks,
        "measure": measure.name, "group": group.name,
    }  # fmt: skip
    return Figure(kind, sentence, marks, frame)


def mark_of(ground: Ground, axis: Axis, measure: Column, spread: Spread, n: int, at: Any) -> dict[str, Any]:
    """One box: its places, its words, its rows, and those outside of the whiskers."""
    middle = LINE * n + LINE / 2
    mine = axis.filter(spread.place)
    outside = None
    if spread.outside and measure.type == "number" and mine is not None:
        name = written(measure.name)
        outside = address(
            ground.base,
            ground.view.with_filter(mine).where(f"{name} < {spread.low!r} or {name} > {spread.high!r}"),
        )
    density = list(spread.density)
    step = (at(spread.high) - at(spread.low)) / max(1, len(density))
    upper = [
        (round(at(spread.low) + step * (i + 0.5), 2), round(middle - 15 * d, 2))
        for i, d in enumerate(density)
    ]
    lower = [(x, round(2 * middle - y, 2)) for x, y in reversed(upper)]
    shape = " ".join(
        f"{x},{y}" for x, y in [(at(spread.low), middle), *upper, (at(spread.high), middle), *lower]
    )
    return {
        "label": axis.label(spread.place), "middle": middle, "count": spread.count, "outside": spread.outside,
        "low": at(spread.low), "first": at(spread.first), "median": at(spread.middle), "third": at(spread.third),
        "high": at(spread.high), "shape": shape if density else None, "href": ground.rows(mine),
        "outside_href": outside,
        "cells": [said(measure, v) for v in (spread.low, spread.first, spread.middle, spread.third, spread.high)],
    }  # fmt: skip


def said(measure: Column, value: float) -> str:
    """A value of a measure in words."""
    if measure.type == "datetime":
        day: date = datetime.fromtimestamp(value, UTC).date()
        return day.isoformat()
    return short(value) if measure.whole else number(value)


def correlation(table: Table, x: Column, y: Column) -> float | None:
    """Pearson's r over all rows that have both; None where one of them does not vary."""
    a, b = number_of(x), number_of(y)
    ((found,),) = table.ask(
        f"CASE WHEN stddev_pop({a}) > 0 AND stddev_pop({b}) > 0 THEN corr({a}, {b}) END",
        (),
        f"AND {a} IS NOT NULL AND {b} IS NOT NULL",
    )
    return None if found is None else float(found)
