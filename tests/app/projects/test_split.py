"""How rows are split, on the Question page: refusals, ways, leaks and their remedies."""

from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from app.db import open_session
from app.jobs.tables import Job
from app.people.tables import User
from app.projects.tables import Project
from app.storage import Store
from tests.app.projects.test_question import HTMX, change, finish, load, some_baselines
from tests.support.datasets import a_dataset, a_version_folder
from tests.support.people import a_browser, a_user
from trainer.contract.outcome import Outcome
from trainer.contract.results import Groups, Leak, PartFacts, SplitFacts

ROWS = 120
VISITS: dict[str, list[Any]] = {
    "patient": [f"P{n % 12}" for n in range(ROWS)],
    "age": [float(20 + n % 50) for n in range(ROWS)],
    "pressure": [100 + n * 0.37 for n in range(ROWS)],
    "part": ["train" if n % 4 else "test" for n in range(ROWS)],
    "ill": ["no" if n % 3 else "yes" for n in range(ROWS)],
}
FULL = {"whole": "1", "train": "70", "validation": "15", "test": "15", "stratify": "true"}


@pytest.fixture
def place(browser: TestClient, engine: Engine, store: Store, person: User) -> str:
    """The address of a project that asks who is ill."""
    dataset = a_dataset(engine, store, person, a_version_folder(store, VISITS))
    project = browser.post("/projects", data={"dataset": dataset.id}).headers["Location"]
    browser.post(f"{project}/question", data={"target": "c4"})
    return str(project)


