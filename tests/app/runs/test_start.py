"""POST /projects/{id}/runs: a recipe is frozen and trained, once per form."""

import html
import re

from fastapi import FastAPI
from sqlalchemy import func, select

from app.db import open_session
from app.jobs.tables import Job
from app.projects.tables import Project
from app.recipes.tables import FrozenRecipe
from app.runs.tables import Run
from tests.support.people import a_browser, a_user
from tests.support.runs import a_project, a_run
from trainer.contract.documents import digest
from trainer.contract.order import TrainOrder
from trainer.contract.recipe import Recipe


def count(app: FastAPI, kind: type) -> int:
    with open_session(app.state.engine) as db:
        return db.scalar(select(func.count()).select_from(kind)) or 0


def test_a_value_out_of_range_starts_nothing_and_shows_the_form_again(app: FastAPI) -> None:
    owner = a_user(app.state.engine)
    project = a_project(app, owner)
    sent = {"learner": "mlp", "set.learning_rate": "50", "set.width": "77", "form_key": "k"}
    answer = a_browser(app, owner).post(f"/projects/{project.id}/runs", data=sent)
    assert answer.status_code == 422
    assert "Learning rate must be a number above 0, at most 10; ‘50’ is not." in html.unescape(answer.text)
    assert 'value="77"' in answer.text
    assert count(app, Run) == 0
    assert count(app, FrozenRecipe) == 0


def test_a_dial_that_does_not_exist_starts_nothing(app: FastAPI) -> None:
    owner = a_user(app.state.engine)
    project = a_project(app, owner)
    answer = a_browser(app, owner).post(f"/projects/{project.id}/runs", data={"learner": "wizard"})
    assert answer.status_code == 422
    assert count(app, Run) == 0


def test_without_a_question_nothing_can_be_trained(app: FastAPI) -> None:
    owner = a_user(app.state.engine)
    project = a_project(app, owner, target=None)
    answer = a_browser(app, owner).post(f"/projects/{project.id}/runs", data={})
    assert answer.status_code == 409
    assert "No column to predict is chosen yet in ‘Titanic’" in html.unescape(answer.text)


def test_a_stranger_can_neither_train_nor_copy(app: FastAPI) -> None:
    owner, stranger = a_user(app.state.engine), a_user(app.state.engine)
    project = a_project(app, owner)
    assert a_browser(app, stranger).post(f"/projects/{project.id}/runs", data={}).status_code == 404
    theirs = a_run(app, owner, project)
    mine = a_project(app, stranger)
    answer = a_browser(app, stranger).post(f"/projects/{mine.id}/runs", data={"parent": theirs.id})
    assert answer.status_code == 404
    assert count(app, Run) == 1


def test_the_recipe_is_frozen_and_its_training_queued(app: FastAPI) -> None:
    owner = a_user(app.state.engine)
    project = a_project(app, owner)
    sent = {"learner": "boosting", "set.max_depth": "5", "set.seed": "3"}
    answer = a_browser(app, owner).post(f"/projects/{project.id}/runs", data=sent)
    assert answer.status_code == 303
    with open_session(app.state.engine) as db:
        run = db.scalars(select(Run)).one()
        frozen = db.get_one(FrozenRecipe, run.recipe_id)
        job = db.get_one(Job, run.job_id)
        assert db.get_one(Project, project.id).fixed
    assert answer.headers["location"] == f"/runs/{run.id}"
    recipe = Recipe.model_validate(frozen.document)
    assert frozen.digest == digest(recipe, 64)
    assert (recipe.params["max_depth"], recipe.seed, run.number, run.learner) == (5, 3, 1, "boosting")
    assert recipe.reasons["params.max_depth"] == "You set it."
    assert (job.state, job.verb) == ("queued", "train")
    order = app.state.store.job(job.id).order().body
    assert isinstance(order, TrainOrder)
    assert order.recipe == recipe
    assert order.prepared == app.state.store.prepared


def test_the_same_form_sent_twice_is_one_run(app: FastAPI) -> None:
    owner = a_user(app.state.engine)
    project = a_project(app, owner)
    browser = a_browser(app, owner)
    page = browser.get(f"/projects/{project.id}/model").text
    key = re.search(r'name="form_key" value="([^"]+)"', page)
    assert key
    first = browser.post(f"/projects/{project.id}/runs", data={"form_key": key[1]})
    second = browser.post(f"/projects/{project.id}/runs", data={"form_key": key[1]})
    assert first.headers["location"] == second.headers["location"]
    assert count(app, Run) == 1
    other = browser.post(f"/projects/{project.id}/runs", data={"form_key": key[1], "set.max_depth": "4"})
    assert other.headers["location"] != first.headers["location"]
    assert count(app, Run) == 2


def test_numbers_count_up_and_equal_recipes_share_a_row(app: FastAPI) -> None:
    owner = a_user(app.state.engine)
    project = a_project(app, owner)
    assert [a_run(app, owner, project).number for _ in range(3)] == [1, 2, 3]
    assert count(app, FrozenRecipe) == 1


def test_htmx_is_led_to_the_run(app: FastAPI) -> None:
    owner = a_user(app.state.engine)
    project = a_project(app, owner)
    answer = a_browser(app, owner).post(
        f"/projects/{project.id}/runs", data={}, headers={"HX-Request": "true"}
    )
    assert answer.headers["HX-Redirect"].startswith("/runs/")
