"""The recipe page: dials, everything derived with its reason, and every change kept in the address."""

import html
import re
from typing import Any

import pytest
from fastapi import FastAPI

from app.db import open_session
from app.projects.tables import Project
from app.recipes.service import get_ground
from tests.support.people import a_browser, a_user
from tests.support.runs import a_project, a_run
from trainer.contract.propose import propose
from trainer.contract.recipe import Dials

HX = {"HX-Request": "true", "HX-Request-Type": "partial"}


def value_of(page: str, field: str) -> str:
    """What stands in a field."""
    found = re.search(rf'id="field-{re.escape(field)}"[^>]*? value="([^"]*)"', page)
    if not found:  # a list to choose from
        found = re.search(
            rf'<select id="field-{re.escape(field)}".*?value="([^"]*)" selected', page, re.DOTALL
        )
    assert found, f"no field {field}"
    return html.unescape(found[1])


def derived(app: FastAPI, project: Project, length: str = "normal") -> dict[str, Any]:
    """What follows from the dials for boosting."""
    with open_session(app.state.engine, write=False) as db:
        ground = get_ground(db, app.state.store, db.get_one(Project, project.id))
    dials = Dials.model_validate({"learner": "boosting", "length": length})
    return propose("version", ground.schema, ground.question, dials).params


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("learner=wizard", "‘wizard’ cannot learn this question"),
        ("learner=cnn", "‘cnn’ cannot learn this question"),
        ("length=forever", "‘forever’ is no choice of the dial ‘How long’"),
        ("care=none", "‘none’ is no choice of the dial ‘How careful’"),
    ],
)
def test_a_dial_that_does_not_exist_is_refused_with_the_choices(
    app: FastAPI, query: str, sentence: str
) -> None:
    owner = a_user(app.state.engine)
    project = a_project(app, owner)
    answer = a_browser(app, owner).get(f"/projects/{project.id}/model?{query}")
    assert answer.status_code == 422
    assert sentence in html.unescape(answer.text)


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("learning_rate", "50", "Learning rate must be a number above 0, at most 10; ‘50’ is not."),
        ("learning_rate", "0", "Learning rate must be a number above 0, at most 10; ‘0’ is not."),
        ("learning_rate", "fast", "‘fast’ is not."),
        ("weight_decay", "nan", "‘nan’ is not."),
        ("weight_decay", "inf", "‘inf’ is not."),
        ("epochs", "2.5", "Epochs must be a whole number from 1 to 10,000; ‘2.5’ is not."),
        ("loss", "mse", "Loss is one of Cross-entropy, Focal; ‘mse’ is none of them."),
        ("optimizer", "magic", "Optimizer is one of SGD, Adam, AdamW"),
        ("seed", "-1", "Seed must be a whole number from 0"),
        ("seed", "9" * 5000, "Seed must be a whole number from 0"),
    ],
)
def test_a_value_out_of_range_says_so_at_its_field_and_nothing_is_lost(
    app: FastAPI, field: str, typed: str, sentence: str
) -> None:
    owner = a_user(app.state.engine)
    project = a_project(app, owner)
    query = {"learner": "mlp", "set.width": "77", f"set.{field}": typed}
    answer = a_browser(app, owner).get(f"/projects/{project.id}/model", params=query)
    page = html.unescape(answer.text)
    assert answer.status_code == 422
    assert sentence in page
    assert value_of(page, "set.width") == "77"
    if field not in ("loss", "optimizer"):
        assert value_of(page, f"set.{field}") == typed


def test_a_strangers_project_is_not_found(app: FastAPI) -> None:
    owner, stranger = a_user(app.state.engine), a_user(app.state.engine)
    project = a_project(app, owner)
    assert a_browser(app, stranger).get(f"/projects/{project.id}/model").status_code == 404


def test_without_a_question_the_page_leads_to_the_question(app: FastAPI) -> None:
    owner = a_user(app.state.engine)
    project = a_project(app, owner, target=None)
    answer = a_browser(app, owner).get(f"/projects/{project.id}/model")
    assert answer.status_code == 200
    assert "No column to predict is chosen yet" in answer.text
    assert f'href="/projects/{project.id}"' in answer.text


def test_learners_that_fit_are_cards_and_pictures_are_not_offered_for_a_table(app: FastAPI) -> None:
    owner = a_user(app.state.engine)
    page = a_browser(app, owner).get(f"/projects/{a_project(app, owner).id}/model").text
    for key in ("linear", "forest", "boosting", "mlp"):
        assert f'id="card-learner-{key}"' in page
    assert "card-learner-cnn" not in page


def test_every_parameter_has_a_field_with_its_help_and_reason(app: FastAPI) -> None:
    owner = a_user(app.state.engine)
    page = html.unescape(
        a_browser(app, owner).get(f"/projects/{a_project(app, owner).id}/model?learner=mlp").text
    )
    assert "Neurons in each hidden layer." in page
    assert "84 training rows carry about 64 neurons a layer." in page
    assert "neurons · from 1 to 4,096" in page
    assert "Mean squared" not in page
    assert 'id="schedule"' in page
    assert 'name="form_key"' in page


def test_losses_follow_the_task(app: FastAPI) -> None:
    owner = a_user(app.state.engine)
    page = (
        a_browser(app, owner).get(f"/projects/{a_project(app, owner, target='c2').id}/model?learner=mlp").text
    )
    assert '<option value="mse" selected>' in page
    assert 'value="cross_entropy"' not in page