def some_facts(**changes: Any) -> SplitFacts:
    parts = {
        name: PartFacts(rows=rows, classes={"no": rows - rows // 3, "yes": rows // 3})
        for name, rows in (("train", 84), ("validation", 18), ("test", 18))
    }
    values: dict[str, Any] = {"parts": parts, "left_out": 0, "leaks": [], "groups": []}
    return SplitFacts(**(values | changes))


def counted(engine: Engine, store: Store, place: str, **changes: Any) -> None:
    """The baseline job ends and tells what the split came to."""
    results = some_baselines().model_copy(update={"split": some_facts(**changes)})
    finish(engine, place, Outcome(state="done", sentence="Scored.", results=results.model_dump(mode="json")))


def split_of(engine: Engine, place: str) -> dict[str, Any]:
    question = load(engine, place)[0].question
    assert question is not None
    return dict(question["split"])


def test_strangers_split_nothing_and_see_no_rows(app: FastAPI, engine: Engine, place: str) -> None:
    stranger = a_browser(app, a_user(engine))
    assert stranger.post(f"{place}/split", data={"way": "folds"}).status_code == 404
    assert stranger.get(f"{place}/leaks/copies").status_code == 404


REFUSED = [
    ({"way": "luck"}, "no way to split"),
    (FULL | {"train": "80"}, "80 + 15 + 15 make 110 %, not 100 %: 10 % too much"),
    (FULL | {"train": "60"}, "10 % missing"),
    (FULL | {"train": "85", "validation": "0"}, "Validation gets 0 %"),
    (FULL | {"train": "seventy"}, "‘seventy’ is not"),
    (FULL | {"train": "-70"}, "The share of training is a number from 0"),
    ({"way": "group", "column": "c99"}, "‘c99’"),
    ({"way": "group", "column": "c4"}, "‘c4’"),
    ({"way": "group", "column": "c0.x"}, "‘c0.x’"),
    ({"way": "folds", "folds": "1"}, "from 2 to 100; ‘1’ is not"),
    ({"way": "folds", "repeats": "99"}, "Repeats is a whole number from 1 to 10"),
    ({"copies": "somehow"}, "Input should be"),
]


@pytest.mark.parametrize(("form", "sentence"), REFUSED)
def test_refuses_in_a_sentence_on_the_page(
    browser: TestClient, engine: Engine, place: str, form: dict[str, str], sentence: str
) -> None:
    before = split_of(engine, place)
    answer = browser.post(f"{place}/split", data=form, headers=HTMX)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'id="split-form"' in answer.text
    assert split_of(engine, place) == before


def test_a_way_that_no_column_allows_cannot_be_chosen(
    browser: TestClient, engine: Engine, store: Store, person: User
) -> None:
    values = {"x": [["a", "b"][n % 2] for n in range(60)], "y": [["c", "d"][n % 3 % 2] for n in range(60)]}
    dataset = a_dataset(engine, store, person, a_version_folder(store, values))
    place = browser.post("/projects", data={"dataset": dataset.id}).headers["Location"]
    browser.post(f"{place}/question", data={"target": "c1"})
    page = browser.get(place).text
    assert 'id="way-time" value="time" disabled' in page
    assert "so there is no oldest and newest" in page
    answer = browser.post(f"{place}/split", data={"way": "time"}, headers=HTMX)
    assert "so there is no oldest and newest" in answer.text


def test_without_a_question_there_is_nothing_to_split(
    browser: TestClient, engine: Engine, store: Store, person: User
) -> None:
    dataset = a_dataset(engine, store, person, a_version_folder(store, VISITS))
    place = browser.post("/projects", data={"dataset": dataset.id}).headers["Location"]
    assert "Choose the column to predict first" in browser.post(f"{place}/split", data={"way": "folds"}).text


def test_a_project_with_runs_keeps_its_split(browser: TestClient, engine: Engine, place: str) -> None:
    change(engine, place, fixed=True)
    answer = browser.post(f"{place}/split", data={"way": "folds"})
    assert answer.status_code == 422
    assert "in a project of its own" in answer.text
    assert split_of(engine, place)["way"] == "ratio"


def test_each_way_is_kept_with_what_it_goes_by(
    browser: TestClient, engine: Engine, store: Store, place: str
) -> None:
    assert "About 84 rows teach, 18 are chosen on, 18 are locked" in browser.get(place).text
    answer = browser.post(f"{place}/split", data=FULL | {"way": "group"}, headers=HTMX)
    assert answer.status_code == 200
    assert (split_of(engine, place)["way"], split_of(engine, place)["column"]) == ("group", "c0")
    browser.post(f"{place}/split", data=FULL | {"way": "group", "column": "c3"})
    assert split_of(engine, place)["column"] == "c3"
    browser.post(f"{place}/split", data=FULL | {"way": "time"})
    assert split_of(engine, place)["column"] == "c1"
    browser.post(
        f"{place}/split",
        data=FULL | {"way": "time", "column": "c2", "gap": "2,5", "train": "60", "test": "25"},
    )
    found = split_of(engine, place)
    assert (found["column"], found["gap"], found["train"], found["test"]) == ("c2", 2.5, 0.6, 0.25)
    browser.post(f"{place}/split", data={"whole": "1", "way": "folds", "folds": "10", "repeats": "2"})
    found = split_of(engine, place)
    assert (found["way"], found["column"], found["folds"], found["repeats"]) == ("folds", None, 10, 2)
    assert found["stratify"] is False  # the box of a whole form was empty
    job = load(engine, place)[1]
    assert job is not None
    body = store.job(job.id).order().body
    assert body.question.split.folds == 10  # type: ignore[union-attr]


def test_the_split_stays_when_the_question_changes_otherwise(
    browser: TestClient, engine: Engine, place: str
) -> None:
    browser.post(f"{place}/split", data={"way": "group", "column": "c0"})
    browser.post(f"{place}/question", data={"target": "c4", "metric": "f1"})
    assert split_of(engine, place)["column"] == "c0"
    browser.post(f"{place}/question", data={"target": "c2"})
    assert (split_of(engine, place)["way"], split_of(engine, place)["stratify"]) == ("group", False)
    browser.post(f"{place}/question", data={"target": "c3"})
    browser.post(f"{place}/split", data={"way": "group", "column": "c4"})
    browser.post(f"{place}/question", data={"target": "c4"})
    assert split_of(engine, place)["way"] == "ratio"  # what is predicted cannot be its own group


def test_parts_that_came_with_the_data_are_the_default(
    browser: TestClient, engine: Engine, store: Store, person: User
) -> None:
    folder = a_version_folder(store, VISITS, changes={"part": {"role": "part"}})
    dataset = a_dataset(engine, store, person, folder)
    place = browser.post("/projects", data={"dataset": dataset.id}).headers["Location"]
    browser.post(f"{place}/question", data={"target": "c4"})
    question = load(engine, place)[0].question
    assert question is not None
    assert (question["split"]["way"], question["split"]["column"]) == ("given", "c3")
    assert "c3" not in question["inputs"]
    assert "‘part’ came with the data and says it." in browser.get(place).text


def test_a_leak_stands_with_its_rows_and_remedies(
    browser: TestClient, engine: Engine, store: Store, place: str
) -> None:
    offer = Groups(column="c0", name="patient", groups=12, sentence="About 10 rows of each of 12 groups.")
    leaks = [
        Leak(key="copies", kind="copies", sentence="3 rows are copies.", count=3),
        Leak(key="group-c0", kind="group", sentence="36 rows are of known groups.", count=36, column="c0"),
    ]
    counted(engine, store, place, leaks=leaks, groups=[offer], notes=["2 rows have no day."])
    job = load(engine, place)[1]
    assert job is not None
    kept = store.job(job.id).results.leaks
    kept.mkdir(parents=True)
    table = {"row": [5, 17, 6], "part": ["test", "train", "validation"], "set": [1, 1, 2]}
    pq.write_table(pa.table(table), kept / "copies.parquet")

    page = browser.get(place).text
    assert "84 rows teach, 18 are chosen on, 18 are locked for the test." in page
    assert page.index("3 rows are copies.") < page.index("36 rows are of known groups.")
    assert "2 rows have no day." in page
    assert 'name="copies" value="together"' in page
    assert "About 10 rows of each of 12 groups." in page
    rows = browser.get(f"{place}/leaks/copies", headers=HTMX).text
    assert "<html" not in rows
    assert rows.index(">6<") < rows.index(">18<") < rows.index(">7<")
    assert browser.get(f"{place}/leaks/group-c0").status_code == 404  # its rows are gone
    assert browser.get(f"{place}/leaks/..%2Fcopies").status_code == 404

    browser.post(f"{place}/split", data={"copies": "together"})
    assert split_of(engine, place)["copies"] == "together"
    browser.post(f"{place}/split", data={"way": "group", "column": "c0"})
    found = split_of(engine, place)
    assert (found["way"], found["column"], found["copies"]) == ("group", "c0", "together")
    browser.post(f"{place}/split", data={"way": "time"})
    assert split_of(engine, place)["copies"] == "keep"


def test_classes_that_stand_apart_are_named(
    browser: TestClient, engine: Engine, store: Store, place: str
) -> None:
    facts = some_facts()
    parts = facts.parts | {"test": PartFacts(rows=18, classes={"no": 9, "yes": 9})}
    counted(engine, store, place, parts=parts)
    assert "‘yes’ is 50 % of test, but 33 % of training." in browser.get(place).text
    with open_session(engine) as db:
        project = db.get_one(Project, place.rsplit("/", 1)[1])
        assert db.get_one(Job, project.baseline_job_id).state == "done"


def test_a_rare_class_advises_another_metric(
    browser: TestClient, engine: Engine, store: Store, person: User
) -> None:
    values = {"x": [float(n) for n in range(100)], "fraud": ["yes" if n < 4 else "no" for n in range(100)]}
    dataset = a_dataset(engine, store, person, a_version_folder(store, values))
    place = browser.post("/projects", data={"dataset": dataset.id}).headers["Location"]
    browser.post(f"{place}/question", data={"target": "c1"})
    question = load(engine, place)[0].question
    assert question is not None
    assert question["metric"] == "balanced_accuracy"  # of its own accord
    assert "take-balanced" not in browser.get(place).text
    browser.post(f"{place}/question", data={"target": "c1", "metric": "accuracy"})
    page = browser.get(place).text
    assert "take-balanced" in page
    assert "‘no’ is 24 times as frequent as ‘yes’: always saying it is 96 % accurate" in page
    browser.post(f"{place}/question", data={"target": "c1", "metric": "balanced_accuracy"})
    assert "take-balanced" not in browser.get(place).text
