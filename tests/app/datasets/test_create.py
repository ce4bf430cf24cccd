"""From an upload or a sample to an import, and from its end to a version."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, select

from app.datasets.service import (
    are_kept,
    find_version,
    finish_import,
    forget_uploads,
    import_again,
    name_of,
    name_of_all,
    uploads_of,
)
from app.datasets.tables import Dataset, DatasetVersion
from app.db import open_session
from app.errors import Conflict
from app.jobs.tables import Job
from app.people.tables import User
from app.storage import Store
from tests.support.datasets import a_version_folder, end
from tests.support.uploads import TUS, an_upload, bring, send
from trainer.contract.order import ImportOrder, SourceFile
from trainer.contract.outcome import Outcome
from trainer.contract.samples import SAMPLES


def test_refuses_nothing_and_unknown_samples(browser: TestClient) -> None:
    assert browser.post("/datasets").status_code == 422
    answer = browser.post("/datasets", data={"sample": "../flowers"})
    assert answer.status_code == 404
    assert "The samples are flowers" in answer.text


def test_an_upload_becomes_an_import_once(browser: TestClient, engine: Engine, store: Store) -> None:
    id = bring(browser, "My people.2026.csv", b"a,b\n1,2\n3,")
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


def test_the_end_of_an_import_makes_the_version_and_keeps_the_file_for_a_while(
    browser: TestClient, engine: Engine, store: Store
) -> None:
    id = bring(browser, "people.csv", b"1234567890")
    place = browser.post("/datasets", data={"upload": id}).headers["Location"]
    folder = a_version_folder(store)
    results = {"version": folder.path.name, "rows": 120, "columns": 5, "rejects": 0}
    for _ in range(2):  # a worker may come back to an end that it has entered
        with open_session(engine) as db:
            job = db.scalars(select(Job)).one()
            outcome = Outcome(state="done", sentence="Read.", results=results)
            end(job, outcome)
            finish_import(db, job, outcome)
            db.commit()
    with open_session(engine) as db:
        version = db.scalars(select(DatasetVersion)).one()
        assert (version.hash, version.rows, version.columns) == (folder.path.name, 120, 5)
        dataset = db.scalars(select(Dataset)).one()
        assert [upload.id for upload in uploads_of(db, dataset)] == [id]
        assert are_kept(store, uploads_of(db, dataset))
    assert "120 rows, 5 columns" in browser.get(place).text


def test_a_failed_import_says_why_and_offers_what_to_do(
    browser: TestClient, engine: Engine, store: Store
) -> None:
    id = bring(browser, "people.csv", b"1234567890")
    place = browser.post("/datasets", data={"upload": id}).headers["Location"]
    for passing in (False, True):
        with open_session(engine) as db:
            job = db.scalars(select(Job)).one()
            outcome = Outcome(state="failed", sentence="Line 1 has no columns.", passing=passing)
            end(job, outcome)
            finish_import(db, job, outcome)
            db.commit()
        page = browser.get(place).text
        assert "people could not be read" in page
        assert "Line 1 has no columns." in page
        assert 'value="flowers"' in page
        assert (f'name="upload" value="{id}"' in page) is passing
    assert store.upload(id).read_bytes() == b"1234567890"
    assert browser.post("/datasets", data={"upload": id}).headers["Location"] == place
    assert "Reading people" in browser.get(place).text


def test_half_a_file_is_not_imported(browser: TestClient) -> None:
    whole, half = bring(browser, "a.csv", b"1234567890"), an_upload(browser, "b.csv")
    send(browser, half, 0, b"12345")
    answer = browser.post("/datasets", data={"upload": [whole, half]})
    assert answer.status_code == 409
    assert "b.csv has not arrived whole: 5 of 10 bytes" in answer.text


def test_files_that_came_together_become_one_import(
    browser: TestClient, engine: Engine, store: Store
) -> None:
    ids = {name: bring(browser, name, b"1234567890") for name in ("b.csv", "c.csv", "a.csv")}
    place = browser.post("/datasets", data={"upload": list(ids.values())}).headers["Location"]
    with open_session(engine) as db:
        job = db.scalars(select(Job)).one()
        files = store.job(job.id).order().body.files  # type: ignore[union-attr]
        dataset = db.scalars(select(Dataset)).one()
        assert dataset.name == "a and 2 more files"
        assert [upload.filename for upload in uploads_of(db, dataset)] == ["a.csv", "b.csv", "c.csv"]
    assert [(file.filename, file.path) for file in files] == [
        (name, store.upload(ids[name])) for name in ("a.csv", "b.csv", "c.csv")
    ]
    assert browser.post("/datasets", data={"upload": ids["b.csv"]}).headers["Location"] == place
    other = bring(browser, "d.csv", b"1234567890")
    assert browser.post("/datasets", data={"upload": [ids["a.csv"], other]}).status_code == 409
    assert browser.delete(f"/uploads/{other}", headers=TUS).status_code == 204
    assert browser.delete(f"/uploads/{ids['a.csv']}", headers=TUS).status_code == 409


def test_a_dataset_is_read_again_by_another_rule_while_its_file_is_kept(
    browser: TestClient, engine: Engine, store: Store, person: User
) -> None:
    id = bring(browser, "people.csv", b"1234567890")
    browser.post("/datasets", data={"upload": id})
    folders = [a_version_folder(store, {"a": values}) for values in ([1.0, 2.0], [1.0, 2.0, 3.0])]
    for turn, folder in enumerate([*folders, folders[0]]):
        with open_session(engine) as db:
            dataset = db.scalars(select(Dataset)).one()
            if turn:
                import_again(db, store, person, dataset, rule=f"rule {turn}", sheet="Second")
            with pytest.raises(Conflict, match="being read right now"):
                import_again(db, store, person, dataset)
            job = db.get_one(Job, dataset.job_id)
            body = store.job(job.id).order().body
            assert isinstance(body, ImportOrder)
            assert (body.rule, body.sheet) == ((f"rule {turn}", "Second") if turn else (None, None))
            assert [file.path for file in body.files] == [store.upload(id)]
            results = {"version": folder.path.name, "rows": 2, "columns": 1, "rejects": 0}
            outcome = Outcome(state="done", sentence="Read.", results=results)
            end(job, outcome)
            for _ in range(2):
                finish_import(db, job, outcome)
            db.commit()
            found = find_version(db, dataset)
            assert found is not None
            assert found.hash == folder.path.name
    with open_session(engine) as db:
        assert len(db.scalars(select(DatasetVersion)).all()) == 3
        store.upload(id).unlink()
        dataset = db.scalars(select(Dataset)).one()
        with pytest.raises(Conflict, match="not kept any more"):
            import_again(db, store, person, dataset)
        forget_uploads(db, store, dataset)
        assert uploads_of(db, dataset) == []


def test_names() -> None:
    assert name_of("titanic.csv") == "titanic"
    assert name_of(".csv") == ".csv"
    assert name_of("noextension") == "noextension"
    assert len(name_of("x" * 255)) == 200
    assert name_of_all(["a.csv"]) == "a"
    assert name_of_all(["a.csv", "b.csv"]) == "a and 1 more file"
    assert len(name_of_all(["x" * 255] * 9)) <= 200
