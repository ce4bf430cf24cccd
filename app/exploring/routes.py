"""Explore: pick columns, see the fitting chart, and go from its marks to their rows."""

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from app.datasets.conditions import condition
from app.datasets.picks import find_picked
from app.datasets.routes import Shown, get_shown
from app.datasets.table import offered, relabelled
from app.datasets.tabs import tabs
from app.datasets.view import View
from app.datasets.words import address, filter_chips
from app.exploring.areas import count_inside, read_area
from app.exploring.axes import is_measure
from app.exploring.choice import CHARTS, Choice, drawable, read_choice
from app.exploring.counts import Table, count_missing
from app.exploring.figures import Ground, correlation, draw
from app.exploring.points import sample_points
from app.pages import Db, number, render, wants_fragment, words
from app.people.session import Person

router = APIRouter()

_ = words.gettext


@router.get("/datasets/{dataset_id}/explore")
def explore(request: Request, db: Db, person: Person, dataset_id: str) -> Response:
    """Columns and their chart."""
    shown = get_shown(request, db, person, dataset_id)
    choice = read_choice(request.query_params.multi_items(), shown.schema, shown.profile)
    picked = find_picked(db, request.app.state.store, person, shown.version, shown.profile, choice.view)
    table = table_of(shown, choice.view, picked)
    context: dict[str, Any] = {
        "shown": shown,
        "tabs": tabs(shown.base, "explore"),
        "choice": choice,
        "charts": CHARTS,
        "able": drawable(shown.schema, shown.profile),
        "chips": [
            {"words": chip.words, "href": choice.kept(chip.href)}
            for chip in filter_chips(f"{shown.base}/explore", shown.schema, choice.view, picked)
        ],
        "figure": draw(Ground(table, shown.base, choice.view), choice),
        "absent": absent_words(table, shown, choice),
        "view": choice.view,
        "relabelled": relabelled(shown.schema),
        "offered": offered(shown.schema),
        "image": next((c for c in shown.schema.columns if c.type == "image"), None),
    }
    if choice.chart == "scatter" and choice.x and choice.y:
        context["related"] = related_words(table, choice)
    return render(request, "exploring/show.html", context, block="chart" if wants_fragment(request) else None)


@router.get("/datasets/{dataset_id}/explore/points")
def send_points(request: Request, db: Db, person: Person, dataset_id: str) -> JSONResponse:
    """The points of a scatter: columns of numbers, and the rows that they stand for."""
    shown = get_shown(request, db, person, dataset_id)
    choice = read_choice(request.query_params.multi_items(), shown.schema, shown.profile)
    if choice.x is None or choice.y is None:
        return JSONResponse({"row": []})
    picked = find_picked(db, request.app.state.store, person, shown.version, shown.profile, choice.view)
    points = sample_points(table_of(shown, choice.view, picked), choice.x, choice.y, choice.colour)
    return JSONResponse(asdict(points) | {"dates": [c.type == "datetime" for c in (choice.x, choice.y)]})


@router.get("/datasets/{dataset_id}/explore/area")
def count_area(request: Request, db: Db, person: Person, dataset_id: str, area: str = "") -> JSONResponse:
    """How many rows lie in an area that was drawn in a scatter: of all rows, also where the points are a sample."""
    shown = get_shown(request, db, person, dataset_id)
    pairs = [pair for pair in request.query_params.multi_items() if pair[0] != "area"]
    choice = read_choice(pairs, shown.schema, shown.profile)
    if choice.x is None or choice.y is None or not (is_measure(choice.x) and is_measure(choice.y)):
        return JSONResponse({"rows": 0})  # there are no points to draw around
    picked = find_picked(db, request.app.state.store, person, shown.version, shown.profile, choice.view)
    table = table_of(shown, choice.view, picked)
    return JSONResponse({"rows": count_inside(table, choice.x, choice.y, read_area(area))})


def table_of(shown: Shown, view: View, picked: Any) -> Table:
    """The rows that are looked at. A condition that is not understood is refused in words."""
    return Table(shown.folder.table, condition(shown.folder, shown.schema, view, picked), shown.schema.rows)


def absent_words(table: Table, shown: Shown, choice: Choice) -> list[dict[str, str]]:
    """Rows that the chart leaves out for want of a value, each with the way to them."""
    columns = [c for c in (choice.x, choice.y) if c is not None]
    if not columns:
        return []
    found = count_missing(table, columns)
    return [
        {
            "words": _("{n} rows without {name} are not drawn").format(n=f"{found[c.id]:,}", name=c.name),
            "href": address(shown.base, choice.view.missing(c.id)),
        }
        for c in columns
        if found[c.id]
    ]


def related_words(table: Table, choice: Choice) -> str:
    """What a scatter says, for those who do not see it."""
    assert choice.x is not None
    assert choice.y is not None
    found = correlation(table, choice.x, choice.y)
    names = {"x": choice.x.name, "y": choice.y.name}
    if found is None:
        return _("{x} and {y} cannot be compared: one of them is always the same.").format(**names)
    strength = _("hardly") if abs(found) < 0.2 else _("somewhat") if abs(found) < 0.5 else _("clearly")
    way = _("together") if found >= 0 else _("in opposite directions")
    return _("{x} and {y} go {strength} {way}: correlation {r}.").format(
        **names, strength=strength, way=way, r=number(found)
    )
