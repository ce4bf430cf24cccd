"""The addresses of versions: how the newest one stands, going back, and what could not be made."""

from typing import Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.routing import APIRoute
from sqlalchemy.orm import Session

from app.datasets import routes as datasets
from app.datasets.service import schema_at
from app.datasets.tables import Dataset, DatasetVersion
from app.errors import NotFound
from app.jobs.service import cursor, find_last
from app.jobs.tables import Job
from app.pages import Db, render, wants_fragment
from app.people.authorize import get_changeable, get_deletable, get_readable
from app.people.session import Person
from app.storage import Store
from app.versions import deleting, service
from app.versions.words import step_lines
from trainer.contract.plan import is_learned

router = APIRouter()
PLACE = "/datasets/{dataset_id}"

for route in datasets.router.routes:
    # Every page of a table also stands under the address of its version: old ones, and those that projects keep to.
    if isinstance(route, APIRoute) and route.path.startswith(PLACE) and route.methods == {"GET"}:
        router.add_api_route(
            PLACE + "/versions/{version_id}" + route.path.removeprefix(PLACE),
            route.endpoint,
            response_model=None,
            name=f"{route.name}_of_version",
        )


def list_learned(db: Session, store: Store, dataset: Dataset) -> list[str]:
    """Steps of the version that is shown that change no cell: a model fits them on its training part. In words."""
    base = service.find_base(db, dataset)
    if not any(is_learned(step) for step in base.steps):
        return []
    return [line.words for line in step_lines(schema_at(store, base.root_hash), base.steps) if line.learned]


def describe_mending(db: Session, dataset: Dataset) -> dict[str, Any] | None:
    """What a dataset's pages say while a version is being made, or after that failed; None where all is quiet."""
    pending = service.find_pending(db, dataset)
    found = pending or service.find_failed(db, dataset)
    if found is None:
        return None
    job = db.get_one(Job, found.job_id)
    event = find_last(db, job.id, "progress")
    return {
        "dataset": dataset,
        "note": found.note,
        "job": job,
        "failed": pending is None,
        "cursor": cursor([job]),
        "progress": event.payload if event is not None else {},
    }


@router.get("/datasets/{dataset_id}/mending")
def show_mending(request: Request, db: Db, person: Person, dataset_id: str) -> Response:
    """How the version stands that is being made: a strip of the dataset's pages. When it is ready they come anew."""
    dataset = get_readable(db, person, Dataset, dataset_id)
    mending = describe_mending(db, dataset)
    if not wants_fragment(request):
        return RedirectResponse(f"/datasets/{dataset.id}", status_code=303)
    if mending is None:
        return HTMLResponse("", headers={"HX-Redirect": place_of(request, f"/datasets/{dataset.id}")})
    return render(request, "versions/mending.html", {"mending": mending}, block="strip")


def place_of(request: Request, base: str) -> str:
    """The page that asks, if it is one of the dataset's, else the dataset."""
    asking = urlsplit(request.headers.get("HX-Current-URL", ""))
    if asking.path != base and not asking.path.startswith(f"{base}/"):
        return base
    return f"{asking.path}?{asking.query}" if asking.query else asking.path


@router.post("/datasets/{dataset_id}/mending/forget")
def forget(db: Db, person: Person, dataset_id: str) -> Response:
    """It was read why a version could not be made."""
    dataset = get_changeable(db, person, Dataset, dataset_id)
    failed = service.find_failed(db, dataset)
    if failed is not None:
        failed.wanted = False
    return RedirectResponse(f"/datasets/{dataset.id}", status_code=303)


@router.post("/datasets/{dataset_id}/versions/{version_id}/show")
def go_to(db: Db, person: Person, dataset_id: str, version_id: str) -> Response:
    """Go back, or forward, to a version."""
    dataset = get_changeable(db, person, Dataset, dataset_id)
    version = get_readable(db, person, DatasetVersion, version_id)
    if version.dataset_id != dataset.id:
        raise NotFound
    service.go_to(db, dataset, version)
    return RedirectResponse(f"/datasets/{dataset.id}", status_code=303)


@router.post("/datasets/{dataset_id}/versions/{version_id}/delete")
def delete_version(request: Request, db: Db, person: Person, dataset_id: str, version_id: str) -> Response:
    """Take a version out of sight; its page offers to undo that."""
    dataset = get_deletable(db, person, Dataset, dataset_id)
    version = get_deletable(db, person, DatasetVersion, version_id)
    if version.dataset_id != dataset.id:
        raise NotFound
    deleting.delete_version(db, dataset, version, request.app.state.find_uses)
    return RedirectResponse(f"/datasets/{dataset.id}/steps?deleted={version.id}", status_code=303)


@router.post("/datasets/{dataset_id}/versions/{version_id}/restore")
def restore_version(db: Db, person: Person, dataset_id: str, version_id: str) -> Response:
    """Undo that."""
    dataset = get_changeable(db, person, Dataset, dataset_id)
    deleting.bring_back(db, person, DatasetVersion, version_id)
    return RedirectResponse(f"/datasets/{dataset.id}/steps", status_code=303)


@router.post("/datasets/{dataset_id}/delete")
def delete(request: Request, db: Db, person: Person, dataset_id: str) -> HTMLResponse:
    """Take a dataset out of sight, and offer to undo that."""
    dataset = get_deletable(db, person, Dataset, dataset_id)
    deleting.delete_dataset(db, dataset, request.app.state.find_uses)
    db.flush()
    return render(request, "versions/deleted.html", {"dataset": dataset, "days": deleting.DAYS})


@router.post("/datasets/{dataset_id}/restore")
def restore(db: Db, person: Person, dataset_id: str) -> Response:
    """Undo that."""
    deleting.bring_back(db, person, Dataset, dataset_id)
    return RedirectResponse(f"/datasets/{dataset_id}", status_code=303)
