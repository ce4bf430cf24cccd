"""Sets of rows that an address may name: those of a finding, and those that somebody picked."""

import pyarrow.parquet as pq
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.datasets.conditions import Picked
from app.datasets.tables import DatasetVersion, RowSet
from app.datasets.view import View
from app.errors import Conflict, NotFound
from app.people.authorize import get_readable
from app.people.tables import User
from app.storage import Store
from trainer.contract.dataset import Profile


def find_picked(
    db: Session, store: Store, person: User, version: DatasetVersion, profile: Profile, view: View
) -> Picked | None:
    """The set of rows that a view is about; None where it is about all. Raises in words for one that is not there."""
    if view.set is not None:
        return get_row_set(db, store, person, version, view.set)
    if view.rows is None:
        return None
    path = store.version(version.hash).rows(view.rows)
    if not path.is_file():
        raise NotFound(
            f"This version has no rows that are called ‘{view.rows[:40]}’. Open them from its findings."
        )
    finding = next((finding for finding in profile.findings if finding.rows == view.rows), None)
    return Picked(
        path, finding.sentence if finding else view.rows.replace("_", " "), pq.read_metadata(path).num_rows
    )


def get_row_set(db: Session, store: Store, person: User, version: DatasetVersion, id: str) -> Picked:
    """Rows that this person may see, of this very version: row numbers mean nothing in another one."""
    found = get_readable(db, person, RowSet, id)
    if found.version_id != version.id:
        raise Conflict(
            f"‘{found.name}’ was picked in another version of this table, where rows have other numbers. "
            "Go back to that version to see it."
        )
    path = store.row_set(found.id)
    if not path.is_file():
        raise NotFound(f"The rows of ‘{found.name}’ are gone. Pick them again.")
    return Picked(path, found.name, found.count)


def list_slices(db: Session, version: DatasetVersion, most: int = 30) -> list[RowSet]:
    """The slices that were kept of this version, the newest first."""
    asked = select(RowSet).where(RowSet.version_id == version.id, RowSet.kind == "slice")
    return list(db.scalars(asked.order_by(RowSet.created_at.desc()).limit(most)))
