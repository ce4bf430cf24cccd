"""What can be done with rows that were picked: keep them as a slice, take them as CSV, leave them out, relabel them."""

from dataclasses import replace
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse, StreamingResponse
from pydantic import BaseModel
from sqlalchemy.orm import Session

from app.datasets.conditions import condition
from app.datasets.download import stream_csv
from app.datasets.picks import find_picked
from app.datasets.routes import Shown, get_shown, open_version
from app.datasets.selections import MOST, Selection, numbers_of, read_selection, save_rows
from app.datasets.service import get_version_of
from app.datasets.view import known_column, read_view
from app.datasets.words import address
from app.errors import BadInput
from app.exploring.areas import read_area, rows_inside
from app.exploring.axes import is_measure
from app.exploring.counts import Table
from app.pages import Db, words
from app.people.authorize import authorize
from app.people.session import Person
from app.people.tables import User
from app.storage import Store
from app.versions.service import add_steps, root_rows
from trainer.contract.steps import Exclude, Relabel

router = APIRouter()

_ = words.gettext
MOST_STEPPED = 100_000


class Bar(BaseModel):
    """What the bar under the rows sends: the rows, and the fields of what is done with them."""

    view: str = ""
    rows: str = ""
    all: str = ""
    version: str = ""
    """The version on whose page the rows were picked: their numbers are those of its table."""
    area: str = ""
    """Instead of rows: the area of a scatter that they lie in, of the columns ``x`` and ``y``."""
    x: str = ""
    y: str = ""
    name: str = ""
    reason: str = ""
    column: str = ""
    value: str = ""


Sent = Annotated[Bar, Form()]


@router.post("/datasets/{dataset_id}/selection/save")
def save(
    request: Request,
    db: Db,
    person: Person,
    dataset_id: str,
    bar: Sent,
) -> Response:
    """Keep the rows under a name; leads to the table with these rows."""
    shown, selection = picked_rows(request, db, person, dataset_id, bar)
    numbers = numbers_of(shown.folder, shown.schema, selection)
    saved = save_rows(db, request.app.state.store, person, shown.version, numbers, bar.name, "slice")
    return RedirectResponse(f"{shown.base}?set={saved.id}", status_code=303)


@router.post("/datasets/{dataset_id}/selection/open")
def open_rows(request: Request, db: Db, person: Person, dataset_id: str, bar: Sent) -> Response:
    """The table with the rows that were picked in a chart."""
    shown, selection = picked_rows(request, db, person, dataset_id, bar)
    numbers = numbers_of(shown.folder, shown.schema, selection)
    name = counted(len(numbers), _("1 row picked in a chart"), _("{n} rows picked in a chart"))
    saved = save_rows(db, request.app.state.store, person, shown.version, numbers, name, "selection")
    return RedirectResponse(f"{shown.base}?set={saved.id}", status_code=303)


@router.post("/datasets/{dataset_id}/selection/csv")
def send_csv(
    request: Request,
    db: Db,
    person: Person,
    dataset_id: str,
    bar: Sent,
) -> Response:
    """The rows as a file for a spreadsheet."""
    shown, selection = picked_rows(request, db, person, dataset_id, bar)
    kept = "".join(c if c.isascii() and (c.isalnum() or c in " -_") else "_" for c in shown.dataset.name)
    return StreamingResponse(
        stream_csv(shown.folder, shown.schema, selection),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{kept[:80] or "rows"}.csv"'},
    )


@router.post("/datasets/{dataset_id}/selection/exclude")
def exclude(
    request: Request,
    db: Db,
    person: Person,
    dataset_id: str,
    bar: Sent,
) -> Response:
    """A new version without the rows; leads to the table as it is without them."""
    shown, selection = picked_rows(request, db, person, dataset_id, bar)
    numbers = some_numbers(shown, selection)
    if len(numbers) == shown.schema.rows:
        raise BadInput("These are all rows of the table. Keep at least one.")
    store: Store = request.app.state.store
    step = Exclude(rows=sorted(root_rows(store, shown.version, numbers)), reason=bar.reason.strip()[:200])
    note = counted(len(numbers), _("1 row left out"), _("{n} rows left out"))
    add_steps(db, store, person, shown.dataset, [step], note, of=shown.version)
    return RedirectResponse(shown.base, status_code=303)


@router.post("/datasets/{dataset_id}/selection/relabel")
def relabel(
    request: Request,
    db: Db,
    person: Person,
    dataset_id: str,
    bar: Sent,
) -> Response:
    """A new version with this value in the rows; leads back to the same view."""
    shown, selection = picked_rows(request, db, person, dataset_id, bar)
    column = known_column(shown.schema, bar.column)
    numbers = some_numbers(shown, selection)
    store: Store = request.app.state.store
    written = bar.value.strip() or None
    step = Relabel(column=column.id, cells=dict.fromkeys(root_rows(store, shown.version, numbers), written))
    said = _("{column} is ‘{value}’").format(column=column.name, value=written or _("missing"))
    note = counted(len(numbers), _("1 row relabelled"), _("{n} rows relabelled")) + ": " + said
    add_steps(db, store, person, shown.dataset, [step], note[:300], of=shown.version)
    return RedirectResponse(
        address(shown.base, replace(selection.view, set=None, rows=None)), status_code=303
    )


def some_numbers(shown: Shown, selection: Selection) -> list[int]:
    """The rows of a step; a step is a document, and may not name millions of them."""
    numbers = numbers_of(shown.folder, shown.schema, selection)
    if len(numbers) > MOST_STEPPED:
        raise BadInput(
            f"{len(numbers):,} rows are too many to change one by one; {MOST_STEPPED:,} may be. "
            "Change the values of a column instead, or filter the rows before they are brought in."
        )
    return numbers


def counted(count: int, one: str, many: str) -> str:
    """Words for how many there are."""
    return one if count == 1 else many.format(n=f"{count:,}")


def picked_rows(
    request: Request, db: Session, person: User, dataset_id: str, bar: Bar
) -> tuple[Shown, Selection]:
    """The dataset, which this person may change, and the rows that the form names."""
    shown = get_shown(request, db, person, dataset_id)
    authorize(person, "change", shown.dataset)
    if bar.version and bar.version != shown.version.id:
        shown = open_version(request, shown.dataset, get_version_of(db, shown.dataset, bar.version))
    store = request.app.state.store
    if bar.area:
        return shown, read_drawn(db, store, person, shown, bar)
    return shown, read_selection(db, store, person, shown.version, shown.schema, shown.profile, bar)


def read_drawn(db: Session, store: Store, person: User, shown: Shown, bar: Bar) -> Selection:
    """The rows of a view that lie in an area of two of its columns, whether they were drawn or not."""
    view = read_view(parse_qsl(bar.view, keep_blank_values=True), shown.schema)
    picked = find_picked(db, store, person, shown.version, shown.profile, view)
    x, y = (known_column(shown.schema, id) for id in (bar.x, bar.y))
    if not (is_measure(x) and is_measure(y)):
        raise BadInput(_("An area lies between two columns of numbers or dates. Draw it again."))
    table = Table(shown.folder.table, condition(shown.folder, shown.schema, view, picked), shown.schema.rows)
    numbers = rows_inside(table, x, y, read_area(bar.area), MOST)
    if not numbers:
        raise BadInput(_("No row lies in this area, so there is nothing to select."))
    if len(numbers) > MOST:
        raise BadInput(f"A set may hold {MOST:,} rows; more lie in this area. Draw a smaller one.")
    return Selection(view, picked, tuple(numbers))
