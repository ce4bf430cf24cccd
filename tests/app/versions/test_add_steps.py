"""Steps are asked for, a version is made of them, and it is shown; nothing that is asked for meanwhile is lost."""

import pyarrow.parquet as pq
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, select

from app.datasets.tables import Dataset, DatasetVersion
from app.db import open_session
from app.errors import BadInput, Conflict
from app.jobs.tables import Job
from app.people.tables import User
from app.storage import Store
from app.versions.service import add_steps, get_base, go_to, root_rows, set_steps
from tests.support.datasets import a_dataset
from tests.support.mending import ask_for, do_jobs, mended, page, schema_of, shown
from trainer.contract.steps import Drop, Exclude, Relabel, Rename, Retype


@pytest.fixture
def dataset(engine: Engine, store: Store, person: User) -> Dataset:
    """120 people with name, age, sex, fare and whether they survived."""
    return a_dataset(engine, store, person)


def test_a_step_that_cannot_be_done_is_refused_before_anything_is_queued(
    engine: Engine, store: Store, person: User, dataset: Dataset
) -> None:
    with open_session(engine) as db:
        found = db.get_one(Dataset, dataset.id)
        for step, words in (
            (Rename(column="c9", name="x"), "Step 1: this table has no column c9."),
            (Rename(column="c0", name="Age"), "another column is called ‘Age’ already"),
            (Exclude(rows=[120]), "there is no row 121: the table that the steps start from has 120."),
            (Retype(column="c1", type="number"), "‘Age’ is number already"),
            (Drop(columns=["c0", "c1", "c2", "c3", "c4"]), "no column is left"),
        ):
            with pytest.raises(BadInput) as refusal:
                add_steps(db, store, person, found, [step], "x", of=None)
            assert words in refusal.value.sentence
        assert db.scalars(select(Job).where(Job.verb == "mend")).all() == []


def test_a_version_is_made_of_its_root_and_shown(
    engine: Engine, store: Store, person: User, dataset: Dataset, browser: TestClient
) -> None:
    root = shown(engine, dataset)
    ask_for(
        engine, store, person, dataset, Exclude(rows=[3, 4]), Rename(column="c3", name="Price"), note="Tidy"
    )
    place = f"/datasets/{dataset.id}"
    assert 'id="mending"' in page(browser, place)
    assert "Tidy" in page(browser, place)
    assert "Fare" in page(browser, place)
    do_jobs(engine, store)
    version = shown(engine, dataset)
    assert (version.rows, version.columns, version.note) == (118, 5, "Tidy")
    assert (version.parent_id, version.root_hash) == (root.id, root.hash)
    assert 'id="mending"' not in page(browser, place)
    assert "Price" in page(browser, place)
    assert "118 rows" in page(browser, place)
    answer = browser.get(
        f"{place}/mending", headers={"HX-Request": "true", "HX-Current-URL": f"{place}?sort=c1"}
    )
    assert answer.headers["HX-Redirect"] == f"{place}?sort=c1"
    elsewhere = {"HX-Request": "true", "HX-Current-URL": "http://evil.test/x"}
    assert browser.get(f"{place}/mending", headers=elsewhere).headers["HX-Redirect"] == place


def test_steps_name_rows_of_the_root(engine: Engine, store: Store, person: User, dataset: Dataset) -> None:
    version = mended(engine, store, person, dataset, Exclude(rows=[0, 2]))
    assert root_rows(store, version, [0, 1, 117]) == [1, 3, 119]
    (row,) = root_rows(store, version, [1])
    version = mended(engine, store, person, dataset, Relabel(column="c2", cells={row: "other"}))
    assert pq.read_table(store.version(version.hash).table)["c2"].to_pylist()[:3] == ["male", "other", "male"]
    assert root_rows(store, version, [1]) == [3]


