"""The map of a dataset: asked for, made, coloured; what is refused, and that nobody else sees it."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine, select

from app.datasets.tables import Dataset
from app.db import open_session
from app.jobs.tables import Job
from app.storage import Store
from tests.support.datasets import PEOPLE, end
from tests.support.mending import do_jobs
from tests.support.people import a_browser, a_user
from trainer.contract.outcome import Outcome


def test_a_map_of_no_method_or_without_one_is_refused(browser: TestClient, dataset: Dataset) -> None:
    assert browser.post(f"/datasets/{dataset.id}/map", data={"method": "guess"}).status_code == 422
    assert browser.get(f"/datasets/{dataset.id}/map?method=guess").status_code == 422
    assert browser.get(f"/datasets/{dataset.id}/map/points?method=pca").status_code == 404
    assert browser.get(f"/datasets/{dataset.id}/map?colour=c0").status_code == 422


def test_nobody_else_may(app: FastAPI, engine: Engine, dataset: Dataset) -> None:
    stranger = a_browser(app, a_user(engine, "stranger"))
    assert stranger.get(f"/datasets/{dataset.id}/map").status_code == 404
    assert stranger.post(f"/datasets/{dataset.id}/map").status_code == 404
    assert stranger.get(f"/datasets/{dataset.id}/map/points").status_code == 404


def test_a_map_is_asked_for_once_made_and_coloured(
    browser: TestClient, engine: Engine, store: Store, dataset: Dataset
) -> None:
    place = f"/datasets/{dataset.id}/map"
    assert "Choose how to draw it" in browser.get(place).text
    assert browser.post(place, data={"method": "pca"}).headers["location"] == f"{place}?method=pca"
    browser.post(place, data={"method": "pca"})
    assert 'aria-busy="true"' in browser.get(place).text
    assert [outcome.state for outcome in do_jobs(engine, store, verb="map")] == ["done"]
    told = browser.get(place).text
    assert "120 rows, laid out by 4 columns, each standardised" in told
    assert 'data-island="cloud"' in told
    points = browser.get(f"{place}/points?method=pca&colour=c2").json()
    assert points["row"] == list(range(120))
    assert points["labels"] == ["male", "female"]
    assert points["tone"] == [0.0 if sex == "male" else 1.0 for sex in PEOPLE["Sex"]]
    ages = browser.get(f"{place}/points?method=pca&colour=c1").json()
    assert ages["ends"] == [0.0, 69.0]
    assert ages["tone"][3] is None
    assert set(browser.get(f"{place}/points?method=pca&colour=none").json()["tone"]) == {0.0}


@pytest.mark.parametrize("state", ["failed", "stopped"])
def test_a_map_that_failed_says_why_and_can_be_drawn_again(
    browser: TestClient, engine: Engine, dataset: Dataset, state: str
) -> None:
    place = f"/datasets/{dataset.id}/map"
    browser.post(place, data={"method": "tsne"})
    with open_session(engine) as db:
        end(
            db.scalars(select(Job).where(Job.verb == "map")).one(),
            Outcome.model_validate({"state": state, "sentence": "No luck."}),
        )
        db.commit()
    assert "No luck." in browser.get(place).text
    browser.post(place, data={"method": "tsne"})
    assert 'aria-busy="true"' in browser.get(place).text
