"""The Question station: asking, changing, refusing; baselines as a ladder."""

from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine, func, select

from app.db import open_session
from app.jobs.tables import Job
from app.people.tables import User
from app.projects.tables import Project
from app.storage import Store
from tests.support.datasets import PEOPLE, a_dataset, a_picture_folder, a_version_folder, end
from tests.support.people import a_browser, a_user
from trainer.contract.dataset import Schema, VersionFolder
from trainer.contract.documents import read_document, write_document
from trainer.contract.events import BaselineScore, Score
from trainer.contract.order import AuditOrder, BaselineOrder
from trainer.contract.outcome import Outcome
from trainer.contract.results import BaselineResults

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Target": "main#main"}


@pytest.fixture
def folder(store: Store) -> VersionFolder:
    """People, with a column that says who they are and one that says nothing."""
    values = PEOPLE | {"Id": [float(n) for n in range(120)], "Planet": ["Earth"] * 120}
    return a_version_folder(store, values, changes={"Id": {"role": "id"}, "Planet": {"role": "constant"}})


@pytest.fixture
def project(browser: TestClient, engine: Engine, store: Store, person: User, folder: VersionFolder) -> str:
    """The address of a project that asks nothing yet."""
    dataset = a_dataset(engine, store, person, folder)
    answer = browser.post("/projects", data={"dataset": dataset.id})
    assert answer.status_code == 303
    return str(answer.headers["Location"])


def load(engine: Engine, place: str) -> tuple[Project, Job | None]:
    with open_session(engine, write=False) as db:
        project = db.get_one(Project, place.rsplit("/", 1)[1])
        return project, db.get(Job, project.baseline_job_id) if project.baseline_job_id else None


def change(engine: Engine, place: str, **changes: Any) -> None:
    with open_session(engine) as db:
        project = db.get_one(Project, place.rsplit("/", 1)[1])
        for name, value in changes.items():
            setattr(project, name, value)
        db.commit()


def some_baselines(metric: str = "accuracy") -> BaselineResults:
    rungs = [("majority", "Guess", 0.62), ("rule", "Rule", 0.78), ("tree", "Tree", 0.79)]
    scored = [
        BaselineScore(
            key=key,
            name=name,
            sentence=f"{name} says so.",
            scores={metric: Score(metric=metric, value=value, low=value - 0.05, high=value + 0.05)},
        )
        for key, name, value in rungs
    ]
    leaf = {"answer": "1", "rows": 50, "share": 0.74, "counts": {"0": 13, "1": 37}}
    tree = {
        "question": "Sex is female",
        "column": "c2",
        "yes": leaf,
        "no": {"answer": "0", "rows": 70, "share": 0.8},
    }
    sentence = "Learning looks worth it: a two-question tree gets 0.79, guessing 0.62."
    rows = {"train": 84, "validation": 18, "test": 18}
    return BaselineResults(baselines=scored, tree=tree, sentence=sentence, worth_it=True, rows=rows)


def finish(engine: Engine, place: str, outcome: Outcome) -> None:
    with open_session(engine) as db:
        project = db.get_one(Project, place.rsplit("/", 1)[1])
        assert project.baseline_job_id is not None
        end(db.get_one(Job, project.baseline_job_id), outcome)
        db.commit()


def test_strangers_find_nothing(app: FastAPI, engine: Engine, project: str) -> None:
    stranger = a_browser(app, a_user(engine))
    assert stranger.get(project).status_code == 404
    assert stranger.post(f"{project}/question", data={"target": "c2"}).status_code == 404
    loaded, _ = load(engine, project)
    assert stranger.post("/projects", data={"dataset": loaded.dataset_id}).status_code == 404


REFUSED = [
    ({}, "No column was chosen"),
    ({"target": "c99"}, "no column ‘c99’"),
    ({"target": "c0' --"}, "no column"),
    ({"target": "c0"}, "choose a column of categories or numbers"),
    ({"target": "c6"}, "Every row has the same Planet"),
    ({"target": "c2", "task": "regression"}, "only a column of numbers can be predicted as a number"),
    ({"target": "c3", "task": "classification"}, "too many to be classes"),
    ({"target": "c2", "task": "translation"}, "no way to predict"),
    ({"target": "c2", "metric": "luck"}, "does not score a classification"),
    ({"target": "c2", "toggle": "c99"}, "no column ‘c99’"),
    ({"target": "c2", "toggle": "c5"}, "an identifier"),
    ({"target": "c2", "toggle": "c6"}, "the same in every row"),
    ({"target": "c2", "toggle": "c0"}, "free text"),
    ({"target": "c2", "toggle": "c2"}, "it is what is predicted"),
    ({"target": "c2", "inputs": ["c1"], "toggle": "c1"}, "Keep at least one input"),
]


@pytest.mark.parametrize(("form", "sentence"), REFUSED)
def test_refuses_in_a_sentence_on_the_page(
    browser: TestClient, engine: Engine, project: str, form: dict[str, Any], sentence: str
) -> None:
    for headers in ({}, HTMX):
        answer = browser.post(f"{project}/question", data=form, headers=headers)
        assert answer.status_code == 422
        assert sentence in answer.text
        assert 'name="target" value="c2"' in answer.text  # the page is there to choose again
    loaded, job = load(engine, project)
    assert (loaded.question, job) == (None, None)


