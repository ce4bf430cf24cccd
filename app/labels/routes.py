"""The page where rows get labels: by number keys, many at once, with undo. Every stroke is kept on the server."""

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from app.datasets.routes import Shown, get_shown
from app.datasets.tabs import tabs
from app.datasets.view import known_column
from app.errors import BadInput, Conflict
from app.labels import ranking, saving, sittings, stream
from app.labels.tables import Sitting
from app.pages import Db, render
from app.people.authorize import authorize
from app.people.session import Person

router = APIRouter()


class Marked(BaseModel):
    """One stroke: the same for all these rows."""

    model_config = ConfigDict(extra="forbid")

    rows: list[int] = Field(max_length=sittings.MOST_AT_ONCE)
    value: str | None = None
    excluded: bool = False


class Wanted(BaseModel):
    """What shall be labelled: a column that is there, or a new one."""

    column: str = ""
    name: str = ""
    kind: str = "category"
    labels: str = ""
    rows: str = Field("", max_length=40)
    """Where to begin; a source of ``stream.list_sources``."""


@router.get("/datasets/{dataset_id}/label")
def choose(request: Request, db: Db, person: Person, dataset_id: str) -> HTMLResponse:
    """Which column to label, or a new one."""
    return show_choice(request, db, get_shown(request, db, person, dataset_id))


def show_choice(request: Request, db: Session, shown: Shown, refused: str | None = None) -> HTMLResponse:
    """The columns that hold labels, and the form of a new one."""
    waiting = {one.column: len(sittings.marks_of(db, one)) for one in sittings.list_waiting(db, shown)}
    context = {
        "shown": shown,
        "tabs": tabs(shown.base, "label"),
        "columns": [column for column in shown.schema.columns if column.type in sittings.KINDS],
        "new": [one for one in sittings.list_waiting(db, shown) if not has(shown, one)],
        "waiting": waiting,
        "behind": [(one, len(sittings.marks_of(db, one))) for one in sittings.list_behind(db, shown)],
        "pictures": any(column.type == "image" for column in shown.schema.columns),
        "refused": refused,
    }
    return render(request, "labels/choose.html", context, status=422 if refused else 200)


def has(shown: Shown, sitting: Sitting) -> bool:
    """Whether the column is in the table already."""
    return any(column.id == sitting.column for column in shown.schema.columns)


@router.post("/datasets/{dataset_id}/label")
def begin(
    request: Request,
    db: Db,
    person: Person,
    dataset_id: str,
    wanted: Annotated[Wanted, Form()],
) -> Response:
    """Label a column that is there, or one to be made."""
    shown = get_shown(request, db, person, dataset_id)
    authorize(person, "change", shown.dataset)
    sittings.reopen_failed(db, shown)
    try:
        if wanted.column:
            sitting = sittings.begin(db, shown, person, known_column(shown.schema, wanted.column))
        else:
            labels = wanted.labels.replace(";", ",").split(",")
            sitting = sittings.begin_new(db, shown, person, wanted.name, wanted.kind, labels)
    except (BadInput, Conflict) as refusal:
        return show_choice(request, db, shown, refusal.sentence)
    begun = f"?{urlencode({'rows': wanted.rows})}" if wanted.rows else ""
    return RedirectResponse(f"/datasets/{dataset_id}/label/{sitting.id}{begun}", status_code=303)


@router.get("/datasets/{dataset_id}/label/{sitting_id}")
def show(
    request: Request,
    db: Db,
    person: Person,
    dataset_id: str,
    sitting_id: str,
    rows: str = "unlabelled",
    after: int = 0,
) -> Response:
    """Rows to label. ``rows``: where they come from; ``after``: how far one has come there."""
    shown = get_shown(request, db, person, dataset_id)
    sitting = sittings.get_sitting(db, shown, sitting_id)
    if sitting.version_id != shown.version.id or sitting.saved_version_id is not None:
        return RedirectResponse(f"/datasets/{dataset_id}/label", status_code=303)
    return render(
        request,
        "labels/label.html",
        context_of(request, db, shown, sitting, rows, max(0, min(after, 10**12))),
    )


def context_of(
    request: Request, db: Session, shown: Shown, sitting: Sitting, rows: str, after: int
) -> dict[str, Any]:
    """What the page needs."""
    marks = sittings.marks_of(db, sitting)
    state = ranking.state_of(db, sitting)
    store = request.app.state.store
    found = stream.read_candidates(db, store, shown, sitting, marks, rows, after, state.rows)
    following = None
    if len(found) == stream.AT_ONCE:
        following = found[-1].number + 1 if rows == "unlabelled" else after + stream.AT_ONCE
    return {
        "shown": shown,
        "sitting": sitting,
        "tabs": tabs(shown.base, "label"),
        "place": f"/datasets/{shown.dataset.id}/label/{sitting.id}",
        "standing": sittings.standing(shown, sitting, marks),
        "candidates": found,
        "face": stream.face_of(shown, sitting),
        "sources": stream.list_sources(db, shown, sitting, ranked=bool(state.rows)),
        "rows": rows,
        "following": following,
        "ranking": state,
    }


