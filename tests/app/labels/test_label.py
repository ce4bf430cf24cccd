"""Labels: refused in words, kept at once, undone, and one step of a new version when done."""

import json
from typing import Literal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, select

from app.datasets.findings import SUSPECTS
from app.datasets.tables import Audit, Dataset, DatasetVersion, RowSet
from app.db import open_session
from app.jobs.service import queue_job
from app.jobs.tables import Job
from app.labels.ranking import finish_rank
from app.labels.tables import Mark, Sitting
from app.people.tables import User
from app.storage import Store
from tests.support.datasets import a_dataset, a_picture_folder, a_version_folder, end
from trainer.contract.order import AuditOrder, MendOrder, RankOrder
from trainer.contract.outcome import Outcome
from trainer.contract.steps import Exclude, MakeColumn, Relabel

JSON = {"Accept": "application/json"}
ANIMALS = {
    "says": ["meow", "woof", "meow, purr", "woof woof", "moo"] * 8,
    "kind": ["cat", "dog", None, None, None] * 8,
}


@pytest.fixture
def animals(engine: Engine, store: Store, person: User) -> Dataset:
    changes = {"kind": {"type": "category"}, "says": {"type": "text", "role": "text"}}
    return a_dataset(engine, store, person, a_version_folder(store, ANIMALS, changes=changes))


@pytest.fixture
def pictures(engine: Engine, store: Store, person: User) -> Dataset:
    return a_dataset(engine, store, person, a_picture_folder(store))


def begin(browser: TestClient, dataset: Dataset, **form: str) -> str:
    answer = browser.post(f"/datasets/{dataset.id}/label", data=form)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def mark(
    browser: TestClient, place: str, rows: list[int], value: str | None, **more: bool
) -> dict[str, object]:
    answer = browser.post(f"{place}/marks", json={"rows": rows, "value": value, **more}, headers=JSON)
    assert answer.status_code == 200, answer.text
    said: dict[str, object] = answer.json()
    return said


def test_what_cannot_be_labelled_is_refused_in_words(browser: TestClient, animals: Dataset) -> None:
    place = f"/datasets/{animals.id}/label"
    assert "holds text" in browser.post(place, data={"column": "c0"}).text
    assert "needs a name" in browser.post(place, data={"name": "  "}).text
    assert "already" in browser.post(place, data={"name": "kind"}).text
    assert "no kind of label" in browser.post(place, data={"name": "mood", "kind": "poem"}).text
    assert "has none" in browser.post(place, data={"name": "places", "kind": "boxes"}).text
    sitting = begin(browser, animals, column="c1")
    for body, words in (
        ({"rows": [0], "value": "horse"}, "Add it first"), ({"rows": [40], "value": "cat"}, "There is no row 41"),
        ({"rows": [], "value": "cat"}, "between 1 and"), ({"rows": [-1], "value": "cat"}, "no row"),
    ):  # fmt: skip
        answer = browser.post(f"{sitting}/marks", json=body, headers=JSON)
        assert answer.status_code == 422
        assert words in answer.json()["error"]
    assert "is a label already" in browser.post(f"{sitting}/labels", data={"label": "cat"}).text


def test_labels_are_kept_counted_and_undone(browser: TestClient, animals: Dataset) -> None:
    place = begin(browser, animals, column="c1")
    assert begin(browser, animals, column="c1") == place
    page = browser.get(place).text
    assert "16 of 40 labelled" in page
    assert 'data-row="2"' in page
    assert 'data-row="0"' not in page
    browser.post(f"{place}/labels", data={"label": "cow"})
    assert mark(browser, place, [4, 9], "cow")["words"] == "18 of 40 labelled"
    assert mark(browser, place, [0], "dog")["words"] == "18 of 40 labelled"
    assert mark(browser, place, [3], None, excluded=True)["words"] == "18 of 39 labelled"
    page = browser.get(place).text
    assert 'data-row="4"' not in page
    assert 'data-row="3"' not in page
    assert 'data-row="0" data-value="dog"' in browser.get(f"{place}?rows=all").text
    undone = [browser.post(f"{place}/undo", headers=JSON).json()["undone"] for _ in range(4)]
    assert undone == [[[3, None, False]], [[0, "cat", False]], [[4, None, False], [9, None, False]], []]
    assert browser.get(place).text.count("16 of 40 labelled") >= 1


