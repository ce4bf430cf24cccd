"""The button on a finding: what would mend it becomes steps."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from app.datasets.service import get_version_of, read_profile
from app.datasets.tables import Dataset
from app.errors import Conflict
from app.pages import Db, words
from app.people.authorize import get_changeable
from app.people.session import Person
from app.storage import Store
from app.versions.service import add_steps

_ = words.gettext

router = APIRouter()


@router.post("/datasets/{dataset_id}/fixes")
def fix(
    request: Request,
    db: Db,
    person: Person,
    dataset_id: str,
    version: Annotated[str, Form(max_length=16)],
    finding: Annotated[int, Form(ge=0)],
) -> Response:
    """Add the steps of a finding of the version on whose page the button stood: its place in the profile."""
    dataset = get_changeable(db, person, Dataset, dataset_id)
    store: Store = request.app.state.store
    looked_at = get_version_of(db, dataset, version)
    findings = read_profile(store, looked_at).findings
    chosen = findings[finding].fix if finding < len(findings) else None
    if chosen is None:
        raise Conflict(_("There is nothing to mend here any more. Look at the findings again."))
    add_steps(db, store, person, dataset, chosen.steps, chosen.label, of=looked_at)
    return RedirectResponse(f"/datasets/{dataset.id}", status_code=303)