def test_refuses_fields_that_no_question_has(browser: TestClient, project: str) -> None:
    assert browser.post(f"{project}/question", data={"target": "c2", "owner_id": "x"}).status_code == 422


def test_nothing_asked_yet(browser: TestClient, project: str) -> None:
    page = browser.get(project).text
    assert "Which column should be predicted?" in page
    for id in ("c0", "c1", "c2", "c5"):
        assert f'name="target" value="{id}"' in page
    assert "Choose a model" not in page
    assert "choose what to predict" in page


def test_asking_keeps_the_question_and_queues_baselines(
    browser: TestClient, engine: Engine, store: Store, project: str, folder: VersionFolder
) -> None:
    answer = browser.post(f"{project}/question", data={"target": "c2"})
    assert (answer.status_code, answer.headers["Location"]) == (303, project)
    loaded, job = load(engine, project)
    assert loaded.question is not None
    assert loaded.question["task"] == "classification"
    assert loaded.question["inputs"] == ["c1", "c3", "c4"]
    assert job is not None
    order = store.job(job.id).order().body
    assert isinstance(order, BaselineOrder)
    assert order.version == folder.path
    assert order.question.model_dump(mode="json") == loaded.question
    page = browser.get(project).text
    assert f'data-jobs="{job.id}" data-after="{job.id}:1"' in page
    assert "Predicting Sex: scoring what needs no learning" in page
    assert page.count('class="ladder-name"') == 3  # the ladder's place is kept
    assert "an identifier, different in every row" in page
    assert "the same in every row" in page
    assert f'href="{project}/model"' in page


def test_baselines_as_a_ladder_with_intervals_and_the_tree(
    browser: TestClient, engine: Engine, project: str
) -> None:
    browser.post(f"{project}/question", data={"target": "c2"})
    results = some_baselines().model_dump(mode="json")
    finish(engine, project, Outcome(state="done", sentence="Scored.", results=results))
    page = browser.get(project).text
    assert "Learning looks worth it: a two-question tree gets 0.79, guessing 0.62." in page
    assert page.index("Guess says so") < page.index("Rule says so") < page.index("Tree says so")
    assert "0.790<small>± 0.050</small>" in page
    assert "Sex is female" in page
    assert "18 validation rows" in page
    assert 'data-island="stream"' not in page
    part = browser.get(project, headers=HTMX | {"HX-Target": "div#answer"}).text
    assert (
        part.index('hx-target="#said"')
        < part.index("Learning looks worth it")
        < part.index('<div id="answer"')
    )
    assert "<html" not in part
    assert "hx-trigger" not in part


def test_baselines_that_failed_say_why(browser: TestClient, engine: Engine, project: str) -> None:
    browser.post(f"{project}/question", data={"target": "c2"})
    finish(
        engine,
        project,
        Outcome(state="failed", sentence="The disk is full. Free some space, then ask again."),
    )
    page = browser.get(project).text
    assert "The disk is full." in page
    assert "Choose a model" not in page
    finish(engine, project, Outcome(state="failed", sentence="No memory now.", passing=True))
    assert "Choose a model" in browser.get(project).text  # the data is not to blame


NOTHING = [
    ({"a": [1.0, 2.0, 3.0], "b": ["x", "y", "x"]}, {}, "3 rows are too few"),
    ({"only": [float(n) for n in range(50)]}, {}, "‘only’ is the only column"),
    ({"a": ["x"] * 50, "b": ["z"] * 50}, {}, "No column holds different numbers or categories"),
    ({"n": [float(n % 7) for n in range(50)], "same": ["z"] * 50}, {"same": {"role": "constant"}},
     "Nothing can help to predict ‘n’"),
]  # fmt: skip


@pytest.mark.parametrize(("values", "changes", "sentence"), NOTHING)
def test_data_without_a_question_says_why(
    browser: TestClient,
    engine: Engine,
    store: Store,
    person: User,
    values: dict[str, Any],
    changes: dict[str, Any],
    sentence: str,
) -> None:
    dataset = a_dataset(engine, store, person, a_version_folder(store, values, changes=changes))
    page = browser.get(browser.post("/projects", data={"dataset": dataset.id}).headers["Location"]).text
    assert "There is nothing to predict in this data yet" in page
    assert sentence in page
    assert 'name="target"' not in page
    assert "Choose a model" not in page
    assert 'href="/datasets/new"' in page
    assert 'name="sample"' in page


def test_pictures_without_labels_say_why(
    browser: TestClient, engine: Engine, store: Store, person: User
) -> None:
    folder = a_picture_folder(store)
    schema = read_document(folder.schema, Schema)
    write_document(folder.schema, schema.model_copy(update={"columns": schema.columns[:1]}))
    dataset = a_dataset(engine, store, person, folder)
    page = browser.get(browser.post("/projects", data={"dataset": dataset.id}).headers["Location"]).text
    assert "Put each class in a folder of its own" in page