def test_what_the_newest_look_at_this_column_doubts_is_offered_with_its_suggestions(
    browser: TestClient, animals: Dataset, engine: Engine, store: Store, person: User
) -> None:
    place = begin(browser, animals, column="c1")
    assert "Likely wrong" not in browser.get(place).text
    a_look(engine, store, person, animals, {6: "cat"})
    newest = a_look(engine, store, person, animals, {5: "dog", 0: "dog", 1: "horse"})
    a_look(engine, store, person, animals, {10: "dog"}, target="c0")
    a_look(engine, store, person, animals, {11: "cat"}, state="failed")
    page = browser.get(place).text
    assert page.count("Likely wrong") == 1
    assert f'href="{place}?rows={newest}"' in page
    assert begin(browser, animals, column="c1", rows=newest) == f"{place}?rows={newest}"
    rows = browser.get(f"{place}?rows={newest}").text
    assert rows.index('data-row="5"') < rows.index('data-row="0"') < rows.index('data-row="1"')
    assert rows.count('data-suggested="dog"') == 2
    assert "horse" not in rows
    assert "data-suggested" not in browser.get(f"{place}?rows=all").text
    assert browser.get(f"{place}?rows=torn").status_code == 404


def a_look(
    engine: Engine, store: Store, person: User, dataset: Dataset, suggested: dict[int, str],
    target: str = "c1", state: Literal["done", "failed"] = "done",
) -> str:  # fmt: skip
    """A deeper look that has ended, and its suspects in their order."""
    with open_session(engine) as db:
        version = db.scalars(select(DatasetVersion)).one()
        job = queue_job(db, store, person, AuditOrder(version=store.datasets, target=target))
        end(job, Outcome(state=state, sentence="Ended."))
        rows = RowSet(
            owner_id=person.id, version_id=version.id, name="a", kind="labels", count=len(suggested)
        )
        db.add(rows)
        db.flush()
        db.add(
            Audit(
                owner_id=person.id, dataset_id=dataset.id, version_id=version.id, job_id=job.id, target=target,
                sets={SUSPECTS: rows.id},
            )
        )  # fmt: skip
        db.commit()
        scores = [float(-n) for n in range(len(suggested))]
        table = pa.table({"row": list(suggested), "score": scores, "suggested": list(suggested.values())})
        pq.write_table(table, store.row_set(rows.id))
        return rows.id


def test_done_makes_one_step_of_a_sitting(
    browser: TestClient, animals: Dataset, engine: Engine, store: Store
) -> None:
    place = begin(browser, animals, column="c1")
    for row, value in ((2, "cat"), (3, "dog"), (2, "dog")):
        mark(browser, place, [row], value)
    mark(browser, place, [4], None, excluded=True)
    assert browser.post(f"{place}/save").headers["Location"] == f"/datasets/{animals.id}"
    with open_session(engine, write=False) as db:
        order = store.job(db.scalars(select(Job).where(Job.verb == "mend")).one().id).order().body
    assert isinstance(order, MendOrder)
    assert order.steps == [
        Relabel(column="c1", cells={2: "dog", 3: "dog"}),
        Exclude(rows=[4], reason="left out while labelling"),
    ]
    answer = browser.post(f"{place}/marks", json={"rows": [2], "value": "cat"}, headers=JSON)
    assert answer.status_code == 409
    browser.post(f"{place}/save")
    with open_session(engine, write=False) as db:
        assert len(db.scalars(select(Job).where(Job.verb == "mend")).all()) == 1


