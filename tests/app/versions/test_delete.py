"""Deleting: what is in use is refused by name, the rest can be brought back for days, then its files are freed."""

import os
import time
from datetime import timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from app.datasets.tables import Dataset, DatasetVersion
from app.db import now, open_session
from app.people.tables import User
from app.settings import Settings
from app.storage import Store
from app.versions.janitor import YOUNG, sweep_versions
from tests.support.datasets import a_dataset
from tests.support.mending import ask_for, do_jobs, mended, page, shown
from tests.support.people import a_browser, a_user
from tests.support.runs import a_finished_run, a_project
from trainer.contract.steps import Exclude


@pytest.fixture
def dataset(engine: Engine, store: Store, person: User) -> Dataset:
    return a_dataset(engine, store, person)


def grow_old(engine: Engine, store: Store) -> None:
    """As if all folders, jobs and deletions were of long ago."""
    past = time.time() - 2 * YOUNG
    for folder in store.datasets.iterdir():
        os.utime(folder, (past, past))
    with open_session(engine) as db:
        for kind in (Dataset, DatasetVersion):
            for thing in db.query(kind).where(kind.deleted_at.is_not(None)):
                thing.deleted_at = now() - timedelta(days=30)
        db.connection().exec_driver_sql("UPDATE jobs SET ended_at = NULL, state = 'done'")
        db.commit()


def test_what_is_in_use_is_not_deleted_and_says_by_what(
    app: FastAPI, engine: Engine, store: Store, person: User, browser: TestClient
) -> None:
    project = a_project(app, person)
    a_finished_run(app, person, project)
    with open_session(engine) as db:
        dataset = db.get_one(Dataset, project.dataset_id)
    place = f"/datasets/{dataset.id}"
    mended(engine, store, person, dataset, Exclude(rows=[0]))
    for address in (f"{place}/delete", f"{place}/versions/{project.version_id}/delete"):
        answer = browser.post(address)
        assert answer.status_code == 409
        assert f"in use by {project.name} (1 run, 1 model)" in answer.text
    text = page(browser, f"{place}/steps")
    assert f"It is in use by {project.name} (1 run, 1 model), so it stays." in text
    assert f"{place}/delete" not in text


def test_the_version_that_is_shown_and_the_root_of_others_stay(
    engine: Engine, store: Store, person: User, browser: TestClient, dataset: Dataset
) -> None:
    root = shown(engine, dataset)
    version = mended(engine, store, person, dataset, Exclude(rows=[0]))
    place = f"/datasets/{dataset.id}/versions"
    assert "is the one that is shown" in browser.post(f"{place}/{version.id}/delete").text
    assert "The steps of other versions start from this one" in browser.post(f"{place}/{root.id}/delete").text
    stranger = a_browser(browser.app, a_user(engine))  # type: ignore[arg-type]
    assert stranger.post(f"{place}/{version.id}/delete").status_code == 404
    assert stranger.post(f"{place}/{version.id}/restore").status_code == 404


def test_a_version_is_deleted_brought_back_and_freed(
    engine: Engine, store: Store, person: User, browser: TestClient, dataset: Dataset, settings: Settings
) -> None:
    first = mended(engine, store, person, dataset, Exclude(rows=[0]))
    mended(engine, store, person, dataset, Exclude(rows=[1]))
    place = f"/datasets/{dataset.id}"
    answer = browser.post(f"{place}/versions/{first.id}/delete")
    text = page(browser, answer.headers["Location"])
    assert f"{place}/versions/{first.id}/restore" in text
    assert browser.get(f"{place}/versions/{first.id}").status_code == 404
    assert text.count("Look at version") == 2
    browser.post(f"{place}/versions/{first.id}/restore")
    assert page(browser, f"{place}/steps").count("Look at version") == 3

    browser.post(f"{place}/versions/{first.id}/delete")
    sweep_versions(engine, store, settings)
    assert store.version(first.hash).path.exists()
    grow_old(engine, store)
    sweep_versions(engine, store, settings)
    assert not store.version(first.hash).path.exists()
    assert store.version(shown(engine, dataset).hash).path.exists()
    assert len(list(store.datasets.iterdir())) == 2


def test_a_dataset_is_deleted_brought_back_and_freed(
    engine: Engine, store: Store, person: User, browser: TestClient, dataset: Dataset, settings: Settings
) -> None:
    browser.post("/projects", data={"dataset": dataset.id})
    ask_for(engine, store, person, dataset, Exclude(rows=[0]))
    place = f"/datasets/{dataset.id}"
    answer = browser.post(f"{place}/delete")
    assert answer.status_code == 200
    assert f"{place}/restore" in answer.text
    assert browser.get(place).status_code == 404
    assert "people" not in page(browser, "/")
    assert do_jobs(engine, store) == []
    browser.post(f"{place}/restore")
    assert "120 rows" in page(browser, place)
    assert "people" in page(browser, "/")

    browser.post(f"{place}/delete")
    grow_old(engine, store)
    sweep_versions(engine, store, settings)
    with open_session(engine) as db:
        assert db.get(Dataset, dataset.id) is None
        assert db.query(DatasetVersion).count() == 0
    assert list(store.datasets.iterdir()) == []


def test_two_datasets_with_the_same_content_share_a_folder_until_both_are_gone(
    engine: Engine, store: Store, person: User, browser: TestClient, dataset: Dataset, settings: Settings
) -> None:
    folder = store.version(shown(engine, dataset).hash)
    other = a_dataset(engine, store, person, folder, name="the same")
    browser.post(f"/datasets/{dataset.id}/delete")
    grow_old(engine, store)
    sweep_versions(engine, store, settings)
    assert "120 rows" in page(browser, f"/datasets/{other.id}")
    assert folder.table.exists()
