"""Rows are those of the table on whose page they were picked, whatever became of it meanwhile."""

from fastapi.testclient import TestClient
from sqlalchemy import Engine

from app.datasets.tables import Dataset, DatasetVersion
from app.db import open_session
from app.people.tables import User
from app.storage import Store
from tests.support.datasets import a_version_folder
from tests.support.mending import do_jobs, mended, page, shown
from trainer.contract.steps import Exclude


def test_rows_picked_on_an_older_page_are_the_rows_that_were_seen(
    engine: Engine, store: Store, person: User, browser: TestClient, dataset: Dataset
) -> None:
    then = shown(engine, dataset)
    place = f"/datasets/{dataset.id}"
    assert f'name="version" value="{then.id}"' in page(browser, place)
    mended(engine, store, person, dataset, Exclude(rows=[0, 1, 2], reason="a"))
    sent = {"rows": "10", "version": then.id, "reason": "b"}
    assert browser.post(f"{place}/selection/exclude", data=sent).status_code == 303
    do_jobs(engine, store)
    assert [step["rows"] for step in shown(engine, dataset).steps] == [[0, 1, 2], [10]]


def test_rows_of_a_table_with_another_root_are_refused(
    engine: Engine, store: Store, browser: TestClient, dataset: Dataset
) -> None:
    then = shown(engine, dataset)
    folder = a_version_folder(store)
    with open_session(engine) as db:
        version = DatasetVersion(
            owner_id=dataset.owner_id,
            dataset_id=dataset.id,
            hash=folder.path.name,
            rows=120,
            columns=5,
            rejects=0,
        )
        db.add(version)
        db.commit()
    sent = {"rows": "10", "version": then.id}
    answer = browser.post(f"/datasets/{dataset.id}/selection/exclude", data=sent)
    assert answer.status_code == 409
    assert "got other rows meanwhile" in answer.text
