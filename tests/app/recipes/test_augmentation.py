"""Augmentations on the Model page: kept in the address, refused in words, previewed by the real predictor."""

import html
import io
import re
import subprocess
import sys
import time
from collections.abc import Iterator

import numpy as np
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from PIL import Image

from app.db import open_session
from app.people.tables import User
from app.projects.tables import Project
from app.runs.tables import Run
from tests.support.datasets import a_dataset, a_picture_folder, a_version_folder
from tests.support.people import a_browser, a_user
from tests.support.runs import a_project

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Target": "figure#previews"}


@pytest.fixture
def owner(app: FastAPI) -> User:
    return a_user(app.state.engine)


@pytest.fixture
def browser(app: FastAPI, owner: User) -> TestClient:
    return a_browser(app, owner)


@pytest.fixture
def pictures(app: FastAPI, owner: User, browser: TestClient) -> str:
    """The address of a project that tells red from blue pictures."""
    folder = a_picture_folder(app.state.store)
    dataset = a_dataset(app.state.engine, app.state.store, owner, folder, name="flags")
    place = str(browser.post("/projects", data={"dataset": dataset.id}).headers["Location"])
    browser.post(f"{place}/question", data={"target": "c1"})
    return place


@pytest.fixture
def predictor(app: FastAPI) -> Iterator[None]:
    """The real process at the store's socket."""
    socket = app.state.store.predictor_socket
    process = subprocess.Popen([sys.executable, "-m", "trainer.predictor", str(socket)])
    until = time.monotonic() + 60
    while not socket.exists():
        assert process.poll() is None
        assert time.monotonic() < until
        time.sleep(0.02)
    yield
    process.terminate()
    process.wait()


def checked(page: str) -> set[str]:
    """The augmentations whose box is ticked."""
    return set(re.findall(r'id="aug-(\w+)"[^>]* checked', page))


def test_strangers_see_no_previews(app: FastAPI, pictures: str) -> None:
    stranger = a_browser(app, a_user(app.state.engine))
    assert stranger.get(f"{pictures}/augmentation/c0").status_code == 404
    assert stranger.get(f"{pictures}/previews/c0/0").status_code == 404


def test_columns_and_rows_that_are_not_there(browser: TestClient, pictures: str) -> None:
    assert browser.get(f"{pictures}/augmentation/c9").status_code == 404
    assert browser.get(f"{pictures}/augmentation/c1").status_code == 404  # labels are not changed
    assert browser.get(f"{pictures}/previews/c0/999").status_code == 404
    assert browser.get(f"{pictures}/previews/c0/29").status_code == 404  # it has no picture


def test_without_a_predictor_the_preview_says_so(browser: TestClient, pictures: str) -> None:
    answer = browser.get(f"{pictures}/previews/c0/0?draw=1")
    assert answer.status_code == 503
    assert "The predictor is not running" in answer.text


def test_without_a_predictor_a_page_still_says_what_could_be_changed(
    app: FastAPI, owner: User, browser: TestClient
) -> None:
    project = a_project(app, owner)
    page = browser.get(f"/projects/{project.id}/augmentation/c0?aug=1&aug.jitter=true")
    assert page.status_code == 200
    assert "The predictor is not running" in page.text
    assert checked(page.text) == {"jitter"}


@pytest.mark.parametrize("typed", ["270", "-3", "far", ""])
def test_a_value_out_of_range_is_refused_beside_its_slider(
    browser: TestClient, pictures: str, typed: str
) -> None:
    query = f"aug=1&aug.rotate=true&aug.rotate.degrees={typed}"
    page = browser.get(f"{pictures}/model?{query}")
    assert page.status_code == 422
    assert "Rotate: Angle must be a number above 0, at most 180" in html.unescape(page.text)
    answer = browser.post(f"{pictures}/runs", data=dict(pair.split("=") for pair in query.split("&")))
    assert answer.status_code == 422


def test_what_is_derived_is_ticked_with_its_reason(browser: TestClient, pictures: str) -> None:
    page = browser.get(f"{pictures}/model").text
    assert checked(page) == {"shift"}
    assert "Off: nobody said that ‘red’" in html.unescape(page) or "‘blue’" in html.unescape(page)
    assert 'name="aug.shift.reach"' in page
    assert "Never for letters, digits, hands" in page
    assert page.count('class="pixels"') == 3 * 5
    assert checked(browser.get(f"{pictures}/model?care=bold").text) == set()


