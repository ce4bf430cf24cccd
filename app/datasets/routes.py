"""The pages of a dataset: bring a file, watch its import, see its table."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse

from app.datasets import grid, media, rejected, service, table, words
from app.datasets.adding import describe_adding
from app.datasets.expressions import BadCondition
from app.datasets.layers import Layer, read_layers
from app.datasets.picks import find_picked, list_slices
from app.datasets.samples import first_samples
from app.datasets.tables import Dataset, DatasetVersion
from app.datasets.tabs import tabs
from app.datasets.view import Filter, View, bound_text, known_column, read_page_number, read_view
from app.elsewhere.kinds import list_on
from app.errors import BadInput, NotFound
from app.jobs.service import cursor, find_last
from app.pages import Db, render, wants_fragment
from app.people.authorize import get_changeable, get_readable
from app.people.session import Person
from app.storage import Store
from app.uploads.tables import Upload
from trainer.contract.dataset import Column, ColumnProfile, Profile, Schema, VersionFolder
from trainer.contract.events import ENDED
from trainer.contract.outcome import Outcome

router = APIRouter()


@dataclass(frozen=True)
class Shown:
    """A dataset with a version of it, as its pages need it."""

    dataset: Dataset
    version: DatasetVersion
    folder: VersionFolder
    schema: Schema
    profile: Profile
    by_version: bool = False
    """Its address names the version: an old one, or that of a project."""

    @property
    def base(self) -> str:
        """The address of this table."""
        place = f"/datasets/{self.dataset.id}"
        return f"{place}/versions/{self.version.id}" if self.by_version else place

    def columns(self) -> list[tuple[Column, ColumnProfile]]:
        """Each column with what was found in it."""
        return [(column, self.profile.columns[column.id]) for column in self.schema.columns]

    def picture(self, column: str, row: int, place: str = "thumbs") -> str:
        """The address of a picture; the hash in it changes with the version, so browsers keep it for good."""
        return f"{self.base}/{place}/{column}/{row}?v={self.version.hash[:12]}"


@router.get("/datasets/new")
def new(request: Request, person: Person) -> HTMLResponse:  # noqa: ARG001
    """The place to drop a file, or to choose where else data comes from."""
    context = {"samples": first_samples(), "elsewhere": list_on(request.app.state.settings)}
    return render(request, "datasets/new.html", context)


@router.post("/datasets")
def create(
    request: Request,
    db: Db,
    person: Person,
    upload: Annotated[list[str] | None, Form()] = None,
    sample: Annotated[str | None, Form()] = None,
) -> Response:
    """Import uploads, as one table, or a sample; leads to the dataset's page."""
    store: Store = request.app.state.store
    if upload:
        uploads = [get_changeable(db, person, Upload, id) for id in dict.fromkeys(upload)]
        dataset = service.import_uploads(db, store, person, uploads)
    elif sample:
        dataset = service.import_sample(db, store, person, sample)
    else:
        raise BadInput("Nothing was chosen to import. Drop a file, or choose a sample.")
    place = f"/datasets/{dataset.id}"
    if "application/json" in request.headers.get("Accept", ""):
        return JSONResponse({"location": place}, status_code=201, headers={"Location": place})
    return RedirectResponse(place, status_code=303)


