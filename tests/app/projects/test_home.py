"""The first page: empty, and with work in it."""

from datetime import timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine, select

from app.datasets.tables import Dataset
from app.db import now, open_session
from app.jobs.tables import Job
from app.pages import TEMPLATES
from app.people.tables import User
from app.projects.home import MOST, age
from app.projects.tables import Project
from app.runs.tables import Run
from app.storage import Store
from tests.support.datasets import a_dataset
from tests.support.people import a_browser, a_user
from tests.support.runs import a_project, a_run
from trainer.contract.samples import FIRST, SAMPLES


def test_nobody_is_sent_to_sign_in(app: FastAPI) -> None:
    assert a_browser(app).get("/").status_code == 303


def test_empty(browser: TestClient) -> None:
    page = browser.get("/").text
    assert page.count('data-island="upload"') == 1
    for key in FIRST:
        assert f'name="sample" value="{key}"' in page
        assert SAMPLES[key].title in page
    assert "Running now" not in page
    assert 'data-island="upload"' in browser.get("/datasets/new").text


@pytest.mark.parametrize("key", SAMPLES)
def test_every_sample_has_a_drawing(key: str) -> None:
    assert (TEMPLATES / "datasets" / "samples" / f"{key}.svg").read_text().startswith("<svg")


def test_used(browser: TestClient, engine: Engine, store: Store, person: User) -> None:
    dataset = a_dataset(engine, store, person)
    project = browser.post("/projects", data={"dataset": dataset.id}).headers["Location"]
    browser.post(f"{project}/question", data={"target": "c2"})
    importing = browser.post("/datasets", data={"sample": "moons"}).headers["Location"]
    page = browser.get("/").text
    assert f'href="{project}"' in page
    assert "predict Sex" in page
    assert "120 rows" in page
    assert "just now" in page
    assert "Reading Two moons" in page
    assert f'href="{importing}"' in page
    with open_session(engine, write=False) as db:
        waiting = db.scalars(select(Job).where(Job.state == "queued")).all()
    assert all(job.id in page for job in waiting)
    part = browser.get("/", headers={"HX-Request": "true", "HX-Target": "section#running-now"}).text
    assert "Reading Two moons" in part
    assert "<html" not in part
    assert "data-island" not in part


def test_trainings_under_way_lead_to_their_run(app: FastAPI, browser: TestClient, person: User) -> None:
    project = a_project(app, person)
    run = a_run(app, person, project)
    page = browser.get("/").text
    assert f'href="/runs/{run.id}"' in page
    assert f"{project.name}: run 1" in page
    assert "has runs" in page


def test_a_project_tells_how_well_its_best_run_does(app: FastAPI, browser: TestClient, person: User) -> None:
    project = a_project(app, person)
    for validation, test in ((0.7, 0.9), (0.8, 0.75)):
        run = a_run(app, person, project, state="done")
        with open_session(app.state.engine) as db:
            kept = db.get_one(Run, run.id)
            kept.validation_score, kept.test_score = validation, test
            kept.test_low, kept.test_high = test - 0.05, test + 0.05
            db.commit()
    page = browser.get("/").text
    assert "accuracy 0.800" in page
    assert "0.750" not in page
    assert "has runs" not in page


def test_shows_nobody_elses_work(app: FastAPI, engine: Engine, store: Store, browser: TestClient) -> None:
    a_dataset(engine, store, a_user(engine), name="secret diary")
    assert "secret diary" not in browser.get("/").text


def test_everything_old_is_reachable(browser: TestClient, engine: Engine, store: Store, person: User) -> None:
    first = a_dataset(engine, store, person, name="oldest")
    begun = browser.post("/projects", data={"dataset": first.id}).headers["Location"].rsplit("/", 1)[1]
    with open_session(engine) as db:
        oldest = db.get_one(Project, begun)
        oldest.name = "project no. 0."
        for place in range(1, MOST + 1):
            born = now() + timedelta(seconds=place)
            db.add(
                Project(
                    owner_id=person.id,
                    name=f"project no. {place}.",
                    dataset_id=first.id,
                    version_id=oldest.version_id,
                    created_at=born,
                )
            )
            db.add(
                Dataset(owner_id=person.id, name=f"table no. {place}.", job_id=first.job_id, created_at=born)
            )
        db.commit()
    page = browser.get("/").text
    assert "project no. 20." in page
    assert "project no. 0." not in page
    assert f"1–{MOST} of {MOST + 1}" in page
    assert 'href="/?projects=2&amp;data=1#projects-title"' in page
    assert ">oldest<" not in page
    older = browser.get("/?projects=2&data=2").text
    assert "project no. 0." in older
    assert "project no. 1." not in older
    assert ">oldest<" in older
    assert 'href="/?projects=1&amp;data=2#projects-title"' in older
    assert browser.get("/?projects=999&data=2").text.count("project no. ") == 1
    for wrong in ("/?projects=0", "/?data=x", "/?data=-1"):
        assert "whole and start at 1" in browser.get(wrong).text


def test_ages() -> None:
    said = {10: "just now", 300: "5 min ago", 7300: "2 h ago", 90_000: "yesterday", 300_000: "3 days ago"}
    assert {s: age(now() - timedelta(seconds=s)) for s in said} == said
    assert age(now() - timedelta(days=400)).count("-") == 2