def test_only_what_the_person_changed_is_kept_when_a_dial_turns(app: FastAPI) -> None:
    owner = a_user(app.state.engine)
    project = a_project(app, owner)
    browser = a_browser(app, owner)
    page = browser.get(f"/projects/{project.id}/model?learner=boosting").text
    fields = dict(
        re.findall(r'name="(set\.[a-z_0-9]+)"[^>]*?', page)
        and [(name, value_of(page, name)) for name in re.findall(r'id="field-(set\.[a-z_0-9]+)"', page)]
    )
    sent = {
        "base": "boosting.normal.normal",
        "learner": "boosting",
        "length": "quick",
        "care": "normal",
    } | fields
    sent["set.max_depth"] = "13"
    answer = browser.get(f"/projects/{project.id}/model", params=sent, headers=HX)
    assert answer.status_code == 200
    assert answer.headers["HX-Push-Url"] == (
        f"/projects/{project.id}/model?learner=boosting&length=quick&care=normal&set.max_depth=13"
    )
    assert value_of(answer.text, "set.rounds") == str(derived(app, project, "quick")["rounds"])
    assert "<html" not in answer.text
    assert "You set it." in answer.text
    assert html.unescape(answer.text).count(f"Back to {derived(app, project)['max_depth']}") == 1


def test_another_learner_forgets_the_changes_of_the_first(app: FastAPI) -> None:
    owner = a_user(app.state.engine)
    project = a_project(app, owner)
    sent = {
        "base": "boosting.normal.normal",
        "learner": "mlp",
        "set.learning_rate": "0.05",
        "set.rounds": "7",
    }
    answer = a_browser(app, owner).get(f"/projects/{project.id}/model", params=sent, headers=HX)
    assert "set." not in answer.headers["HX-Push-Url"]
    assert "You set it." not in answer.text


def test_an_unticked_box_is_a_change_only_in_a_form(app: FastAPI) -> None:
    owner = a_user(app.state.engine)
    project = a_project(app, owner)
    browser = a_browser(app, owner)
    ticked = {"base": "mlp.normal.normal", "learner": "mlp", "set.deterministic": "true"}
    answer = browser.get(f"/projects/{project.id}/model", params=ticked, headers=HX)
    assert "set.deterministic=true" in answer.headers["HX-Push-Url"]
    unticked = {"base": "mlp.normal.normal", "learner": "mlp"}
    answer = browser.get(f"/projects/{project.id}/model", params=unticked, headers=HX)
    assert "set.deterministic" not in answer.headers["HX-Push-Url"]


def test_a_form_half_filled_in_is_no_failure_but_says_its_sentence(app: FastAPI) -> None:
    owner = a_user(app.state.engine)
    project = a_project(app, owner)
    sent = {"base": "mlp.normal.normal", "learner": "mlp", "set.width": "0"}
    answer = a_browser(app, owner).get(f"/projects/{project.id}/model", params=sent, headers=HX)
    assert answer.status_code == 200
    assert "Width must be a whole number from 1 to 4,096; ‘0’ is not." in html.unescape(answer.text)
    assert "set.width=0" in answer.headers["HX-Push-Url"]


def test_another_optimizer_brings_its_own_values_and_takes_them_along_when_it_goes(app: FastAPI) -> None:
    owner = a_user(app.state.engine)
    project = a_project(app, owner)
    browser = a_browser(app, owner)
    address = f"/projects/{project.id}/model"
    page = browser.get(f"{address}?learner=mlp").text
    assert value_of(page, "set.learning_rate") == "0.003"

    def send(page: str, **changes: str) -> Any:
        base = re.search(r'name="base" value="([^"]*)"', page)
        assert base
        sent = {"base": base[1], "learner": "mlp", "set.learning_rate": value_of(page, "set.learning_rate")}
        optimizer = re.search(r'<option value="(adamw|adam|sgd)" selected', page)
        assert optimizer
        return browser.get(address, params=sent | {"set.optimizer": optimizer[1]} | changes, headers=HX)

    plain = send(page, **{"set.optimizer": "sgd"})
    assert plain.headers["HX-Push-Url"].endswith("set.optimizer=sgd")
    assert value_of(plain.text, "set.learning_rate") == "0.05"
    assert "AdamW with" not in plain.text
    again = send(plain.text, **{"set.width": "33"})
    assert "learning_rate" not in again.headers["HX-Push-Url"]
    own = send(plain.text, **{"set.learning_rate": "0.2"})
    assert "set.learning_rate=0.2" in own.headers["HX-Push-Url"]
    assert "Back to 0.05" in own.text
    back = send(plain.text, **{"set.optimizer": "adamw"})
    assert "set." not in back.headers["HX-Push-Url"]
    assert value_of(back.text, "set.learning_rate") == "0.003"


def test_a_forest_without_a_limit_says_so(app: FastAPI) -> None:
    owner = a_user(app.state.engine)
    project = a_project(app, owner)
    first = a_run(app, owner, project, learner="forest")
    second = a_run(app, owner, project, learner="forest", parent=first, set={"max_depth": 4})
    browser = a_browser(app, owner)
    page = browser.get(f"/runs/{first.id}").text
    assert re.search(r"Depth at most</th><td>unlimited</td>", page)
    assert "depth at most unlimited → 4" in browser.get(f"/runs/{second.id}").text


def test_the_summary_counts_training_rows_like_the_reasons(app: FastAPI) -> None:
    owner = a_user(app.state.engine)
    page = a_browser(app, owner).get(f"/projects/{a_project(app, owner).id}/model?learner=mlp").text
    (said,) = re.findall(r"learns from (?:about )?([\d,]+) rows", page)
    assert f"{said} training rows carry" in page