@router.get("/datasets/{dataset_id}")
def show(request: Request, db: Db, person: Person, dataset_id: str) -> Response:
    """The import while it runs; then findings and the grid."""
    dataset = get_readable(db, person, Dataset, dataset_id)
    shown = find_shown(request, db, dataset)
    if shown is None or service.import_job(db, dataset).state not in ENDED:
        return show_import(request, db, dataset)
    view = read_view(request.query_params.multi_items(), shown.schema)
    if not wants_fragment(request) and "" in request.query_params.values():
        # A form sends its empty fields too: they say nothing, and the address is for people to keep.
        return RedirectResponse(words.address(shown.base, view), status_code=303)
    context: dict[str, Any] = {"shown": shown, "importing": None, "tabs": tabs(shown.base, "table")}
    context["mending"] = request.app.state.describe_mending(db, dataset)
    context["adding"] = describe_adding(db, dataset)
    context["learned"] = request.app.state.list_learned(db, request.app.state.store, dataset)
    context["ways"] = request.app.state.find_ways(db, dataset)
    context["hopeless"] = request.app.state.why_unpredictable(shown.schema, shown.profile)
    context["newest"] = service.get_version(db, dataset)
    context |= {
        **show_rows(request, db, person, shown, view),
        **request.app.state.describe_findings(db, request.app.state.store, shown),
    }
    status = 422 if context["refused"] else 200
    if not wants_fragment(request):
        return render(request, "datasets/show.html", context, status=status)
    if "rows" in request.headers.get("HX-Target", ""):
        answer = render(request, "datasets/show.html", context, block="rows", status=status)
        answer.headers["HX-Push-Url"] = words.address(shown.base, context["view"])
        return answer
    # The import has just ended under the eyes of the person: the whole page takes its place.
    answer = render(request, "datasets/show.html", context, block="main")
    answer.headers["HX-Retarget"], answer.headers["HX-Reswap"] = "#main", "innerHTML"
    return answer


def show_import(request: Request, db: Db, dataset: Dataset) -> HTMLResponse:
    """How an import stands, or why it failed and what can be done."""
    job = service.import_job(db, dataset)
    progress = find_last(db, job.id, "progress")
    outcome = Outcome.model_validate(job.outcome) if job.outcome else None
    importing = {
        "dataset": dataset,
        "job": job,
        "cursor": cursor([job]),
        "ended": job.state in ENDED and job.state != "done",
        "again": again_by(request, db, dataset) if outcome is not None and outcome.passing else [],
        "progress": progress.payload if progress is not None else {},
    }
    context = {"shown": None, "importing": importing, "samples": first_samples()}
    if not wants_fragment(request):
        return render(request, "datasets/show.html", context)
    return render(request, "datasets/show.html", context, block="importing")


def again_by(request: Request, db: Db, dataset: Dataset) -> list[str]:
    """The uploads by which a failed import can be tried again; none where their bytes are gone."""
    uploads = service.uploads_of(db, dataset)
    return [upload.id for upload in uploads] if service.are_kept(request.app.state.store, uploads) else []


@router.get("/datasets/{dataset_id}/rows/{row}")
def show_row(request: Request, db: Db, person: Person, dataset_id: str, row: int) -> HTMLResponse:
    """Everything about one row: in the drawer, or as a page of its own."""
    shown = get_shown(request, db, person, dataset_id)
    found = grid.find_row(shown.folder, shown.schema, row)
    if found is None:
        raise NotFound(f"There is no row {row:,}: the table has {shown.schema.rows:,}, counted from 0.")
    pictures = {
        column.id: media.find_size(shown.folder.media(column.id), row)
        for column in shown.schema.columns
        if column.type in ("image", "mask")
    }
    sounds = {
        column.id: media.find_seconds(shown.folder.media(column.id), row)
        for column in shown.schema.columns
        if column.type == "audio"
    }
    cells = table.cells_of(shown.schema, found)
    context = {
        "shown": shown,
        "row": found,
        "pictures": pictures,
        "sounds": sounds,
        "say": words,
        "layers_of": lambda column: read_layers(shown.schema, column, cells, pictures[column.id]),
    }
    return render(request, "datasets/row.html", context, block="row" if wants_fragment(request) else None)


@router.get("/datasets/{dataset_id}/columns/{column_id}")
def show_column(request: Request, db: Db, person: Person, dataset_id: str, column_id: str) -> HTMLResponse:
    """What was found in a column, its shares, and its filter: in the drawer, or as a page of its own."""
    shown = get_shown(request, db, person, dataset_id)
    column = known_column(shown.schema, column_id)
    view = read_view(request.query_params.multi_items(), shown.schema)
    found = shown.profile.columns[column.id]
    context = {
        "shown": shown,
        "column": column,
        "found": found,
        "bars": words.column_bars(shown.base, column, found, shown.schema.rows),
        "filter": view.filter(column.id) or Filter(column.id),
        "bound": bound_text,
        "text": words.cell_text,
        "shape": words.shape_words,
        "rest": view.without(column.id).pairs(),
    }
    return render(
        request, "datasets/column.html", context, block="column" if wants_fragment(request) else None
    )


