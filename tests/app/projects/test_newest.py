"""A project stays on the version it was asked of; the newest one is asked in a project of its own."""

from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from app.datasets.tables import Dataset
from app.db import open_session
from app.people.tables import User
from app.projects.service import question_of
from app.projects.tables import Project
from app.storage import Store
from tests.support.mending import ask_for, mended, page
from tests.support.runs import a_project
from trainer.contract.steps import Drop, Exclude, MakeColumn


def the_data(engine: Engine, project: Project) -> Dataset:
    with open_session(engine) as db:
        return db.get_one(Dataset, project.dataset_id)


def test_nothing_is_offered_while_the_data_is_the_same(
    app: FastAPI, person: User, browser: TestClient
) -> None:
    project = a_project(app, person)
    assert "Ask the newest version" not in page(browser, f"/projects/{project.id}")


def test_the_same_is_asked_of_the_newest_version_in_a_project_of_its_own(
    app: FastAPI, engine: Engine, store: Store, person: User, browser: TestClient
) -> None:
    project = a_project(app, person)
    version = mended(
        engine, store, person, the_data(engine, project), Exclude(rows=[0, 1]), Drop(columns=["c2"]),
        MakeColumn(made="c4", name="Grown", expression="Age >= 18"),
    )  # fmt: skip
    assert "Ask the newest version" in page(browser, f"/projects/{project.id}")
    place = browser.post(f"/projects/{project.id}/newest").headers["Location"]
    with open_session(engine) as db:
        new = db.get_one(Project, place.rsplit("/", 1)[1])
        old = db.get_one(Project, project.id)
        assert (new.id != old.id, new.version_id, old.version_id != version.id) == (True, version.id, True)
        question, before = question_of(new), question_of(old)
        assert question is not None
        assert before is not None
        assert (question.target, question.metric) == (before.target, before.metric)
        assert question.inputs == ["c0", "c1", "c4"]
    assert "Ask the newest version" not in page(browser, place)


def test_where_the_predicted_column_is_gone_the_page_asks_for_another(
    app: FastAPI, engine: Engine, store: Store, person: User, browser: TestClient
) -> None:
    project = a_project(app, person)
    mended(engine, store, person, the_data(engine, project), Drop(columns=["c3"]))
    place = browser.post(f"/projects/{project.id}/newest").headers["Location"]
    assert "Which column should be predicted?" in page(browser, place)


def test_the_first_page_says_that_a_version_is_being_made(
    app: FastAPI, engine: Engine, store: Store, person: User, browser: TestClient
) -> None:
    project = a_project(app, person)
    ask_for(engine, store, person, the_data(engine, project), Exclude(rows=[0]))
    assert "passengers: a new version" in page(browser, "/")
