"""More rows for a dataset: from uploads to a new version of it."""

from fastapi.testclient import TestClient
from sqlalchemy import Engine, select

from app.datasets.service import finish_import, uploads_of
from app.datasets.tables import Dataset, DatasetVersion
from app.db import open_session
from app.jobs.tables import Job
from app.people.tables import User
from app.storage import Store
from tests.support.datasets import a_dataset, a_version_folder, end
from tests.support.people import a_browser, a_user
from tests.support.uploads import bring
from trainer.contract.order import ImportOrder
from trainer.contract.outcome import Outcome


def test_refusals(browser: TestClient, engine: Engine, store: Store, person: User) -> None:
    dataset = a_dataset(engine, store, person)
    place = f"/datasets/{dataset.id}/additions"
    assert browser.post(f"{place}").status_code == 422
    assert browser.post(f"{place}?part=other", data={"upload": "x"}).status_code == 422
    assert browser.get(f"/datasets/{dataset.id}/add?part=all").status_code == 422
    file = bring(browser, "more.csv", b"Name,Age\nEva,30\n")
    stranger = a_browser(browser.app, a_user(engine, name="stranger"))  # type: ignore[arg-type]
    assert stranger.post(f"{place}", data={"upload": file}).status_code == 404
    assert browser.post(f"{place}", data={"upload": file}).status_code == 303
    answer = browser.post(f"{place}", data={"upload": bring(browser, "b.csv", b"Name\nEva\n")})
    assert answer.status_code == 409
    assert "are being added to people right now" in answer.text


def test_rows_become_a_new_version_of_the_same_dataset(
    browser: TestClient, engine: Engine, store: Store, person: User
) -> None:
    dataset = a_dataset(engine, store, person)
    page = browser.get(f"/datasets/{dataset.id}/add?part=test")
    assert "Name, Age, Sex" in page.text
    assert f'data-done="/datasets/{dataset.id}/additions?part=test"' in page.text
    file = bring(browser, "more.csv", b"Name,Age\nEva,30\n")
    answer = browser.post(
        f"/datasets/{dataset.id}/additions?part=test",
        data={"upload": file},
        headers={"Accept": "application/json"},
    )
    assert answer.json() == {"location": f"/datasets/{dataset.id}"}
    assert "Rows are being added" in browser.get(f"/datasets/{dataset.id}").text
    with open_session(engine) as db:
        found = db.get_one(Dataset, dataset.id)
        job = db.get_one(Job, found.adding_id)
        first = db.scalars(select(DatasetVersion)).one()
        order = store.job(job.id).order().body
        assert isinstance(order, ImportOrder)
        assert (order.onto, order.part) == (store.version(first.hash).path, "test")
        assert uploads_of(db, found) == []
        new = a_version_folder(store)
        results = {"version": new.path.name, "rows": 121, "columns": 6, "rejects": 0}
        results |= {"onto": first.hash, "note": "1 row to test on from more.csv"}
        outcome = Outcome(state="done", sentence="Done.", results=results)
        end(job, outcome)
        finish_import(db, job, outcome)
        finish_import(db, job, outcome)
        versions = list(db.scalars(select(DatasetVersion).order_by(DatasetVersion.created_at)))
        assert [one.rows for one in versions] == [120, 121]
        assert (versions[1].parent_id, versions[1].note) == (first.id, "1 row to test on from more.csv")
        assert found.adding_id is None
        db.commit()
    assert browser.get(f"/datasets/{dataset.id}/adding", headers={"HX-Request": "true"}).headers[
        "HX-Redirect"
    ]


def test_a_failure_is_said_until_it_was_read(
    browser: TestClient, engine: Engine, store: Store, person: User
) -> None:
    dataset = a_dataset(engine, store, person)
    file = bring(browser, "more.csv", b"x\n1\n")
    browser.post(f"/datasets/{dataset.id}/additions", data={"upload": file})
    with open_session(engine) as db:
        job = db.get_one(Job, db.get_one(Dataset, dataset.id).adding_id)
        end(
            job,
            Outcome(state="failed", sentence="No column of the new file is called like one of the dataset."),
        )
        db.commit()
    assert "The rows were not added. No column of the new file" in browser.get(f"/datasets/{dataset.id}").text
    browser.post(f"/datasets/{dataset.id}/adding/forget")
    assert "were not added" not in browser.get(f"/datasets/{dataset.id}").text
