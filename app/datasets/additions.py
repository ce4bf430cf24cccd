"""More rows for a dataset, or rows to test on: files that become a new version of it."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse

from app.datasets.adding import add_rows, describe_adding
from app.datasets.routes import get_shown
from app.datasets.tables import Dataset
from app.datasets.tabs import tabs
from app.errors import BadInput
from app.pages import Db, render, wants_fragment
from app.people.authorize import get_changeable, get_readable
from app.people.session import Person
from app.storage import Store
from app.uploads.tables import Upload

router = APIRouter()


@router.get("/datasets/{dataset_id}/add")
def show_add(request: Request, db: Db, person: Person, dataset_id: str) -> Response:
    """The place to drop more rows, or a test part (``?part=test``)."""
    part = read_part(request)
    shown = get_shown(request, db, person, dataset_id)
    context = {
        "shown": shown,
        "part": part,
        "tabs": tabs(shown.base, "table"),
        "adding": describe_adding(db, shown.dataset),
        "columns": [column.name for column in shown.schema.columns if column.role != "part"],
    }
    return render(request, "datasets/add.html", context)


@router.post("/datasets/{dataset_id}/additions")
def add(
    request: Request,
    db: Db,
    person: Person,
    dataset_id: str,
    upload: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Add the rows of uploads (``?part=test``: to test on); leads to the dataset's page."""
    store: Store = request.app.state.store
    dataset = get_changeable(db, person, Dataset, dataset_id)
    part = read_part(request)
    if not upload:
        raise BadInput("No file was brought. Drop the file with the new rows.")
    uploads = [get_changeable(db, person, Upload, id) for id in dict.fromkeys(upload)]
    add_rows(db, store, person, dataset, uploads, part)
    place = f"/datasets/{dataset.id}"
    if "application/json" in request.headers.get("Accept", ""):
        return JSONResponse({"location": place}, status_code=201, headers={"Location": place})
    return RedirectResponse(place, status_code=303)


def read_part(request: Request) -> Literal["rows", "test"]:
    """What the rows are for, as the address says; raises BadInput in words."""
    part = request.query_params.get("part", "rows")
    if part not in ("rows", "test"):
        raise BadInput(f"Rows are added as rows or as a test part, not as ‘{part[:40]}’.")
    return "test" if part == "test" else "rows"


@router.get("/datasets/{dataset_id}/adding")
def show_adding(request: Request, db: Db, person: Person, dataset_id: str) -> Response:
    """How the adding stands: a strip of the dataset's page, which comes anew at the end."""
    dataset = get_readable(db, person, Dataset, dataset_id)
    adding = describe_adding(db, dataset)
    if not wants_fragment(request):
        return RedirectResponse(f"/datasets/{dataset.id}", status_code=303)
    if adding is None:
        return HTMLResponse("", headers={"HX-Redirect": f"/datasets/{dataset.id}"})
    return render(request, "datasets/adding.html", {"adding": adding}, block="strip")


@router.post("/datasets/{dataset_id}/adding/forget")
def forget(db: Db, person: Person, dataset_id: str) -> Response:
    """It was read why the rows could not be added."""
    dataset = get_changeable(db, person, Dataset, dataset_id)
    adding = describe_adding(db, dataset)
    if adding is not None and adding["failed"]:
        dataset.adding_id = None
    return RedirectResponse(f"/datasets/{dataset.id}", status_code=303)
