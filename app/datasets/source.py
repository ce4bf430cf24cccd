"""How what was brought was read: the tree that was found, the rule that was applied, and the others one click away."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from app.datasets import service
from app.datasets.routes import Shown, get_shown
from app.datasets.tables import Dataset
from app.datasets.tabs import tabs
from app.errors import BadInput
from app.jobs.service import cursor, find_last
from app.jobs.tables import Job
from app.pages import Db, render, wants_fragment
from app.people.authorize import get_changeable
from app.people.session import Person
from app.storage import Store
from app.uploads.tables import Upload
from trainer.contract.dataset import Branch, Layout, Rule, VersionFolder
from trainer.contract.documents import read_document
from trainer.contract.events import ENDED

router = APIRouter()


@dataclass(frozen=True)
class Source:
    """What the page says about how a version was read."""

    layout: Layout | None
    """None where nothing was to be chosen: a single table, a sample."""
    uploads: list[Upload]
    kept: bool
    """The files themselves are still here, so that they can be read again."""

    @property
    def applied(self) -> Rule | None:
        """The rule by which it was read."""
        rules = self.layout.rules if self.layout else []
        return next((rule for rule in rules if rule.applied), None)

    @property
    def fitting(self) -> list[Rule]:
        """The other rules that fit, the likeliest first."""
        return [rule for rule in (self.layout.rules if self.layout else []) if rule.fits and not rule.applied]

    @property
    def others(self) -> list[Rule]:
        """The rules that do not fit."""
        return [rule for rule in (self.layout.rules if self.layout else []) if not rule.fits]

    @property
    def files(self) -> int:
        """All files of the tree."""
        return count_files(self.layout.tree) if self.layout else len(self.uploads)


def count_files(branch: Branch) -> int:
    """The files of a branch and of the branches that are listed below it."""
    return branch.files + sum(map(count_files, branch.branches))


@router.get("/datasets/{dataset_id}/source")
def show_source(request: Request, db: Db, person: Person, dataset_id: str) -> Response:
    """The tree, the rule and the other rules; while it is read anew, how far that is."""
    shown = get_shown(request, db, person, dataset_id)
    job = service.import_job(db, shown.dataset)
    reading = job.state not in ENDED
    if wants_fragment(request) and not reading and job.state == "done":
        # What was read anew has just arrived under the eyes of the person.
        return Response(headers={"HX-Redirect": shown.base})
    context = {
        "shown": shown,
        "tabs": tabs(shown.base, "source"),
        "source": find_source(request.app.state.store, db, shown),
        "reading": describe_reading(db, job) if reading else None,
        "failed": job.sentence if not reading and job.state != "done" else None,
    }
    return render(
        request, "datasets/source.html", context, block="source" if wants_fragment(request) else None
    )


@router.post("/datasets/{dataset_id}/source")
def read_again(
    request: Request, db: Db, person: Person, dataset_id: str, rule: Annotated[str, Form()] = ""
) -> RedirectResponse:
    """Read what was brought once more, by another rule; what is read becomes the newest version."""
    dataset = get_changeable(db, person, Dataset, dataset_id)
    shown = get_shown(request, db, person, dataset_id)
    source = find_source(request.app.state.store, db, shown)
    chosen = next((one for one in [*source.fitting, *source.others] if one.key == rule), None)
    if chosen is None:
        raise BadInput("No way of reading was chosen. Choose one of those that are listed.")
    if not chosen.fits:
        raise BadInput(f"‘{chosen.title}’ does not fit what was brought. {chosen.why}")
    service.import_again(db, request.app.state.store, person, dataset, rule=chosen.key)
    return RedirectResponse(f"{shown.base}/source", status_code=303)


def find_source(store: Store, db: Session, shown: Shown) -> Source:
    """How the version was read. One that was made by steps was read as its root was."""
    version = shown.version
    folder = store.version(version.root_hash or version.hash)
    uploads = service.uploads_of(db, shown.dataset)
    return Source(find_layout(folder), uploads, service.are_kept(store, uploads))


def find_layout(folder: VersionFolder) -> Layout | None:
    """The layout of a version; None where nothing was to be chosen."""
    return read_document(folder.layout, Layout) if folder.layout.is_file() else None


def describe_reading(db: Session, job: Job) -> dict[str, object]:
    """How far a new reading is, for the page that waits for it."""
    progress = find_last(db, job.id, "progress")
    return {"job": job, "cursor": cursor([job]), "progress": progress.payload if progress is not None else {}}