def test_two_at_once_lose_nothing(engine: Engine, store: Store, person: User, dataset: Dataset) -> None:
    for first_done in ("older", "newer"):
        ask_for(engine, store, person, dataset, Exclude(rows=[1]), note="one")
        ask_for(engine, store, person, dataset, Relabel(column="c2", cells={2: "other"}), note="two")
        with open_session(engine) as db:
            jobs = list(
                db.scalars(
                    select(Job).where(Job.verb == "mend", Job.ended_at.is_(None)).order_by(Job.created_at)
                )
            )
            assert len(jobs) == 2
        if first_done == "newer":
            with open_session(engine) as db:
                db.get_one(Job, jobs[0].id).verb = "held"
                db.commit()
            do_jobs(engine, store)
            do_jobs(engine, store, verb="held")
        else:
            do_jobs(engine, store)
        version = shown(engine, dataset)
        assert [step["kind"] for step in version.steps] == ["exclude", "relabel"], first_done
        with open_session(engine) as db:
            go_to(
                db,
                db.get_one(Dataset, dataset.id),
                db.scalars(select(DatasetVersion).order_by(DatasetVersion.created_at)).first(),
            )  # type: ignore[arg-type]
            db.commit()


def test_relabelling_row_by_row_is_one_step(
    engine: Engine, store: Store, person: User, dataset: Dataset
) -> None:
    for row in (5, 7, 9):
        mended(engine, store, person, dataset, Relabel(column="c2", cells={row: "other"}))
    (step,) = shown(engine, dataset).steps
    assert step["cells"] == {"5": "other", "7": "other", "9": "other"}


def test_undo_shows_the_same_version_again_and_the_same_steps_find_it(
    engine: Engine, store: Store, person: User, dataset: Dataset, browser: TestClient
) -> None:
    root = shown(engine, dataset)
    version = mended(engine, store, person, dataset, Exclude(rows=[1, 2]))
    browser.post(f"/datasets/{dataset.id}/versions/{root.id}/show")
    assert shown(engine, dataset).hash == root.hash
    again = mended(engine, store, person, dataset, Exclude(rows=[1, 2]))
    assert (again.id, again.hash) == (version.id, version.hash)
    with open_session(engine) as db:
        assert len(db.scalars(select(DatasetVersion)).all()) == 2


def test_going_back_gives_up_what_is_being_made(
    engine: Engine, store: Store, person: User, dataset: Dataset, browser: TestClient
) -> None:
    root = shown(engine, dataset)
    ask_for(engine, store, person, dataset, Exclude(rows=[1, 2]))
    browser.post(f"/datasets/{dataset.id}/versions/{root.id}/show")
    assert do_jobs(engine, store) == []
    assert shown(engine, dataset).id == root.id
    assert 'id="mending"' not in page(browser, f"/datasets/{dataset.id}")


def test_what_could_not_be_made_says_why_until_it_is_read(
    engine: Engine, store: Store, person: User, dataset: Dataset, browser: TestClient
) -> None:
    ask_for(engine, store, person, dataset, Exclude(rows=list(range(120))), note="Leave all out")
    do_jobs(engine, store)
    assert "These steps leave no row" in page(browser, f"/datasets/{dataset.id}")
    browser.post(f"/datasets/{dataset.id}/mending/forget")
    assert "These steps leave no row" not in page(browser, f"/datasets/{dataset.id}")
    assert shown(engine, dataset).rows == 120


def test_a_list_that_was_changed_meanwhile_is_not_overwritten(
    engine: Engine, store: Store, person: User, dataset: Dataset
) -> None:
    with open_session(engine) as db:
        before = get_base(db, db.get_one(Dataset, dataset.id)).id
    mended(engine, store, person, dataset, Exclude(rows=[1]))
    with open_session(engine) as db:
        found = db.get_one(Dataset, dataset.id)
        with pytest.raises(Conflict):
            set_steps(db, store, person, found, before, [Drop(columns=["c0"])], "x")
        set_steps(db, store, person, found, get_base(db, found).id, [], "x")
        db.commit()
    assert shown(engine, dataset).root_hash is None


def test_a_column_keeps_its_id_and_role(engine: Engine, store: Store, person: User, dataset: Dataset) -> None:
    version = mended(engine, store, person, dataset, Drop(columns=["c1"]), Rename(column="c0", name="Who"))
    schema = schema_of(store, version)
    assert [(column.id, column.name) for column in schema.columns] == [
        ("c0", "Who"), ("c2", "Sex"), ("c3", "Fare"), ("c4", "Survived"),
    ]  # fmt: skip
    assert schema.column("c0").role == "text"
