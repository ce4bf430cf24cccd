"""Looks at the locked test part: what is one, how they are counted, where the count stands."""

from datetime import timedelta

from fastapi import FastAPI
from sqlalchemy import select

from app.db import now, open_session
from app.runs.tables import Look, Run
from tests.support.people import a_browser, a_user
from tests.support.runs import a_finished_run, a_project, a_run


def looks(app: FastAPI) -> list[Look]:
    with open_session(app.state.engine, write=False) as db:
        return list(db.scalars(select(Look).order_by(Look.created_at)))


def later(app: FastAPI, minutes: float) -> None:
    """Time goes by: all looks so far are older."""
    with open_session(app.state.engine) as db:
        for look in db.scalars(select(Look)):
            look.created_at = now() - timedelta(minutes=minutes)
        db.commit()


def test_what_shows_no_test_score_is_no_look(app: FastAPI) -> None:
    owner = a_user(app.state.engine)
    project = a_project(app, owner)
    run = a_finished_run(app, owner, project)
    with open_session(app.state.engine) as db:
        db.get_one(Run, run.id).test_score = 0.777
        db.commit()
    unfinished = a_run(app, owner, project)
    browser = a_browser(app, owner)
    for address in (
        "/", f"/projects/{project.id}", f"/projects/{project.id}/model", f"/projects/{project.id}/runs",
        f"/runs/{run.id}", f"/runs/{run.id}/use", f"/runs/{unfinished.id}/report",
        f"/projects/{project.id}/rail?at=use",
    ):  # fmt: skip
        page = browser.get(address)
        assert page.status_code == 200
        assert "0.777" not in page.text
    stranger = a_browser(app, a_user(app.state.engine))
    assert stranger.get(f"/runs/{run.id}/report").status_code == 404
    assert looks(app) == []


def test_a_report_its_rows_and_the_uncovered_scoreboard_are_looks(app: FastAPI) -> None:
    owner = a_user(app.state.engine)
    project = a_project(app, owner)
    run = a_finished_run(app, owner, project)
    browser = a_browser(app, owner)
    board = f"/projects/{project.id}/runs"
    assert "not looked at yet" in browser.get(board).text
    page = browser.get(f"/runs/{run.id}/report").text
    assert "Test part: looked at once." in page
    assert "learns from the test part" in page  # why it matters
    later(app, 2)
    assert "looked at 2 times" in browser.get(f"/runs/{run.id}/report/rows?wrong=1").text
    later(app, 2)
    assert "looked at 3 times" in browser.get(f"{board}?test=1").text
    assert [(look.owner_id, look.run_id) for look in looks(app)] == [
        (owner.id, run.id), (owner.id, run.id), (owner.id, None)
    ]  # fmt: skip
    assert "looked at 3 times" in browser.get(board).text


def test_loading_again_within_a_minute_is_the_same_look(app: FastAPI) -> None:
    owner = a_user(app.state.engine)
    project = a_project(app, owner)
    run, other = (a_finished_run(app, owner, project) for _ in range(2))
    browser = a_browser(app, owner)
    for _ in range(3):
        assert "looked at once" in browser.get(f"/runs/{run.id}/report").text
    assert "looked at once" in browser.get(f"/runs/{other.id}/report").text
    assert len(looks(app)) == 1
    later(app, 1.1)
    assert "looked at 2 times" in browser.get(f"/runs/{other.id}/report").text


def test_another_project_has_its_own_count(app: FastAPI) -> None:
    owner = a_user(app.state.engine)
    browser = a_browser(app, owner)
    for _ in range(2):
        run = a_finished_run(app, owner, a_project(app, owner))
        assert "looked at once" in browser.get(f"/runs/{run.id}/report").text