def test_toggling_inputs_and_switching_metric_and_task(
    browser: TestClient, engine: Engine, project: str
) -> None:
    asked = {"target": "c4", "task": "regression", "metric": "rmse", "inputs": ["c1", "c2", "c3"]}
    browser.post(f"{project}/question", data={"target": "c4"})
    before = load(engine, project)
    assert before[0].question is not None
    assert before[0].question["metric"] == "rmse"

    browser.post(f"{project}/question", data=asked | {"toggle": "c2"})
    after = load(engine, project)
    assert after[0].question is not None
    assert after[0].question["inputs"] == ["c1", "c3"]
    assert after[0].baseline_job_id != before[0].baseline_job_id
    with open_session(engine, write=False) as db:
        assert before[1] is not None
        assert db.get_one(Job, before[1].id).state == "stopped"

    browser.post(f"{project}/question", data=asked | {"inputs": ["c1", "c3"], "toggle": "c2"})
    assert load(engine, project)[0].question["inputs"] == ["c1", "c2", "c3"]  # type: ignore[index]
    browser.post(f"{project}/question", data=asked | {"metric": "mae"})
    assert load(engine, project)[0].question["metric"] == "mae"  # type: ignore[index]
    # the button's task stands after the form's own
    browser.post(f"{project}/question", data=asked | {"task": ["regression", "classification"]})
    question = load(engine, project)[0].question
    assert question is not None
    assert (question["task"], question["metric"]) == ("classification", "accuracy")


def test_another_target_starts_with_its_own_inputs(browser: TestClient, engine: Engine, project: str) -> None:
    browser.post(f"{project}/question", data={"target": "c2", "inputs": ["c1"], "toggle": "c3"})
    browser.post(f"{project}/question", data={"target": "c4", "inputs": ["c1"]})
    question = load(engine, project)[0].question
    assert question is not None
    assert question["inputs"] == ["c1", "c2", "c3"]


def test_a_project_with_runs_keeps_its_question(browser: TestClient, engine: Engine, project: str) -> None:
    browser.post(f"{project}/question", data={"target": "c2"})
    asked, _ = load(engine, project)
    change(engine, project, fixed=True)
    answer = browser.post(f"{project}/question", data={"target": "c4"})
    assert answer.status_code == 422
    assert "Ask the new question in a project of its own" in answer.text
    assert load(engine, project)[0].question == asked.question
    page = browser.get(project).text
    assert "New question on this data" in page
    assert 'aria-pressed="true" disabled' in page
    assert f'hx-get="{project}/rail?at=question"' in page
    again = browser.post("/projects", data={"dataset": asked.dataset_id})
    assert again.headers["Location"] == project
    new = browser.post("/projects", data={"dataset": asked.dataset_id, "new": "1"}).headers["Location"]
    assert new != project
    assert load(engine, new)[0].name == "people 2"
    assert (
        browser.post("/projects", data={"dataset": asked.dataset_id, "new": "1"}).headers["Location"] == new
    )


def test_pictures_are_asked_from_pictures(
    browser: TestClient, engine: Engine, store: Store, person: User
) -> None:
    folder = a_picture_folder(store)
    dataset = a_dataset(engine, store, person, folder, name="flags")
    place = browser.post("/projects", data={"dataset": dataset.id}).headers["Location"]
    answer = browser.post(f"{place}/question", data={"target": "c0"})
    assert "holds image" in answer.text
    browser.post(f"{place}/question", data={"target": "c1"})
    question = load(engine, place)[0].question
    assert question is not None
    assert question["inputs"] == ["c0"]


def test_a_dataset_without_a_table_cannot_be_asked(browser: TestClient) -> None:
    place = browser.post("/datasets", data={"sample": "flowers"}).headers["Location"]
    answer = browser.post("/projects", data={"dataset": place.rsplit("/", 1)[1]})
    assert answer.status_code == 409
    assert "has no table yet" in answer.text


def test_a_fragment_brings_the_rail_with_it(browser: TestClient, engine: Engine, project: str) -> None:
    answer = browser.post(f"{project}/question", data={"target": "c2"}, headers=HTMX)
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert "predict Sex" in answer.text
    with open_session(engine, write=False) as db:
        assert db.scalar(select(func.count()).select_from(Job).where(Job.verb == "baseline")) == 1


def test_a_deeper_look_goes_by_the_question(
    browser: TestClient, engine: Engine, store: Store, project: str
) -> None:
    assert browser.post(f"{project}/audit").status_code == 409
    browser.post(f"{project}/question", data={"target": "c2"})
    answer = browser.post(f"{project}/audit")
    found, _ = load(engine, project)
    assert answer.headers["Location"] == f"/datasets/{found.dataset_id}#findings"
    with open_session(engine, write=False) as db:
        job = db.scalars(select(Job).where(Job.verb == "audit")).one()
    order = store.job(job.id).order().body
    assert isinstance(order, AuditOrder)
    assert order.question is not None
    assert order.question.target == "c2"
