"""A deeper look at what a project asks: by its question, its inputs and its split."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from app.datasets.audits import start_audit
from app.datasets.service import get_version
from app.datasets.tables import Dataset
from app.errors import Conflict
from app.pages import Db, words
from app.people.authorize import get_changeable
from app.people.session import Person
from app.projects.service import question_of, version_of
from app.projects.tables import Project

router = APIRouter()

_ = words.gettext


@router.post("/projects/{project_id}/audit")
def look_deeper(request: Request, db: Db, person: Person, project_id: str) -> Response:
    """Start the look; leads to the findings of the version that the project asks its question of."""
    project = get_changeable(db, person, Project, project_id)
    question = question_of(project)
    if question is None:
        raise Conflict(_("Nothing is asked yet. Choose a column to predict first."))
    dataset = get_changeable(db, person, Dataset, project.dataset_id)
    version = version_of(db, project)
    asked = (project.id, question)
    start_audit(db, request.app.state.store, person, dataset, version, question.target, asked)
    place = f"/datasets/{dataset.id}"
    if get_version(db, dataset).id != version.id:
        place += f"/versions/{version.id}"
    return RedirectResponse(f"{place}#findings", status_code=303)
