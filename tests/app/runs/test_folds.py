"""One recipe on all folds: started together, once a form, compared by mean and deviation."""

import html
import re
from typing import Any

from fastapi import FastAPI
from sqlalchemy import select

from app.db import open_session
from app.jobs.tables import Job
from app.people.tables import User
from app.projects.tables import Project
from app.runs.tables import Run
from tests.support.people import a_browser, a_user
from tests.support.runs import a_project
from trainer.contract.recipe import Split


def in_folds(app: FastAPI, owner: User, **split: Any) -> Project:
    """A project whose rows are split in three folds."""
    project = a_project(app, owner)
    with open_session(app.state.engine) as db:
        kept = db.get_one(Project, project.id)
        assert kept.question is not None
        made = Split(way="folds", folds=3, **split)
        kept.question = kept.question | {"split": made.model_dump(mode="json")}
        db.commit()
    return project


def runs_of(app: FastAPI, project: Project) -> list[Run]:
    with open_session(app.state.engine, write=False) as db:
        return list(db.scalars(select(Run).where(Run.project_id == project.id).order_by(Run.number)))


def score(app: FastAPI, runs: list[Run], scores: list[float]) -> None:
    with open_session(app.state.engine) as db:
        for run, value in zip(runs, scores, strict=False):
            db.get_one(Run, run.id).validation_score = value
            db.get_one(Job, run.job_id).state = "done"
        db.commit()


def test_a_project_without_folds_trains_once(app: FastAPI) -> None:
    owner = a_user(app.state.engine)
    project = a_project(app, owner)
    browser = a_browser(app, owner)
    assert "train-folds" not in browser.get(f"/projects/{project.id}/model").text
    browser.post(f"/projects/{project.id}/runs", data={"folds": "all"})
    assert [(run.fold, run.batch) for run in runs_of(app, project)] == [(None, None)]


def test_every_fold_is_queued_with_its_own_recipe_once_a_form(app: FastAPI) -> None:
    owner = a_user(app.state.engine)
    project = in_folds(app, owner, repeats=2)
    browser = a_browser(app, owner)
    page = browser.get(f"/projects/{project.id}/model").text
    assert "Train all 6 folds" in page
    sent = {"folds": "all", "form_key": "once", "learner": "forest"}
    for _ in range(2):
        answer = browser.post(f"/projects/{project.id}/runs", data=sent)
        assert answer.headers["Location"] == f"/projects/{project.id}/runs"
    runs = runs_of(app, project)
    assert [run.fold for run in runs] == [1, 2, 3, 4, 5, 6]
    assert len({run.batch for run in runs}) == 1
    for run in runs:
        recipe = app.state.store.job(run.job_id).order().body.recipe
        assert recipe.question.split.fold == run.fold
        assert f"Fold {run.fold} of 6 validates" in recipe.reasons["question.split"]
    shown = html.unescape(browser.get(f"/runs/{runs[3].id}").text)
    assert "In folds, 4 of 6" in shown
    browser.post(f"/projects/{project.id}/runs", data={"learner": "forest"})
    alone = runs_of(app, project)[-1]
    assert (alone.fold, alone.batch) == (1, None)


def test_recipes_are_compared_by_the_mean_of_their_folds(app: FastAPI) -> None:
    owner = a_user(app.state.engine)
    project = in_folds(app, owner)
    browser = a_browser(app, owner)
    for learner in ("forest", "boosting", "linear"):
        browser.post(f"/projects/{project.id}/runs", data={"folds": "all", "learner": learner})
    runs = runs_of(app, project)
    score(app, runs[:3], [0.9, 0.6, 0.6])
    score(app, runs[3:6], [0.8, 0.75, 0.85])
    score(app, runs[6:8], [0.99, 0.99])
    page = html.unescape(browser.get(f"/projects/{project.id}/runs").text)
    assert (
        "<h1>XGBoost · depth 6 is best so far: accuracy 0.800 ± 0.050, mean ± deviation over 3 folds.</h1>"
        in page
    )
    table = page[page.index("folds-title") : page.index('id="rows"')]
    names = re.findall(r'<th scope="row">([^<]+)</th>', table)
    assert [name.split(" ")[0] for name in names] == ["XGBoost", "Forest", "Logistic"]
    assert "0.700 ± 0.173" in table
    assert "2 of 3" in table  # the last one is not whole, so it cannot lead
    assert "fold 2" in page
