"""What has ended is forgotten after a while; what goes on, is new, or was kept by a person stays."""

import os
import shutil
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from app.command.janitor import sweep_until
from app.datasets.tables import Audit, Dataset, DatasetVersion, RowSet
from app.db import now, open_session
from app.elsewhere.tables import Fetch
from app.jobs.service import queue_job
from app.labels.collecting import a_collection
from app.labels.tables import Collection
from app.people.tables import User
from app.settings import Settings
from app.storage import Store
from tests.support.datasets import a_dataset, some_rows
from trainer.contract.order import AuditOrder

LONG_AGO = timedelta(days=30)


@pytest.fixture
def dataset(engine: Engine, store: Store, person: User) -> Dataset:
    return a_dataset(engine, store, person)


def one_round(engine: Engine, store: Store, settings: Settings) -> None:
    """A round, and no second one."""
    stop = threading.Event()
    stop.set()
    sweep_until(engine, store, settings, stop)


def grow_old(path: Path) -> None:
    past = time.time() - LONG_AGO.total_seconds()
    os.utime(path, (past, past))


def a_fetch(engine: Engine, store: Store, person: User, state: str, *, old: bool) -> str:
    """A fetch, with what its worker left in the room."""
    with open_session(engine) as db:
        then = now() - (LONG_AGO if old else timedelta())
        made = Fetch(owner_id=person.id, kind="url", source="http://a.test/b.csv", state=state, seen_at=then)
        db.add(made)
        db.commit()
        folder = store.fetches / f"{made.id}-x"
    folder.mkdir()
    if old:
        grow_old(folder)
    return made.id


def test_fetches_that_ended_long_ago_are_forgotten(
    engine: Engine, store: Store, person: User, settings: Settings
) -> None:
    for state in ("done", "failed", "stopped"):
        a_fetch(engine, store, person, state, old=True)
    stay = [a_fetch(engine, store, person, state, old=True) for state in ("queued", "running", "stopping")]
    stay += [a_fetch(engine, store, person, "done", old=False)]
    one_round(engine, store, settings)
    with open_session(engine, write=False) as db:
        assert set(db.scalars(select(Fetch.id))) == set(stay)
    assert {folder.name for folder in store.fetches.iterdir()} == {f"{id}-x" for id in stay}


def a_look(
    engine: Engine, store: Store, person: User, dataset: Dataset, age: int, state: str = "done",
    target: str | None = "c2", kind: str = "labels",
) -> str:  # fmt: skip
    """A look of so many hours ago; the set of rows that it found."""
    with open_session(engine) as db:
        version = db.scalars(select(DatasetVersion).where(DatasetVersion.dataset_id == dataset.id)).one()
        job = queue_job(db, store, person, AuditOrder(version=store.datasets, target=target))
        then = now() - timedelta(hours=age)
        job.state, job.ended_at = state, None if state == "running" else then
        rows = RowSet(owner_id=person.id, version_id=version.id, name="a", kind=kind, count=1)
        db.add(rows)
        db.flush()
        db.add(
            Audit(
                owner_id=person.id, dataset_id=dataset.id, version_id=version.id, job_id=job.id, target=target,
                sets={"a": rows.id}, created_at=then,
            )
        )  # fmt: skip
        db.commit()
        some_rows(store.row_set(rows.id), [0])
        return rows.id


def kept_sets(engine: Engine, store: Store) -> set[str]:
    with open_session(engine, write=False) as db:
        known = set(db.scalars(select(RowSet.id)))
        named = {id for audit in db.scalars(select(Audit)) for id in audit.sets.values()}
    assert known == {path.stem for path in store.row_sets.iterdir()}
    assert named <= known
    return known


def test_of_looks_at_the_same_the_newest_that_is_done_stays(
    engine: Engine, store: Store, person: User, dataset: Dataset, settings: Settings
) -> None:
    for age, state in ((9, "done"), (8, "failed")):
        a_look(engine, store, person, dataset, age, state)
    stay = [
        a_look(engine, store, person, dataset, 10, kind="slice"),
        a_look(engine, store, person, dataset, 7, "running"),
        a_look(engine, store, person, dataset, 6),
        a_look(engine, store, person, dataset, 5, "failed"),
        a_look(engine, store, person, dataset, 9, target="c4"),
        a_look(engine, store, person, dataset, 9, target=None),
        a_look(engine, store, person, a_dataset(engine, store, person), 9),
    ]
    one_round(engine, store, settings)
    assert kept_sets(engine, store) == set(stay)


def test_rows_stay_while_a_page_may_still_show_them(
    engine: Engine, store: Store, person: User, dataset: Dataset, settings: Settings
) -> None:
    both = {a_look(engine, store, person, dataset, age) for age in (5, 0)}
    one_round(engine, store, settings)
    assert kept_sets(engine, store) == both


def test_examples_of_a_collection_that_was_deleted_go(
    engine: Engine, store: Store, person: User, settings: Settings
) -> None:
    with open_session(engine) as db:
        kept, gone, fresh = (a_collection(db, person, "photos") for _ in range(3))
        db.commit()
        for one in (kept, gone, fresh):
            path = store.item(one.id, "anItem")
            path.parent.mkdir()
            path.write_bytes(b"x")
        db.delete(db.get_one(Collection, gone.id))
        db.delete(db.get_one(Collection, fresh.id))
        db.commit()
    for one in (kept, gone):
        grow_old(store.item(one.id, "anItem").parent)
    one_round(engine, store, settings)
    assert {folder.name for folder in store.collections.iterdir()} == {kept.id, fresh.id}


def test_one_room_that_cannot_be_swept_keeps_no_other_waiting(
    engine: Engine, store: Store, person: User, dataset: Dataset, settings: Settings
) -> None:
    a_look(engine, store, person, dataset, 9)
    newest = a_look(engine, store, person, dataset, 6)
    shutil.rmtree(store.fetches)
    one_round(engine, store, settings)
    assert kept_sets(engine, store) == {newest}
