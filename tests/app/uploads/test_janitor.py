"""The janitor removes what nobody needs any more, and nothing else."""

import fcntl
import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, select

from app.datasets.janitor import sweep
from app.datasets.tables import Dataset
from app.db import now, open_session
from app.jobs.tables import Job
from app.settings import Settings
from app.storage import Store
from app.uploads.tables import Upload
from tests.support.uploads import an_upload, ask, bring, send

HOUR = 3600


def age(path: Path, hours: float) -> None:
    """As if nothing had been written to it for so long."""
    then = time.time() - hours * HOUR
    os.utime(path, (then, then))


def end_import(engine: Engine, id: str, hours: float, state: str = "done") -> None:
    """As if the import of an upload had ended so long ago."""
    with open_session(engine) as db:
        job = db.scalars(select(Job).join(Upload, Upload.job_id == Job.id).where(Upload.id == id)).one()
        job.state, job.ended_at = state, now() - timedelta(hours=hours)
        db.commit()


def rows(engine: Engine) -> set[str]:
    with open_session(engine, write=False) as db:
        return set(db.scalars(select(Upload.id)))


def test_an_upload_that_nobody_goes_on_with_ends(
    browser: TestClient, engine: Engine, store: Store, settings: Settings
) -> None:
    settings = settings.model_copy(update={"unfinished_hours": 2})
    left, fresh, sent = an_upload(browser), an_upload(browser), an_upload(browser)
    arrived = bring(browser, "whole.csv", b"1234567890")
    for id in (left, sent, arrived):
        send(browser, id, 0, b"12345")
        age(store.upload(id), 2.1)
    with store.upload(sent).open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        sweep(engine, store, settings)
    assert rows(engine) == {path.name for path in store.uploads.iterdir()} == {fresh, sent}
    assert ask(browser, left).status_code == 404
    assert ask(browser, fresh).status_code == 200


@pytest.mark.parametrize("state", ["done", "failed", "stopped"])
def test_what_was_read_is_kept_for_some_hours_and_counts_as_long_as_its_dataset_lives(
    browser: TestClient, engine: Engine, store: Store, settings: Settings, state: str
) -> None:
    settings = settings.model_copy(update={"raw_hours": 3})
    id = bring(browser, "people.csv", b"1234567890")
    browser.post("/datasets", data={"upload": id})
    age(store.upload(id), 10_000)
    sweep(engine, store, settings)
    assert store.upload(id).exists(), "its import waits still"
    end_import(engine, id, 2.9, state)
    sweep(engine, store, settings)
    assert store.upload(id).exists()
    end_import(engine, id, 3.1, state)
    sweep(engine, store, settings)
    assert not store.upload(id).exists()
    assert rows(engine) == {id}
    with open_session(engine) as db:
        db.delete(db.scalars(select(Dataset)).one())
        db.commit()
    sweep(engine, store, settings)
    assert rows(engine) == set()


def test_a_file_without_a_row_goes_once_it_is_old(
    browser: TestClient, engine: Engine, store: Store, settings: Settings
) -> None:
    known = an_upload(browser)
    for name in ("old", "young"):
        store.upload(name).write_bytes(b"left behind")
    age(store.upload("old"), 1.1)
    age(store.upload(known), 1.1)
    sweep(engine, store, settings)
    assert {path.name for path in store.uploads.iterdir()} == {"young", known}


def test_a_row_without_a_file_goes_too(
    browser: TestClient, engine: Engine, store: Store, settings: Settings
) -> None:
    id = an_upload(browser)
    store.upload(id).unlink()
    sweep(engine, store, settings)
    assert rows(engine) == {id}
    with open_session(engine) as db:
        db.get_one(Upload, id).created_at = now() - timedelta(hours=settings.unfinished_hours + 1)
        db.commit()
    sweep(engine, store, settings)
    assert rows(engine) == set()
