"""A deeper look outlives the mending of one thing that it found."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, select

from app.datasets.tables import Audit, Dataset, DatasetVersion, RowSet
from app.db import open_session
from app.jobs.ending import finish
from app.jobs.tables import Job
from app.people.tables import User
from app.storage import Store
from app.versions.looks import end_look, end_mending
from tests.support.datasets import a_dataset, a_version_folder
from tests.support.mending import ask_for
from trainer.contract.dataset import Finding
from trainer.contract.outcome import Outcome
from trainer.contract.steps import Exclude, MapValues, Relabel, Step
from trainer.work import carry_out

WRONG = Finding(
    kind="labels", sentence="3 labels of ‘Sex’ look wrong.", column="c2", count=3, rows="label-suspects"
)


@pytest.fixture
def dataset(engine: Engine, store: Store, person: User) -> Dataset:
    return a_dataset(engine, store, person, a_version_folder(store))


def ask_to_look(browser: TestClient, dataset: Dataset) -> None:
    assert (
        browser.post(
            f"/datasets/{dataset.id}/audit", data={"target": "c2"}, follow_redirects=False
        ).status_code
        == 303
    )


def end_the_look(engine: Engine, store: Store) -> str:
    """The look finds three suspects; the id of their set."""
    with open_session(engine) as db:
        job = db.scalars(select(Job).where(Job.verb == "audit")).one()
        file = store.job(job.id).results.rows("label-suspects")
        file.parent.mkdir(parents=True)
        suspected = {"row": [5, 2, 8], "score": [0.9, 0.5, 0.1], "suggested": ["male", "female", "male"]}
        pq.write_table(pa.table(suspected), file)
        results = {"target": "c2", "findings": [WRONG.model_dump(mode="json")]}
        outcome = Outcome(state="done", sentence="Done.", results=results)
        job.state, job.outcome = "done", outcome.model_dump(mode="json")
        end_look(db, job, outcome, store)
        end_look(db, job, outcome, store)
        db.commit()
        return db.scalars(select(RowSet).order_by(RowSet.created_at)).first().id  # type: ignore[union-attr]


def mend(engine: Engine, store: Store, person: User, dataset: Dataset, *steps: Step) -> None:
    """A further version, entered as the worker enters it."""
    ask_for(engine, store, person, dataset, *steps)
    with open_session(engine) as db:
        job = db.scalars(select(Job).where(Job.verb == "mend").order_by(Job.created_at.desc())).first()
        assert job is not None
        folder = store.job(job.id)
        folder.grant(2)
        outcome = carry_out(folder.path)
        finish(db, folder, job, outcome, {"mend": lambda d, j, o: end_mending(d, j, o, store)})
        db.commit()


def test_what_is_left_after_one_label_is_mended_is_still_told(
    browser: TestClient, engine: Engine, store: Store, person: User, dataset: Dataset
) -> None:
    ask_to_look(browser, dataset)
    old = end_the_look(engine, store)
    mend(engine, store, person, dataset, Exclude(rows=[0, 3]), Relabel(column="c2", cells={5: "male"}))
    page = browser.get(f"/datasets/{dataset.id}").text
    assert "Nothing stands out" not in page
    assert "Found in version 1: 2 left." in page
    assert "Look again" in page
    led = browser.get(f"/datasets/{dataset.id}/suspects/{old}")
    assert led.status_code == 303
    moved = browser.get(led.headers["location"])
    assert moved.status_code == 200
    assert "2 labels of Sex may be wrong" in moved.text
    assert moved.text.index("Person 2") < moved.text.index("Person 8")
    assert "Person 5" not in moved.text


def test_a_look_that_ends_after_the_table_went_on_is_told_of_the_table_as_it_is(
    browser: TestClient, engine: Engine, store: Store, person: User, dataset: Dataset
) -> None:
    ask_to_look(browser, dataset)
    mend(engine, store, person, dataset, Exclude(rows=[2]))
    assert 'data-island="stream"' in browser.get(f"/datasets/{dataset.id}").text
    end_the_look(engine, store)
    assert "Found in version 1: 2 left." in browser.get(f"/datasets/{dataset.id}").text
    with open_session(engine) as db:
        newest = db.scalars(select(DatasetVersion).order_by(DatasetVersion.created_at.desc())).first()
        assert newest is not None
        carried = db.scalars(select(Audit).where(Audit.version_id == newest.id)).one()
        rows = pq.read_table(store.row_set(carried.sets["label-suspects"]))["row"].to_pylist()
    assert rows == [4, 7]


def test_what_cannot_be_followed_is_not_called_clean(
    browser: TestClient, engine: Engine, store: Store, person: User, dataset: Dataset
) -> None:
    ask_to_look(browser, dataset)
    end_the_look(engine, store)
    mend(engine, store, person, dataset, MapValues(column="c2", values={"male": "man"}))
    page = browser.get(f"/datasets/{dataset.id}").text
    assert "3 labels of" not in page
    assert "ooked deeper in version 1" in page
    assert "Nothing stands out" not in page
