"""Deeper looks at one version carried over to another of the same root, so that mending one thing found does not lose
the others: rows are followed by their numbers in the root, and what was dealt with meanwhile is taken out.
"""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.datasets.audits import LONGEST_NAME, audit_findings, find_audit, finish_audit
from app.datasets.service import find_version, read_schema
from app.datasets.tables import Audit, Dataset, DatasetVersion, RowSet
from app.jobs.tables import Job
from app.storage import Store
from app.versions.service import finish_mend, root_hash, root_rows, steps_of
from app.versions.tables import Mending
from trainer.contract.dataset import Finding
from trainer.contract.events import ENDED
from trainer.contract.outcome import Outcome
from trainer.contract.steps import Exclude, MapValues, Merge, Relabel, Retype


def end_mending(db: Session, job: Job, outcome: Outcome, store: Store) -> None:
    """Enter a version that was made, with what was found in those before it. Twice changes nothing."""
    finish_mend(db, job, outcome)
    made = db.scalar(select(Mending).where(Mending.job_id == job.id))
    if made is not None and made.version_id is not None:
        carry_look(db, store, db.get_one(DatasetVersion, made.version_id))


def end_look(db: Session, job: Job, outcome: Outcome, store: Store) -> None:
    """Enter what a look found; where the table went on meanwhile, for the version that is shown too."""
    finish_audit(db, job, outcome, store)
    audit = db.scalar(select(Audit).where(Audit.job_id == job.id).limit(1))
    shown = find_version(db, db.get_one(Dataset, audit.dataset_id)) if audit is not None else None
    if shown is not None:
        carry_look(db, store, shown)


def find_earlier(db: Session, version: DatasetVersion, *, going_on: bool = False) -> Audit | None:
    """The newest look that is done (or goes on) at another version of the same root."""
    state = Job.state.not_in(ENDED) if going_on else Job.state == "done"
    looks = select(Audit).join(Job, Job.id == Audit.job_id)
    looks = looks.where(Audit.dataset_id == version.dataset_id, Audit.version_id != version.id, state)
    for audit in db.scalars(looks.order_by(Job.created_at.desc(), Audit.created_at)):
        if root_hash(db.get_one(DatasetVersion, audit.version_id)) == root_hash(version):
            return audit
    return None


def find_original(db: Session, audit: Audit) -> Audit:
    """The look that this one was carried over from; itself where it was none."""
    same = select(Audit).where(Audit.job_id == audit.job_id).order_by(Audit.created_at, Audit.id).limit(1)
    return db.scalars(same).one()


def find_counterpart(db: Session, version: DatasetVersion, set_id: str) -> str | None:
    """The set of this version that a set of another version was carried over to."""
    for audit in db.scalars(select(Audit).where(Audit.dataset_id == version.dataset_id)):
        name = next((name for name, id in audit.sets.items() if id == set_id), None)
        here = select(Audit).where(Audit.job_id == audit.job_id, Audit.version_id == version.id)
        carried = db.scalar(here.limit(1)) if name is not None else None
        if carried is not None and name is not None:
            return carried.sets.get(name)
    return None


def carry_look(db: Session, store: Store, version: DatasetVersion) -> Audit | None:
    """What the newest look at another version found, told of this one; nothing where it was looked at itself."""
    earlier = find_earlier(db, version)
    if earlier is None:
        return None
    origin = find_original(db, earlier)
    own = find_audit(db, version, done=True)
    if own is not None and own.job_id != origin.job_id and find_original(db, own).id == own.id:
        return None  # looked at itself
    if origin.version_id == version.id or (own is not None and own.job_id == origin.job_id):
        return None
    carried = Audit(
        owner_id=origin.owner_id, dataset_id=origin.dataset_id, version_id=version.id, job_id=origin.job_id,
        target=origin.target, project_id=origin.project_id, sets={},
    )  # fmt: skip
    looked_at = db.get_one(DatasetVersion, origin.version_id)
    columns = {column.id for column in read_schema(store, version).columns}
    sets: dict[str, str] = {}
    for finding in audit_findings(db, origin):
        source = origin.sets.get(finding.rows or "")
        if source is None or finding.rows in sets or not about(finding) <= columns:
            continue
        left = follow_rows(store, finding, source, looked_at, version)
        if left is None or not left.num_rows:
            continue
        found = RowSet(
            owner_id=origin.owner_id, version_id=version.id, name=finding.sentence[:LONGEST_NAME],
            kind=finding.kind, count=left.num_rows,
        )  # fmt: skip
        db.add(found)
        db.flush()
        pq.write_table(left, store.row_set(found.id))
        sets[str(finding.rows)] = found.id
    carried.sets = sets
    db.add(carried)
    db.flush()
    return carried


def left_of(db: Session, store: Store, audit: Audit, version: DatasetVersion) -> list[Finding]:
    """The findings of a look that was carried over that still stand, with the number of rows that are left."""
    columns = {column.id for column in read_schema(store, version).columns}
    left = []
    for finding in audit_findings(db, audit):
        if finding.rows is None and about(finding) <= columns:
            left.append(finding)
        elif finding.rows in audit.sets:
            count = db.get_one(RowSet, audit.sets[finding.rows]).count
            left.append(finding.model_copy(update={"count": count}))
    return left


def about(finding: Finding) -> set[str]:
    """The columns that a finding speaks of."""
    return {*finding.columns, *([finding.column] if finding.column else [])}


def follow_rows(
    store: Store, finding: Finding, source: str, looked_at: DatasetVersion, version: DatasetVersion
) -> pa.Table | None:
    """The rows of a finding where they stand now, without those that were dealt with; None where that is not to be
    said: the answers themselves were written in another way.
    """
    table = pq.read_table(store.row_set(source))
    roots = np.array(root_rows(store, looked_at, table["row"].to_pylist()), dtype=np.int64)
    there = np.array(root_rows(store, version, range(version.rows)), dtype=np.int64)
    places = np.minimum(np.searchsorted(there, roots), max(0, len(there) - 1))
    stays = there[places] == roots if len(there) else np.zeros(len(roots), dtype=bool)
    if finding.kind == "labels" and finding.column is not None:
        if rewritten(looked_at, finding.column) != rewritten(version, finding.column):
            return None
        before, now = relabelled(looked_at, finding.column), relabelled(version, finding.column)
        stays &= np.array([before.get(root) == now.get(root) for root in roots.tolist()], dtype=bool)
    named = [
        row
        for step in (finding.fix.steps if finding.fix else [])
        if isinstance(step, Exclude)
        for row in step.rows
    ]
    if named and not np.isin(np.array(named), there).any():
        return None  # its fix was done
    moved = table.set_column(0, "row", pa.array(places, pa.int64()))
    return moved.filter(pa.array(stays))


def relabelled(version: DatasetVersion, column: str) -> dict[int, str | float | None]:
    """The cells of a column that were written anew, by row of the root."""
    steps = [step for step in steps_of(version) if isinstance(step, Relabel) and step.column == column]
    return {int(row): value for step in steps for row, value in step.cells.items()}


def rewritten(version: DatasetVersion, column: str) -> list[str]:
    """The steps that write a column's values in another way."""
    kinds = (MapValues, Merge, Retype)
    return [s.model_dump_json() for s in steps_of(version) if isinstance(s, kinds) and s.column == column]