def test_a_new_column_and_boxes(browser: TestClient, pictures: Dataset, engine: Engine, store: Store) -> None:
    place = begin(browser, pictures, name="things", kind="boxes", labels="ball, hand")
    box = {"label": "ball", "x": 0.1, "y": 0.2, "w": 0.5, "h": 0.25}
    for wrong in (
        [box | {"w": 0.95}],
        [box | {"label": "foot"}],
        [box | {"x": -0.1}],
        [{"label": "ball"}],
        {},
    ):
        answer = browser.post(f"{place}/marks", json={"rows": [0], "value": json.dumps(wrong)}, headers=JSON)
        assert answer.status_code == 422, wrong
    mark(browser, place, [0], json.dumps([box]))
    assert "things" in browser.get(f"/datasets/{pictures.id}/label").text
    browser.post(f"{place}/save")
    with open_session(engine, write=False) as db:
        order = store.job(db.scalars(select(Job).where(Job.verb == "mend")).one().id).order().body
    assert isinstance(order, MendOrder)
    made = MakeColumn(made="c2", name="things", expression="missing", labels="boxes", of="c0")
    cells = {0: json.dumps([box], separators=(",", ":"))}
    assert order.steps == [made, Relabel(column="c2", cells=cells)]


def test_a_ranking_that_ended_notes_how_good_it_was(
    browser: TestClient, animals: Dataset, engine: Engine, store: Store
) -> None:
    place = begin(browser, animals, name="sound", labels="short, long")
    answer = browser.post(f"{place}/rank", headers={"HX-Request": "true"})
    assert answer.status_code == 409
    assert "Label at least 4 rows" in answer.text
    mark(browser, place, [0, 1, 4], "short")
    mark(browser, place, [2, 3], "long")
    assert browser.post(f"{place}/rank").status_code == 303
    with open_session(engine) as db:
        job = db.scalars(select(Job).where(Job.verb == "rank")).one()
        order = store.job(job.id).order().body
        outcome = Outcome(
            state="done", sentence="Done.", results={"rows": [7, 5], "labelled": 5, "accuracy": 0.8}
        )
        end(job, outcome)
        for _ in range(2):
            finish_rank(db, job, outcome)
        db.commit()
        assert db.scalars(select(Sitting)).one().growth == [{"labelled": 5, "accuracy": 0.8}]
        assert len(db.scalars(select(Mark)).all()) == 5
    assert isinstance(order, RankOrder)
    assert order.cells == {0: "short", 1: "short", 4: "short", 2: "long", 3: "long"}
    page = browser.get(f"{place}?rows=next").text
    assert page.index('data-row="7"') < page.index('data-row="5"')
    assert "With 5 labels the quick model is right about 80 %" in page


def test_labels_of_an_older_version_can_still_be_put_in(
    browser: TestClient, animals: Dataset, engine: Engine, store: Store
) -> None:
    place = begin(browser, animals, column="c1")
    mark(browser, place, [2, 3], "cat")
    with open_session(engine) as db:
        version = db.scalars(select(DatasetVersion).where(DatasetVersion.dataset_id == animals.id)).one()
        newer = DatasetVersion(
            owner_id=version.owner_id, dataset_id=animals.id, hash=version.hash, rows=40, columns=2,
            parent_id=version.id, root_hash=version.hash,
        )  # fmt: skip
        db.add(newer)
        db.flush()
        db.get_one(Dataset, animals.id).version_id = newer.id
        db.commit()
    assert browser.post(f"{place}/marks", json={"rows": [4], "value": "cat"}, headers=JSON).status_code == 409
    assert (
        "2 labels of ‘kind’ were given on another version"
        in browser.get(f"/datasets/{animals.id}/label").text
    )
    browser.post(f"{place}/save")
    with open_session(engine, write=False) as db:
        order = store.job(db.scalars(select(Job).where(Job.verb == "mend")).one().id).order().body
    assert isinstance(order, MendOrder)
    assert order.steps == [Relabel(column="c1", cells={2: "cat", 3: "cat"})]
