"""From steps to versions: asked for at once, made by a job, entered when it ends. Nothing that is asked for while
another version is being made is lost: each goes on from the newest that was asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.datasets.service import get_version
from app.datasets.tables import Dataset, DatasetVersion
from app.errors import BadInput, Conflict
from app.jobs.service import ask, queue_job
from app.jobs.tables import Job
from app.people.tables import User
from app.storage import Store
from app.versions.joining import join_steps
from app.versions.tables import Mending
from trainer.contract.dataset import Schema
from trainer.contract.documents import read_document
from trainer.contract.events import ENDED
from trainer.contract.order import MendOrder
from trainer.contract.outcome import Outcome
from trainer.contract.plan import BadStep, follow
from trainer.contract.steps import Step

STEPS: TypeAdapter[list[Step]] = TypeAdapter(list[Step])
LONGEST_NOTE = 300


@dataclass(frozen=True)
class Base:
    """What further steps go on from: a version, or one that is still being made."""

    version: DatasetVersion
    mending: Mending | None
    root_hash: str
    steps: list[Step]

    @property
    def id(self) -> str:
        """What a page says it was made from, so that a later click is not taken for one on newer steps."""
        return self.mending.id if self.mending is not None else self.version.id


def add_steps(
    db: Session,
    store: Store,
    person: User,
    dataset: Dataset,
    steps: Sequence[Step],
    note: str,
    *,
    of: DatasetVersion | None,
) -> Mending:
    """A new version with these steps after those there are. Raises BadInput in words for a step that cannot be done.

    ``note`` says in words what changes. ``of``: the version whose rows the steps name, None where they name none;
    raises Conflict where the table has got another root meanwhile, whose rows are numbered otherwise.
    """
    base = get_base(db, dataset)
    if of is not None and root_hash(of) != base.root_hash:
        raise Conflict("The table got other rows meanwhile. Look at it as it is now, and do this again.")
    return make_version(db, store, person, dataset, base, join_steps([*base.steps, *steps]), note)


def set_steps(
    db: Session,
    store: Store,
    person: User,
    dataset: Dataset,
    made_from: str,
    steps: Sequence[Step],
    note: str,
) -> Mending | DatasetVersion:
    """A version with these steps instead of those of ``made_from`` (``Base.id``). Without any it is the root again.

    Raises Conflict where somebody else changed the steps meanwhile, BadInput for a step that cannot be done.
    """
    base = get_base(db, dataset)
    if base.id != made_from:
        raise Conflict(
            "The steps were changed meanwhile, perhaps in another window. Look at them and do this again."
        )
    if steps:
        return make_version(db, store, person, dataset, base, list(steps), note)
    root = db.scalar(
        select(DatasetVersion)
        .where(
            DatasetVersion.dataset_id == dataset.id,
            DatasetVersion.hash == base.root_hash,
            DatasetVersion.deleted_at.is_(None),
        )
        .limit(1)
    )
    if root is None:
        raise Conflict("The table as it was brought is gone. Keep at least one step.")
    return go_to(db, dataset, root)


def make_version(
    db: Session, store: Store, person: User, dataset: Dataset, base: Base, steps: list[Step], note: str
) -> Mending:
    """Queue the making of a version out of the base's root by all these steps."""
    root = store.version(base.root_hash)
    schema = read_document(root.schema, Schema)
    try:
        follow(schema, steps)
    except BadStep as error:
        raise BadInput(str(error)) from error
    job = queue_job(db, store, person, MendOrder(datasets=store.datasets, root=root.path, steps=steps))
    mending = Mending(
        owner_id=dataset.owner_id,
        dataset_id=dataset.id,
        job_id=job.id,
        base_id=base.version.id,
        after_id=base.mending.id if base.mending is not None else None,
        root_hash=base.root_hash,
        steps=STEPS.dump_python(steps, mode="json"),
        note=note[:LONGEST_NOTE],
        wanted=True,
    )
    db.add(mending)
    db.flush()
    return mending


def get_base(db: Session, dataset: Dataset) -> Base:
    """What further steps go on from; until the end of the transaction nobody else can add some."""
    db.execute(select(Dataset.id).where(Dataset.id == dataset.id).with_for_update())
    db.refresh(dataset)
    return find_base(db, dataset)


