"""Deleting: nothing that is in use goes; what goes can be brought back for some days, then its files are freed."""

from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.datasets.tables import Dataset, DatasetVersion
from app.db import now
from app.errors import Conflict, NotFound
from app.jobs.service import ask
from app.jobs.tables import Job
from app.pages import words
from app.people.authorize import authorize
from app.people.tables import User
from app.versions.history import FindUses, Use, all_versions
from app.versions.service import get_base
from app.versions.tables import Mending
from trainer.contract.events import ENDED

_ = words.gettext
ngettext = words.ngettext

Deletable = TypeVar("Deletable", Dataset, DatasetVersion)
DAYS = 7
"""So long can a deletion be undone."""


def delete_version(db: Session, dataset: Dataset, version: DatasetVersion, find_uses: FindUses) -> None:
    """Take a version out of sight; raises Conflict with the names of what would break."""
    base = get_base(db, dataset)
    uses = find_uses(db, [version.id]).get(version.id, [])
    if uses:
        raise Conflict(
            _("This version is in use by {uses}. It stays as long as they do.").format(uses=name_uses(uses))
        )
    if base.version.id == version.id:
        raise Conflict(_("This version is the one that is shown. Go to another one first, then delete it."))
    if any(other.root_hash == version.hash for other in all_versions(db, dataset)):
        raise Conflict(_("The steps of other versions start from this one. It stays as long as they do."))
    version.deleted_at = now()


def delete_dataset(db: Session, dataset: Dataset, find_uses: FindUses) -> None:
    """Take a dataset out of sight with all its versions and unanswered questions; raises Conflict with the names of
    the projects whose runs would break.
    """
    uses = [
        use for found in find_uses(db, [v.id for v in all_versions(db, dataset)]).values() for use in found
    ]
    trained = [use for use in uses if use.runs]
    if trained:
        raise Conflict(
            _("{name} is in use by {uses}. It stays as long as they do.").format(
                name=dataset.name, uses=name_uses(trained)
            )
        )
    jobs = [dataset.job_id, *db.scalars(select(Mending.job_id).where(Mending.dataset_id == dataset.id))]
    for job in db.scalars(select(Job).where(Job.id.in_(jobs), Job.state.not_in(ENDED))):
        ask(db, job, "stop")
    dataset.deleted_at = now()


def bring_back(db: Session, person: User, kind: type[Deletable], id: str) -> None:
    """Undo a deletion."""
    thing = db.get(kind, id) if "\x00" not in id else None
    if thing is None:
        raise NotFound
    authorize(person, "change", thing)
    thing.deleted_at = None


def name_uses(uses: list[Use]) -> str:
    """``titanic (3 runs, 2 models) and titanic 2 (no runs yet)``."""
    named = [f"{use.name} ({count_uses(use)})" for use in uses]
    return (
        named[0]
        if len(named) == 1
        else _("{first} and {last}").format(first=", ".join(named[:-1]), last=named[-1])
    )


def count_uses(use: Use) -> str:
    """What a project has made of a version."""
    if not use.runs:
        return _("no runs yet")
    runs = ngettext("{n} run", "{n} runs", use.runs).format(n=use.runs)
    models = ngettext("{n} model", "{n} models", use.models).format(n=use.models)
    return f"{runs}, {models}" if use.models else runs