@router.post("/datasets/{dataset_id}/label/{sitting_id}/marks")
def mark(
    request: Request, db: Db, person: Person, dataset_id: str, sitting_id: str, marked: Marked
) -> JSONResponse:
    """Keep a stroke."""
    shown, sitting = changeable(request, db, person, dataset_id, sitting_id)
    sittings.mark(db, shown, sitting, marked.rows, marked.value, excluded=marked.excluded)
    return answer(db, shown, sitting)


@router.post("/datasets/{dataset_id}/label/{sitting_id}/undo")
def undo(request: Request, db: Db, person: Person, dataset_id: str, sitting_id: str) -> JSONResponse:
    """Take the newest stroke back."""
    shown, sitting = changeable(request, db, person, dataset_id, sitting_id)
    rows = sittings.undo(db, sitting)
    marks = sittings.marks_of(db, sitting)
    now = stream.query(
        shown, sitting, marks, "file_row_number IN (SELECT unnest(?::BIGINT[]))", "1", [rows[:48]], 0
    )
    return answer(db, shown, sitting, undone=[[one.number, one.value, one.excluded] for one in now])


def answer(db: Session, shown: Shown, sitting: Sitting, **more: Any) -> JSONResponse:
    """How far the sitting is."""
    now = sittings.standing(shown, sitting, sittings.marks_of(db, sitting))
    return JSONResponse(
        {"words": now.words, "labelled": now.labelled, "total": now.total, "pending": now.pending, **more}
    )


@router.post("/datasets/{dataset_id}/label/{sitting_id}/labels")
def add_label(
    request: Request, db: Db, person: Person, dataset_id: str, sitting_id: str, label: Annotated[str, Form()]
) -> HTMLResponse:
    """One more label."""
    shown, sitting = changeable(request, db, person, dataset_id, sitting_id)
    refused = None
    try:
        sittings.add_label(db, sitting, label)
    except (BadInput, Conflict) as refusal:
        refused = refusal.sentence
    context = context_of(request, db, shown, sitting, "unlabelled", 0) | {"refused": refused}
    return render(request, "labels/label.html", context, block="keys", status=422 if refused else 200)


@router.post("/datasets/{dataset_id}/label/{sitting_id}/rank")
def rank(request: Request, db: Db, person: Person, dataset_id: str, sitting_id: str) -> Response:
    """Find out which rows are worth most to label next; the page follows the job."""
    shown, sitting = changeable(request, db, person, dataset_id, sitting_id)
    ranking.begin(db, request.app.state.store, person, shown, sitting)
    return RedirectResponse(f"/datasets/{dataset_id}/label/{sitting_id}", status_code=303)


@router.get("/datasets/{dataset_id}/label/{sitting_id}/rank")
def show_ranking(request: Request, db: Db, person: Person, dataset_id: str, sitting_id: str) -> HTMLResponse:
    """How the ranking stands."""
    shown = get_shown(request, db, person, dataset_id)
    sitting = sittings.get_sitting(db, shown, sitting_id)
    return render(
        request,
        "labels/label.html",
        context_of(request, db, shown, sitting, "unlabelled", 0),
        block="ranking",
    )


@router.post("/datasets/{dataset_id}/label/{sitting_id}/save")
def save(request: Request, db: Db, person: Person, dataset_id: str, sitting_id: str) -> Response:
    """Make a version of the labels; leads to the table."""
    shown = get_shown(request, db, person, dataset_id)
    authorize(person, "change", shown.dataset)
    sitting = sittings.get_sitting(db, shown, sitting_id)
    saving.save(db, request.app.state.store, person, shown, sitting)
    return RedirectResponse(shown.base, status_code=303)


def changeable(
    request: Request, db: Session, person: Any, dataset_id: str, sitting_id: str
) -> tuple[Shown, Sitting]:
    """The sitting and its table, where this person may change them."""
    shown = get_shown(request, db, person, dataset_id)
    authorize(person, "change", shown.dataset)
    sitting = sittings.get_sitting(db, shown, sitting_id)
    if sitting.version_id != shown.version.id:
        raise Conflict("The table has a newer version. Reload the page, then go on labelling that one.")
    return shown, sitting