def find_base(db: Session, dataset: Dataset) -> Base:
    """The same, only to look at."""
    version = get_version(db, dataset)
    pending = find_pending(db, dataset)
    if pending is not None:
        return Base(version, pending, pending.root_hash, STEPS.validate_python(pending.steps))
    return Base(version, None, root_hash(version), steps_of(version))


def root_hash(version: DatasetVersion) -> str:
    """The folder that a version's steps start from."""
    return version.root_hash or version.hash


def steps_of(version: DatasetVersion) -> list[Step]:
    """All steps from the root to a version."""
    return STEPS.validate_python(version.steps or [])


def find_pending(db: Session, dataset: Dataset) -> Mending | None:
    """The newest version that is being made."""
    newest = (
        select(Mending)
        .join(Job, Job.id == Mending.job_id)
        .where(
            Mending.dataset_id == dataset.id,
            Mending.wanted,
            Mending.version_id.is_(None),
            Job.state.not_in(ENDED),
        )
    )
    return db.scalar(newest.order_by(Mending.created_at.desc(), Mending.id).limit(1))


def find_failed(db: Session, dataset: Dataset) -> Mending | None:
    """The newest that was asked for, if it could not be made and nobody has read why."""
    newest = (
        select(Mending).where(Mending.dataset_id == dataset.id).order_by(Mending.created_at.desc()).limit(1)
    )
    found = db.scalar(newest)
    if found is None or not found.wanted or found.version_id is not None:
        return None
    return found if db.get_one(Job, found.job_id).state in ENDED else None


def finish_mend(db: Session, job: Job, outcome: Outcome) -> None:
    """Enter a version that was made, and show it unless a newer one is shown already. Twice changes nothing."""
    mending = db.scalar(select(Mending).where(Mending.job_id == job.id))
    if mending is None or outcome.state != "done" or mending.version_id is not None:
        return
    db.execute(select(Dataset.id).where(Dataset.id == mending.dataset_id).with_for_update())
    dataset = db.get_one(Dataset, mending.dataset_id)
    found = outcome.results
    version = db.scalar(
        select(DatasetVersion).where(
            DatasetVersion.dataset_id == dataset.id, DatasetVersion.hash == found["version"]
        )
    )
    if version is not None:
        version.deleted_at = None  # made once more
    else:
        version = DatasetVersion(
            owner_id=dataset.owner_id,
            dataset_id=dataset.id,
            hash=found["version"],
            rows=found["rows"],
            columns=found["columns"],
            rejects=found["rejects"],
            parent_id=mending.base_id,
            root_hash=mending.root_hash,
            steps=mending.steps,
            note=mending.note,
        )
        db.add(version)
        db.flush()
    newer = select(Mending.id).where(
        Mending.dataset_id == dataset.id,
        Mending.created_at > mending.created_at,
        Mending.version_id.is_not(None),
        Mending.wanted,
    )
    mending.version_id = version.id
    if mending.wanted and db.scalar(newer.limit(1)) is None:
        dataset.version_id = version.id
    for later in db.scalars(
        select(Mending).where(Mending.after_id == mending.id, Mending.version_id.is_(None))
    ):
        later.base_id = version.id
    db.flush()


def go_to(db: Session, dataset: Dataset, version: DatasetVersion) -> DatasetVersion:
    """Show this version from now on. Versions that are being made are given up."""
    for mending in db.scalars(select(Mending).where(Mending.dataset_id == dataset.id, Mending.wanted)):
        mending.wanted = False
        if mending.version_id is None:
            ask(db, db.get_one(Job, mending.job_id), "stop")
    dataset.version_id = version.id
    db.flush()
    return version


def root_rows(store: Store, version: DatasetVersion, positions: Sequence[int]) -> list[int]:
    """The root's numbers of these rows of a version (0-based positions in both)."""
    origin = store.version(version.hash).origin
    if not origin.exists():
        return [int(position) for position in positions]
    rows = pq.read_table(origin, columns=["row"], memory_map=True).column("row")
    return [int(row) for row in rows.take(pa.array(positions, pa.int64())).to_pylist()]
