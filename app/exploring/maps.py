"""The map of a dataset: asked for, made by a job, shown as a cloud of points to pick from."""

from dataclasses import asdict
from importlib.util import find_spec
from typing import Annotated, Any, get_args

import pyarrow.parquet as pq
from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.datasets.conditions import Condition
from app.datasets.routes import Shown, get_shown
from app.datasets.table import offered, relabelled
from app.datasets.tabs import tabs
from app.datasets.view import View, known_column
from app.errors import BadInput, NotFound
from app.exploring.choice import drawable, read_column
from app.exploring.counts import Table, number_of
from app.exploring.points import Points, tone_of
from app.exploring.tables import DataMap
from app.jobs.service import cursor, find_last, queue_job
from app.jobs.tables import Job
from app.pages import Db, percent, render, wants_fragment, words
from app.people.authorize import authorize
from app.people.session import Person
from app.storage import Store
from trainer.contract.dataset import Column
from trainer.contract.events import ENDED
from trainer.contract.order import MapOrder
from trainer.contract.results import MapResults

router = APIRouter()

_ = words.gettext

METHODS = {
    "pca": ("PCA", _("at once: the two directions in which rows differ most")),
    "tsne": ("t-SNE", _("a minute: neighbours stay neighbours, distances between groups mean little")),
    "umap": ("UMAP", _("a minute: neighbours, and something of the whole")),
}
assert set(METHODS) == set(get_args(MapOrder.model_fields["method"].annotation))


@router.get("/datasets/{dataset_id}/map")
def show_map(
    request: Request, db: Db, person: Person, dataset_id: str, method: str = "", colour: str = ""
) -> Response:
    """The map of this version by a method; how it stands; or what could be drawn."""
    shown = get_shown(request, db, person, dataset_id)
    made = find_map(db, shown, known_method(method)) if method else find_latest(db, shown)
    job = db.get_one(Job, made.job_id) if made is not None else None
    tint = colour_of(shown, colour)
    progress = find_last(db, job.id, "progress") if job is not None else None
    context: dict[str, Any] = {
        "shown": shown,
        "tabs": tabs(shown.base, "map"),
        "methods": METHODS,
        "missing": {}
        if find_spec("umap")
        else {"umap": _("UMAP is not installed on this server: skillet[maps].")},
        "method": made.method if made is not None else method,
        "job": job,
        "busy": job is not None and job.state not in ENDED,
        "cursor": cursor([job]) if job is not None else "",
        "progress": progress.payload if progress is not None else {},
        "results": results_of(job),
        "said": said(results_of(job)),
        "able": drawable(shown.schema, shown.profile),
        "colour": tint,
        "view": View(),
        "relabelled": relabelled(shown.schema),
        "offered": offered(shown.schema),
        "image": next((c for c in shown.schema.columns if c.type == "image"), None),
    }
    return render(request, "exploring/map.html", context, block="map" if wants_fragment(request) else None)


@router.post("/datasets/{dataset_id}/map")
def ask_for_map(
    request: Request, db: Db, person: Person, dataset_id: str, method: Annotated[str, Form()] = "pca"
) -> Response:
    """Draw a map. One that is there, or on its way, is shown again; one that failed is tried again."""
    shown = get_shown(request, db, person, dataset_id)
    authorize(person, "change", shown.dataset)
    made = find_map(db, shown, known_method(method))
    if made is not None and db.get_one(Job, made.job_id).state in ENDED - {"done"}:
        db.delete(made)
        made = None
    if made is None:
        order = MapOrder.model_validate({"version": shown.folder.path, "method": method})
        job = queue_job(db, request.app.state.store, person, order)
        db.add(DataMap(owner_id=person.id, version_id=shown.version.id, job_id=job.id, method=method))
    return RedirectResponse(f"{shown.base}/map?method={method}", status_code=303)


@router.get("/datasets/{dataset_id}/map/points")
def send_map(
    request: Request, db: Db, person: Person, dataset_id: str, method: str = "pca", colour: str = ""
) -> JSONResponse:
    """The places of a map, coloured by a column."""
    shown = get_shown(request, db, person, dataset_id)
    made = find_map(db, shown, known_method(method))
    job = db.get_one(Job, made.job_id) if made is not None else None
    if job is None or job.state != "done":
        raise NotFound("There is no such map yet. Draw it first.")
    store: Store = request.app.state.store
    places = pq.read_table(store.job(job.id).results.map).to_pydict()
    tint = colour_of(shown, colour)
    tones, labels, ends = tone_of(cells_at(shown, tint, places["row"]), tint)
    results = results_of(job)
    sampled = results is not None and results.sampled
    return JSONResponse(asdict(Points(places["row"], places["x"], places["y"], tones, labels, ends, sampled)))


def known_method(method: str) -> str:
    """A method of ours; raises BadInput in words."""
    if method not in METHODS:
        raise BadInput(f"There is no map ‘{method[:40]}’. The maps are {', '.join(METHODS)}.")
    return method


def find_map(db: Session, shown: Shown, method: str) -> DataMap | None:
    """The newest map of this version by a method."""
    asked = select(DataMap).where(DataMap.version_id == shown.version.id, DataMap.method == method)
    return db.scalar(asked.order_by(DataMap.created_at.desc()).limit(1))


def find_latest(db: Session, shown: Shown) -> DataMap | None:
    """The map of this version that was asked for last."""
    asked = select(DataMap).where(DataMap.version_id == shown.version.id)
    return db.scalar(asked.order_by(DataMap.created_at.desc()).limit(1))


def results_of(job: Job | None) -> MapResults | None:
    """What a finished map was made of."""
    if job is None or job.state != "done" or job.outcome is None:
        return None
    return MapResults.model_validate(job.outcome["results"])


def said(results: MapResults | None) -> str:
    """What a map shows, for those who do not see it."""
    if results is None:
        return ""
    sentence = _("{n} rows, laid out by {features}: what is alike lies together.").format(
        n=f"{results.rows:,}", features=results.features
    )
    if results.explained:
        sentence += " " + _("The two directions hold {share} of all differences.").format(
            share=percent(sum(results.explained))
        )
    return sentence


def colour_of(shown: Shown, id: str) -> Column | None:
    """The column that colours; without a word the first category."""
    able = drawable(shown.schema, shown.profile)
    if id == "none":
        return None
    if id:
        return read_column(shown.schema, able, known_column(shown.schema, id).id)
    return next((c for c in able if c.type == "category"), None)


def cells_at(shown: Shown, column: Column | None, rows: list[int]) -> list[Any]:
    """The cells of a column in these rows, in their order."""
    if column is None:
        return [None] * len(rows)
    table = Table(shown.folder.table, Condition(), shown.schema.rows)
    name = f'"{column.id}"' if column.type == "category" else number_of(column)
    among = "AND file_row_number IN (SELECT unnest(CAST(? AS BIGINT[])))"
    found = dict(table.ask(f"file_row_number, {name}", (), among, (rows,)))
    return [found.get(row) for row in rows]
