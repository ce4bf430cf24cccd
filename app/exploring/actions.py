"""What can be done with rows that were picked: keep them as a slice, take them as CSV, leave them out, relabel them."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse, StreamingResponse
from sqlalchemy.orm import Session

from app.datasets.download import stream_csv
from app.datasets.routes import Shown, get_shown
from app.datasets.selections import Selection, numbers_of, read_selection, save_rows
from app.pages import Db
from app.people.authorize import authorize
from app.people.session import Person
from app.people.tables import User

router = APIRouter()

Text = Annotated[str, Form()]


@router.post("/datasets/{dataset_id}/selection/save")
def save(
    request: Request,
    db: Db,
    person: Person,
    dataset_id: str,
    name: Text = "",
    view: Text = "",
    rows: Text = "",
    all: Text = "",
) -> Response:
    """Keep the rows under a name; leads to the table with these rows."""
    shown, selection = picked_rows(request, db, person, dataset_id, {"view": view, "rows": rows, "all": all})
    numbers = numbers_of(shown.folder, shown.schema, selection)
    saved = save_rows(db, request.app.state.store, person, shown.version, numbers, name, "slice")
    return RedirectResponse(f"{shown.base}?set={saved.id}", status_code=303)


@router.post("/datasets/{dataset_id}/selection/csv")
def send_csv(
    request: Request,
    db: Db,
    person: Person,
    dataset_id: str,
    view: Text = "",
    rows: Text = "",
    all: Text = "",
) -> Response:
    """The rows as a file for a spreadsheet."""
    shown, selection = picked_rows(request, db, person, dataset_id, {"view": view, "rows": rows, "all": all})
    kept = "".join(c if c.isascii() and (c.isalnum() or c in " -_") else "_" for c in shown.dataset.name)
    return StreamingResponse(
        stream_csv(shown.folder, shown.schema, selection),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{kept[:80] or "rows"}.csv"'},
    )


def picked_rows(
    request: Request, db: Session, person: User, dataset_id: str, form: dict[str, str]
) -> tuple[Shown, Selection]:
    """The dataset, which this person may change, and the rows that the form names."""
    shown = get_shown(request, db, person, dataset_id)
    authorize(person, "change", shown.dataset)
    store = request.app.state.store
    return shown, read_selection(db, store, person, shown.version, shown.schema, shown.profile, form)
