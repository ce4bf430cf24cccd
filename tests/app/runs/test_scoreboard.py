"""The scoreboard: all runs and what needs no learning, sorted by any column."""

import html
import re

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from app.db import now, open_session
from app.jobs.tables import Job
from app.runs.service import finish_train
from app.runs.tables import Run
from tests.support.people import a_browser, a_user
from tests.support.runs import a_finished_run, a_project, a_run, tell
from trainer.contract.catalog import LEARNERS
from trainer.contract.outcome import Outcome

DERIVED = LEARNERS["boosting"].params.model_fields


def order_of(page: str) -> list[str]:
    """The rows' ids, top to bottom."""
    return re.findall(r'<tr id="([a-z]+-\d+)"', page)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("sort=owner_id", "The runs cannot be sorted by ‘owner_id’"),
        ("page=0", "‘0’ is no page"),
        ("page=1e9", "is no page"),
        ("sort=number;drop", "cannot be sorted"),
    ],
)
def test_an_order_that_does_not_exist_is_refused(app: FastAPI, query: str, sentence: str) -> None:
    owner = a_user(app.state.engine)
    answer = a_browser(app, owner).get(f"/projects/{a_project(app, owner).id}/runs?{query}")
    assert answer.status_code == 422
    assert sentence in html.unescape(answer.text)


def test_no_runs_yet_offers_the_first(app: FastAPI) -> None:
    owner = a_user(app.state.engine)
    project = a_project(app, owner)
    page = a_browser(app, owner).get(f"/projects/{project.id}/runs").text
    assert "No runs yet." in page
    assert f'href="/projects/{project.id}/model"' in page


def test_sorted_by_a_score_baselines_stand_among_the_runs(app: FastAPI) -> None:
    owner = a_user(app.state.engine)
    project = a_project(app, owner)
    a_finished_run(app, owner, project, accuracy=0.7)
    a_finished_run(app, owner, project, accuracy=0.9)
    a_run(app, owner, project)
    browser = a_browser(app, owner)
    page = browser.get(f"/projects/{project.id}/runs?sort=validation&desc=1").text
    rows = order_of(page)
    assert [row for row in rows if row.startswith("run")] == ["run-2", "run-1", "run-3"]
    assert rows[0] == "run-2"
    assert rows[1].startswith("baseline")
    assert rows[2] == "run-1"
    assert "Run 2 is best so far: accuracy 0.910" in page
    assert re.search(r'<tr id="run-2" class="best">', page)
    assert "0.900 ± 0.050" not in page  # the test part stays covered where choices are made
    shown = browser.get(f"/projects/{project.id}/runs?sort=validation&desc=1&test=1").text
    assert "0.900 ± 0.050" in shown
    up = order_of(browser.get(f"/projects/{project.id}/runs?sort=test&desc=0").text)
    assert up[-1] == "run-3"
    assert up.index("run-1") < up.index("run-2")


@pytest.mark.parametrize(
    "sort", ["number", "learner", "validation", "test", "seconds", "size", "parameters", "state", "started"]
)
def test_every_column_sorts_both_ways(app: FastAPI, sort: str) -> None:
    owner = a_user(app.state.engine)
    project = a_project(app, owner)
    for learner, accuracy in (("forest", 0.7), ("boosting", 0.8)):
        a_finished_run(app, owner, project, accuracy=accuracy, learner=learner)
    browser = a_browser(app, owner)
    page = browser.get(f"/projects/{project.id}/runs?sort={sort}&desc=0").text
    assert 'aria-sort="ascending"' in page
    assert f"sort={sort}&amp;desc=1" in page
    assert 'aria-sort="descending"' in browser.get(f"/projects/{project.id}/runs?sort={sort}&desc=1").text


def test_a_copy_says_what_differs_from_its_parent(app: FastAPI) -> None:
    owner = a_user(app.state.engine)
    project = a_project(app, owner)
    first = a_run(app, owner, project)
    a_run(app, owner, project, parent=first, set={"learning_rate": 0.1})
    page = a_browser(app, owner).get(f"/projects/{project.id}/runs").text
    assert "from 1: learning rate 0.05 → 0.1" in page


def test_every_run_says_how_it_differs(app: FastAPI) -> None:
    owner = a_user(app.state.engine)
    project = a_project(app, owner)
    a_run(app, owner, project)
    a_run(app, owner, project, learner="forest", set={"trees": 7})
    a_run(app, owner, project)
    changes = {"learning_rate": 0.1, "max_depth": 2, "rounds": 9, "min_weight": 3.0, "subsample": 0.5}
    a_run(app, owner, project, set={k: v for k, v in changes.items() if k in DERIVED})
    page = html.unescape(a_browser(app, owner).get(f"/projects/{project.id}/runs").text)
    said = re.findall(r'class="quiet small clamp" title="([^"]+)"', page)[:4]
    assert said[3] == "as derived from the data"
    assert said[2] == "trees 200 → 7"
    assert said[1] == "as run 1"
    assert said[0].startswith("beside run 3: ")
    assert said[0].endswith("more")


def test_a_tie_at_the_top_is_said(app: FastAPI) -> None:
    owner = a_user(app.state.engine)
    project = a_project(app, owner)
    for accuracy in (0.8, 0.7, 0.8, 0.8):
        a_finished_run(app, owner, project, accuracy=accuracy)
    browser = a_browser(app, owner)
    page = browser.get(f"/projects/{project.id}/runs").text
    assert "<h1>Runs 1, 3 and 4 share the best validation score: accuracy 0.810.</h1>" in page
    assert len(re.findall(r'id="run-\d" class="best"', page)) == 3
    a_finished_run(app, owner, project, accuracy=0.8)
    page = browser.get(f"/projects/{project.id}/runs").text
    assert "<h1>Runs 1, 3, 4 and 1 more share" in page


def test_running_runs_are_followed_by_the_stream(app: FastAPI) -> None:
    owner = a_user(app.state.engine)
    project = a_project(app, owner)
    run = a_run(app, owner, project, state="running", started_at=now())
    a_finished_run(app, owner, project)
    page = a_browser(app, owner).get(f"/projects/{project.id}/runs").text
    assert f'data-jobs="{run.job_id}"' in page


def test_the_end_of_a_training_copies_its_scores(app: FastAPI) -> None:
    owner = a_user(app.state.engine)
    run = a_run(app, owner, a_project(app, owner))
    result = {
        "scores": [
            {"metric": "accuracy", "value": 0.8, "low": 0.7, "high": 0.9},
            {"metric": "f1", "value": 0.5},
        ],
        "validation": [{"metric": "accuracy", "value": 0.85}],
        "baselines": [],
        "best_step": 3,
        "seconds": 2.5,
        "model_bytes": 99,
        "parameters": 7,
    }
    tell(app, run, ("result", result))
    with open_session(app.state.engine) as db:
        job = db.get_one(Job, run.job_id)
        finish_train(db, job, Outcome(state="done", sentence="Finished."))
        db.commit()
        row = db.scalars(select(Run)).one()
    assert (row.test_score, row.test_low, row.test_high, row.validation_score) == (0.8, 0.7, 0.9, 0.85)
    assert (row.seconds, row.model_bytes, row.parameters) == (2.5, 99, 7)


def test_an_end_without_result_copies_nothing(app: FastAPI) -> None:
    owner = a_user(app.state.engine)
    run = a_run(app, owner, a_project(app, owner))
    with open_session(app.state.engine) as db:
        finish_train(db, db.get_one(Job, run.job_id), Outcome(state="failed", sentence="No."))
        db.commit()
        assert db.scalars(select(Run)).one().test_score is None
