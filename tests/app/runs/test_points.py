"""GET /runs/{id}/points: what the curve island draws."""

import pytest
from fastapi import FastAPI

from app.db import now
from tests.support.people import a_browser, a_user
from tests.support.runs import a_project, a_run, points, tell


def test_a_run_without_points_has_its_baselines(app: FastAPI) -> None:
    owner = a_user(app.state.engine)
    run = a_run(app, owner, a_project(app, owner))
    answer = a_browser(app, owner).get(f"/runs/{run.id}/points").json()
    assert answer == {
        "seq": 0,
        "ended": False,
        "unit": "round",
        "steps_per_epoch": None,
        "series": {},
        "best": None,
        "baselines": [
            {"name": "Majority", "metric": "accuracy", "value": 0.62},
            {"name": "Tree", "metric": "accuracy", "value": 0.78},
        ],
    }


def test_points_after_a_rewind_are_void_and_drawn_once(app: FastAPI) -> None:
    owner = a_user(app.state.engine)
    run = a_run(app, owner, a_project(app, owner), learner="mlp", state="running", started_at=now())
    tell(
        app,
        run,
        ("progress", {"phase": "learning", "done": 1, "steps_per_epoch": 3}),
        points("train", "loss", [1, 2, 3, 4, 5], [5.0, 4.0, 3.0, 2.0, 1.0]),
        ("rewind", {"step": 3}),
        points("train", "loss", [4, 5], [2.5, 2.0]),
        points("validation", "accuracy", [3, 6], [0.7, 0.6]),
    )
    answer = a_browser(app, owner).get(f"/runs/{run.id}/points").json()
    assert answer["series"]["train/loss"] == {"step": [1, 2, 3, 4, 5], "value": [5.0, 4.0, 3.0, 2.5, 2.0]}
    assert answer["best"] == {"step": 3, "epoch": 1, "metric": "accuracy", "value": 0.7}
    assert (answer["unit"], answer["steps_per_epoch"], answer["seq"]) == ("step", 3, 6)


def test_a_long_line_is_thinned_and_its_best_kept(app: FastAPI) -> None:
    owner = a_user(app.state.engine)
    run = a_run(app, owner, a_project(app, owner), learner="mlp", state="running", started_at=now())
    steps = list(range(1, 10_001))
    values = [0.5 + (s % 10) / 100 for s in steps]
    values[7_776] = 0.9
    tell(app, run, points("validation", "accuracy", steps, values))
    answer = a_browser(app, owner).get(f"/runs/{run.id}/points").json()
    line = answer["series"]["validation/accuracy"]
    assert len(line["step"]) <= 2_000
    assert answer["best"]["step"] == 7_777
    assert line["value"][line["step"].index(7_777)] == 0.9
    assert (line["step"][0], line["step"][-1]) == (1, 10_000)


def test_points_that_are_no_number_are_left_out(app: FastAPI) -> None:
    owner = a_user(app.state.engine)
    run = a_run(app, owner, a_project(app, owner), learner="mlp", state="diverged", ended_at=now())
    tell(app, run, points("train", "loss", [1, 2, 3], [1.0, None, 3.0]))  # type: ignore[list-item]
    answer = a_browser(app, owner).get(f"/runs/{run.id}/points").json()
    assert answer["series"]["train/loss"] == {"step": [1, 3], "value": [1.0, 3.0]}


def test_the_answer_is_not_sent_twice(app: FastAPI) -> None:
    owner = a_user(app.state.engine)
    run = a_run(app, owner, a_project(app, owner), state="running", started_at=now())
    browser = a_browser(app, owner)
    tag = browser.get(f"/runs/{run.id}/points").headers["etag"]
    assert browser.get(f"/runs/{run.id}/points", headers={"If-None-Match": tag}).status_code == 304
    tell(app, run, points("train", "loss", [1], [1.0]))
    assert browser.get(f"/runs/{run.id}/points", headers={"If-None-Match": tag}).status_code == 200


def test_an_error_is_best_when_low(app: FastAPI) -> None:
    owner = a_user(app.state.engine)
    run = a_run(app, owner, a_project(app, owner, target="c2"), state="running", started_at=now())
    tell(app, run, points("validation", "rmse", [1, 2, 3], [9.0, 4.0, 5.0]))
    answer = a_browser(app, owner).get(f"/runs/{run.id}/points").json()
    assert answer["best"] == {"step": 2, "epoch": None, "metric": "rmse", "value": 4.0}
    assert [line["name"] for line in answer["baselines"]] == ["Mean", "Tree"]


@pytest.mark.parametrize(
    ("learner", "unit"), [("linear", "pass"), ("forest", "tree"), ("boosting", "round"), ("mlp", "step")]
)
def test_the_axis_counts_what_the_learner_counts(app: FastAPI, learner: str, unit: str) -> None:
    owner = a_user(app.state.engine)
    run = a_run(app, owner, a_project(app, owner), learner=learner)
    assert a_browser(app, owner).get(f"/runs/{run.id}/points").json()["unit"] == unit