def test_a_choice_stands_in_the_address_the_recipe_and_the_copy(
    app: FastAPI, browser: TestClient, pictures: str
) -> None:
    query = "aug=1&aug.mirror=true&aug.rotate=true&aug.rotate.degrees=30"
    page = browser.get(
        f"{pictures}/model?{query}", headers={"HX-Request": "true", "HX-Request-Type": "partial"}
    )
    assert checked(page.text) == {"mirror", "rotate"}
    assert "aug.rotate.degrees=30" in page.headers["HX-Push-Url"]
    assert "mirror left and right, rotate" in page.text
    form = dict(pair.split("=") for pair in query.split("&"))
    run = browser.post(f"{pictures}/runs", data=form | {"learner": "cnn"}).headers["Location"]
    with open_session(app.state.engine, write=False) as db:
        project = db.get_one(Project, pictures.rsplit("/", 1)[1])
        job = db.get_one(Run, run.rsplit("/", 1)[1]).job_id
        assert project.fixed
    recipe = app.state.store.job(job).order().body.recipe
    assert recipe.augmentation.changes == {"mirror": {"share": 0.5}, "rotate": {"degrees": 30.0}}
    shown = html.unescape(browser.get(run).text)
    assert "30 degrees" in shown
    there = browser.get(f"{run}/clone").headers["location"]
    assert "aug.mirror=true" in there
    assert checked(browser.get(there).text) == {"mirror", "rotate"}
    browser.post(f"{pictures}/runs", data={"learner": "cnn"})
    assert "rotate 30 degrees → off" in html.unescape(browser.get(f"{pictures}/runs").text)


def test_the_form_follows_the_dial_while_nothing_was_changed(browser: TestClient, pictures: str) -> None:
    drawn = "base=cnn.normal.normal.adamw.one_cycle&learner=cnn&aug=1&aug.shift=true&aug.shift.reach=0.08"
    drawn += "&set.residual=true"
    page = browser.get(f"{pictures}/model?{drawn}&care=careful").text
    assert 'name="aug.shift.reach" min="0.005" max="0.5" step="0.005" value="0.12"' in page
    assert "Undo all changes" not in page
    page = browser.get(f"{pictures}/model?{drawn.replace('aug.shift=true&', '')}&care=careful").text
    assert checked(page) == set()


def test_tables_offer_jitter_to_networks_only(app: FastAPI, owner: User, browser: TestClient) -> None:
    project = a_project(app, owner)
    page = browser.get(f"/projects/{project.id}/model?learner=mlp").text
    assert 'id="aug-jitter"' in page
    assert checked(page) == set()
    assert 'id="aug-' not in browser.get(f"/projects/{project.id}/model?learner=boosting").text


@pytest.mark.usefixtures("predictor")
def test_pictures_are_drawn_by_the_predictor(browser: TestClient, pictures: str) -> None:
    def draw(query: str) -> np.ndarray:
        answer = browser.get(f"{pictures}/previews/c0/0?{query}")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "image/png"
        return np.asarray(Image.open(io.BytesIO(answer.content)))

    plain = draw("draw=0&aug=1&aug.grain=true")
    assert plain.shape == (64, 64, 3)
    assert (plain == plain[0, 0]).all()  # a picture of one colour
    grainy = draw("draw=1&aug=1&aug.grain=true&aug.grain.amount=0.5")
    assert grainy.std() > 5
    assert not np.array_equal(grainy, draw("draw=2&aug=1&aug.grain=true&aug.grain.amount=0.5"))
    part = browser.get(f"{pictures}/augmentation/c0?aug=1&aug.grain=true", headers=HTMX).text
    assert "<form" not in part
    assert "aug.grain.amount=0.04" in part


@pytest.mark.usefixtures("predictor")
def test_texts_and_numbers_are_shown_before_and_after(app: FastAPI, owner: User, browser: TestClient) -> None:
    values = {
        "said": [f"the {n}th word of this line is long enough" for n in range(40)],
        "age": [float(20 + n) for n in range(40)],
        "who": [["a", "b"][n % 2] for n in range(40)],
    }
    dataset = a_dataset(app.state.engine, app.state.store, owner, a_version_folder(app.state.store, values))
    place = browser.post("/projects", data={"dataset": dataset.id}).headers["Location"]
    page = html.unescape(
        browser.get(f"{place}/augmentation/c0?aug=1&aug.letter_case=true&aug.letter_case.share=1").text
    )
    assert "the 0th word of this line is long enough" in page
    assert "THE 0TH WORD OF THIS LINE IS LONG ENOUGH" in page
    assert "No learner here reads this kind of column yet" in page
    page = browser.get(f"{place}/augmentation/c1?aug=1&aug.jitter=true").text
    assert "Jitter numbers" in page
    assert page.count('<tr><th scope="row"') == 4
