"""How strongly columns go together, as a table of shades: each cell leads to the chart of its two columns."""

from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from app.datasets.routes import Shown, get_shown
from app.datasets.tabs import tabs
from app.exploring.choice import drawable
from app.pages import Db, render, words
from app.people.session import Person

router = APIRouter()

_ = words.gettext

SHADES = 8
"""The strongest of ``shade-N`` in app.css."""
STRONGEST = 6


@dataclass(frozen=True)
class Cell:
    """One pair: how strong in words, its shade, whether it goes the other way round, the address of its chart."""

    words: str
    shade: int
    against: bool
    href: str | None
    title: str


@router.get("/datasets/{dataset_id}/relations")
def show(request: Request, db: Db, person: Person, dataset_id: str) -> Response:
    """The table, and the strongest pairs in words."""
    shown = get_shown(request, db, person, dataset_id)
    found = shown.profile.relations
    names = [shown.schema.column(id).name for id in found.columns] if found else []
    context = {
        "shown": shown,
        "tabs": tabs(shown.base, "relations"),
        "relations": found,
        "names": names,
        "lines": list(zip(names, lines(shown), strict=True)),
        "strongest": strongest(shown, names),
    }
    return render(request, "exploring/relations.html", context)


def lines(shown: Shown) -> list[list[Cell]]:
    """The cells, line by line."""
    found = shown.profile.relations
    if found is None:
        return []
    able = {column.id for column in drawable(shown.schema, shown.profile)}
    return [
        [cell(shown, able, one, other, value) for other, value in zip(found.columns, values, strict=True)]
        for one, values in zip(found.columns, found.values, strict=True)
    ]


def cell(shown: Shown, able: set[str], one: str, other: str, value: float | None) -> Cell:
    """One pair; a column with itself, and pairs of which nothing can be said, lead nowhere."""
    names = _("{one} and {other}").format(
        one=shown.schema.column(one).name, other=shown.schema.column(other).name
    )
    if one == other or value is None:
        return Cell("" if one == other else "–", 0, against=False, href=None, title=names)
    drawn = {one, other} <= able
    href = f"{shown.base}/explore?{urlencode({'x': other, 'y': one})}" if drawn else None
    shade = round(abs(value) * SHADES)
    return Cell(f"{value:.2f}".replace("-", "−"), shade, value < 0, href, f"{names}: {value:.2f}")


def strongest(shown: Shown, names: list[str]) -> list[str]:
    """The strongest pairs, in words."""
    found = shown.profile.relations
    if found is None:
        return []
    pairs = [
        (abs(value), value, names[i], names[j])
        for i, values in enumerate(found.values)
        for j, value in enumerate(values)
        if j > i and value is not None
    ]
    pairs.sort(key=lambda pair: -pair[0])
    return [
        f"{one} · {other} {value:.2f}".replace("-", "−") for _strength, value, one, other in pairs[:STRONGEST]
    ]