@router.get("/datasets/{dataset_id}/rejects")
def show_rejects(request: Request, db: Db, person: Person, dataset_id: str) -> HTMLResponse:
    """What could not be read: file, line, reason, and the line as it stands there."""
    shown = get_shown(request, db, person, dataset_id)
    number = read_page_number(request.query_params.get("page", "1"))
    rejects = rejected.read_rejects(shown.folder, shown.version.rejects, number)
    context = {"shown": shown, "rejects": rejects}
    return render(
        request, "datasets/rejects.html", context, block="rows" if wants_fragment(request) else None
    )


@router.get("/datasets/{dataset_id}/media/{column_id}/{row}")
def send_media(
    request: Request, db: Db, person: Person, dataset_id: str, column_id: str, row: int
) -> Response:
    """A picture in full size, or a sound."""
    shown = get_shown(request, db, person, dataset_id)
    column = known_column(shown.schema, column_id)
    content = media.find_content(shown.folder.media(column.id), row)
    return media.send_content(content, request.headers.get("Range"))


@router.get("/datasets/{dataset_id}/thumbs/{column_id}/{row}")
def send_thumb(
    request: Request, db: Db, person: Person, dataset_id: str, column_id: str, row: int
) -> Response:
    """A picture that fits 128 x 128."""
    shown = get_shown(request, db, person, dataset_id)
    column = known_column(shown.schema, column_id)
    return media.send_content(media.find_content(shown.folder.thumbs(column.id), row))


def get_shown(request: Request, db: Db, person: Person, dataset_id: str) -> Shown:
    """A dataset that this person may read, with its version; NotFound, or Conflict while it has none."""
    dataset = get_readable(db, person, Dataset, dataset_id)
    version = service.get_version_of(db, dataset, request.path_params.get("version_id"))
    return open_version(request, dataset, version)


def find_shown(request: Request, db: Db, dataset: Dataset) -> Shown | None:
    """A dataset with its version; None while it has none."""
    if "version_id" in request.path_params:
        return open_version(
            request, dataset, service.get_version_of(db, dataset, request.path_params["version_id"])
        )
    version = service.find_version(db, dataset)
    return None if version is None else open_version(request, dataset, version)


def open_version(request: Request, dataset: Dataset, version: DatasetVersion) -> Shown:
    """Read what a version says about itself."""
    store: Store = request.app.state.store
    schema, profile = service.read_schema(store, version), service.read_profile(store, version)
    by_version = "version_id" in request.path_params
    return Shown(dataset, version, store.version(version.hash), schema, profile, by_version)


def show_rows(request: Request, db: Db, person: Person, shown: Shown, view: View) -> dict[str, Any]:
    """What the grid's block needs. A condition that is not understood is shown with the rows of all the rest."""
    store: Store = request.app.state.store
    picked = find_picked(db, store, person, shown.version, shown.profile, view)
    beside = layers_context(shown) | {"slices": list_slices(db, shown.version)}
    try:
        page = grid.read_rows(shown.folder, shown.schema, view, picked)
    except BadCondition as refusal:
        page = grid.read_rows(shown.folder, shown.schema, view.where(""), picked)
        context = table.rows_context(shown.base, shown.schema, shown.profile, page, picked)
        context |= {"view": view, "past": False, "refused": table.refused_condition(view.condition, refusal)}
        return context | beside
    context = table.rows_context(shown.base, shown.schema, shown.profile, page, picked)
    return context | {"view": page.view, "past": view.page > page.view.page} | beside


def layers_context(shown: Shown) -> dict[str, Any]:
    """How a wall of pictures finds what lies on them."""

    def size_of(row: int) -> tuple[int, int] | None:
        image = next(c for c in shown.schema.columns if c.type == "image")
        return media.find_size(shown.folder.thumbs(image.id), row)

    def layers_of(image: Column, row: grid.Row) -> list[Layer]:
        return read_layers(shown.schema, image, table.cells_of(shown.schema, row), size_of(row.number))

    return {"size_of": size_of, "layers_of": layers_of}
