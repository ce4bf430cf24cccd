"""From an upload or a sample to an import, and from its end to a version."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, select

from app.datasets.service import finish_import, name_of
from app.datasets.tables import Dataset, DatasetVersion
from app.db import open_session
from app.jobs.tables import Job
from app.storage import Store
from app.uploads.tables import Upload
from tests.app.datasets.test_upload import an_upload, send
from tests.support.datasets import a_version_folder, end
from trainer.contract.order import ImportOrder, SourceFile
from trainer.contract.outcome import Outcome
from trainer.contract.samples import SAMPLES


def test_refuses_nothing_and_unknown_samples(browser: TestClient) -> None:
    assert browser.post("/datasets").status_code == 422
    answer = browser.post("/datasets", data={"sample": "../flowers"})
    assert answer.status_code == 404
    assert "The samples are flowers" in answer.text


def test_an_upload_becomes_an_import_once(browser: TestClient, engine: Engine, store: Store) -> None:
    id = an_upload(browser, "My people.2026.csv")
    send(browser, id, 0, b"a,b\n1,2\n3,")
    first = browser.post("/datasets", data={"upload": id}, headers={"Accept": "application/json"})
    again = browser.post("/datasets", data={"upload": id})
    assert again.status_code == 303
    assert first.json() == {"location": again.headers["Location"]}
    with open_session(engine) as db:
        dataset = db.scalars(select(Dataset)).one()
        job = db.scalars(select(Job)).one()
        order = store.job(job.id).order().body
    assert dataset.name == "My people.2026"
    assert order == ImportOrder(
        datasets=store.datasets,
        files=[SourceFile(path=store.upload(id), filename="My people.2026.csv")],
    )
    page = browser.get(first.json()["location"])
    assert "Reading My people.2026" in page.text
    assert f'data-jobs="{job.id}"' in page.text


@pytest.mark.parametrize("key", SAMPLES)
def test_a_sample_is_made_once(browser: TestClient, engine: Engine, key: str) -> None:
    first = browser.post("/datasets", data={"sample": key})
    assert first.status_code == 303
    assert browser.post("/datasets", data={"sample": key}).headers["Location"] == first.headers["Location"]
    with open_session(engine) as db:
        assert db.scalars(select(Dataset)).one().name == SAMPLES[key].title


def test_the_end_of_an_import_makes_the_version_and_deletes_the_upload(
    browser: TestClient, engine: Engine, store: Store
) -> None:
    id = an_upload(browser)
    send(browser, id, 0, b"1234567890")
    place = browser.post("/datasets", data={"upload": id}).headers["Location"]
    folder = a_version_folder(store)
    results = {"version": folder.path.name, "rows": 120, "columns": 5, "rejects": 0}
    for _ in range(2):  # a worker may come back to an end that it has entered
        with open_session(engine) as db:
            job = db.scalars(select(Job)).one()
            outcome = Outcome(state="done", sentence="Read.", results=results)
            end(job, outcome)
            finish_import(db, job, outcome, store)
            db.commit()
    with open_session(engine) as db:
        version = db.scalars(select(DatasetVersion)).one()
        assert (version.hash, version.rows, version.columns) == (folder.path.name, 120, 5)
        assert db.scalars(select(Upload)).all() == []
    assert not store.upload(id).exists()
    assert "120 rows, 5 columns" in browser.get(place).text


def test_a_failed_import_says_why_and_offers_what_to_do(
    browser: TestClient, engine: Engine, store: Store
) -> None:
    id = an_upload(browser)
    send(browser, id, 0, b"1234567890")
    place = browser.post("/datasets", data={"upload": id}).headers["Location"]
    for passing in (False, True):
        with open_session(engine) as db:
            job = db.scalars(select(Job)).one()
            outcome = Outcome(state="failed", sentence="Line 1 has no columns.", passing=passing)
            end(job, outcome)
            finish_import(db, job, outcome, store)
            db.commit()
        page = browser.get(place).text
        assert "people could not be read" in page
        assert "Line 1 has no columns." in page
        assert 'value="flowers"' in page
        assert (f'name="upload" value="{id}"' in page) is passing
    assert store.upload(id).read_bytes() == b"1234567890"
    assert browser.post("/datasets", data={"upload": id}).headers["Location"] != place


def test_names() -> None:
    assert name_of("titanic.csv") == "titanic"
    assert name_of(".csv") == ".csv"
    assert name_of("noextension") == "noextension"
    assert len(name_of("x" * 255)) == 200
