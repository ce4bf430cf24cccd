"""The versions of a dataset: what changed in each, what uses it, and the ways back and forth."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.datasets.service import find_version
from app.datasets.tables import Dataset, DatasetVersion
from app.pages import words
from app.versions.service import find_pending

_ = words.gettext
ngettext = words.ngettext


@dataclass(frozen=True)
class Use:
    """A project that asks its question of a version."""

    name: str
    href: str
    runs: int
    models: int
    """Runs that left a model."""


FindUses = Callable[[Session, list[str]], dict[str, list[Use]]]
"""Version ids -> the projects on each."""


@dataclass(frozen=True)
class VersionLine:
    """A version in the list. ``number`` counts from 1 in the order in which they were made."""

    id: str
    number: int
    note: str
    rows: int
    columns: int
    change: str
    """Against the version that it was made from."""
    born: datetime
    shown: bool
    uses: list[Use]
    kept: str
    """Why it cannot be deleted, in words; nothing where it can."""
    after: int | None
    """The number of the version that it was made from, where that is not the one before."""


def list_versions(db: Session, dataset: Dataset, find_uses: FindUses) -> list[VersionLine]:
    """All versions, the newest first."""
    versions = all_versions(db, dataset)
    known = {version.id: (place + 1, version) for place, version in enumerate(versions)}
    shown = find_version(db, dataset)
    uses = find_uses(db, list(known))
    lines = []
    for number, version in known.values():
        before, parent = known.get(version.parent_id or "", (None, None))
        lines.append(
            VersionLine(
                id=version.id,
                number=number,
                note=version.note or (_("As it was brought") if version.root_hash is None else ""),
                rows=version.rows,
                columns=version.columns,
                change=change_words(parent, version) if parent is not None else "",
                born=version.created_at,
                shown=shown is not None and shown.id == version.id,
                uses=uses.get(version.id, []),
                kept=why_kept(version, versions, uses.get(version.id, [])),
                after=before if before != number - 1 else None,
            )
        )
    return lines[::-1]


def why_kept(version: DatasetVersion, versions: list[DatasetVersion], uses: list[Use]) -> str:
    """Why a version that is not shown cannot be deleted; nothing where it can."""
    if uses:
        return _("In use by {projects}: it stays.").format(projects=", ".join(use.name for use in uses))
    if any(other.root_hash == version.hash for other in versions):
        return _("Other versions start from it: it stays.")
    return ""


def all_versions(db: Session, dataset: Dataset) -> list[DatasetVersion]:
    """The versions of a dataset, the oldest first."""
    wanted = select(DatasetVersion).where(
        DatasetVersion.dataset_id == dataset.id, DatasetVersion.deleted_at.is_(None)
    )
    return list(db.scalars(wanted.order_by(DatasetVersion.created_at, DatasetVersion.id)))


def change_words(before: DatasetVersion, after: DatasetVersion) -> str:
    """``3 rows fewer, 1 column more``; nothing where both have as many."""
    said = []
    for one, more, change in (
        ("{n} row", "{n} rows", after.rows - before.rows),
        ("{n} column", "{n} columns", after.columns - before.columns),
    ):
        if change:
            count = ngettext(one, more, abs(change)).format(n=f"{abs(change):,}")
            said.append((_("{count} more") if change > 0 else _("{count} fewer")).format(count=count))
    return ", ".join(said)


@dataclass(frozen=True)
class Ways:
    """Where Undo and Redo lead; None where there is no way."""

    back: DatasetVersion | None
    forth: DatasetVersion | None
    undone: str
    """What Undo takes back, in words."""


def find_ways(db: Session, dataset: Dataset) -> Ways:
    """The ways from the version that is shown; what is still being made is taken back by showing it further."""
    shown = find_version(db, dataset)
    if shown is None:
        return Ways(None, None, "")
    pending = find_pending(db, dataset)
    if pending is not None:
        return Ways(shown, None, pending.note)
    versions = all_versions(db, dataset)
    back = next((version for version in versions if version.id == shown.parent_id), None)
    forth = next((version for version in reversed(versions) if version.parent_id == shown.id), None)
    return Ways(back, forth, shown.note)
