"""A refusal is a page, a fragment or JSON, in the house's words, and never tells how the server is made."""

import pytest
from fastapi import APIRouter, FastAPI
from sqlalchemy import select
from starlette.testclient import TestClient

from app.errors import BadInput, Conflict, NotAllowed, NotFound, Refusal, TooLarge, TooOften
from app.pages import Db
from app.people.tables import User
from tests.support.people import a_browser, a_user

REFUSALS = [
    NotFound(),
    NotAllowed("n <b>"),
    Conflict("c"),
    BadInput("b"),
    TooLarge("t"),
    TooOften("o"),
    Refusal("r"),
]
SECRET = "a secret inside of the server"


@pytest.fixture
def browser(app: FastAPI) -> TestClient:
    router = APIRouter()

    @router.get("/refuse/{which}")
    def refuse(which: int) -> None:
        raise REFUSALS[which]

    @router.get("/break")
    def break_it() -> None:
        raise RuntimeError(SECRET)

    @router.post("/change")
    def change(db: Db) -> None:
        db.add(User(name="half done"))
        db.flush()
        raise Conflict("Not after all.")

    @router.get("/sneak")
    def sneak(db: Db) -> None:
        db.add(User(name="by a GET"))

    app.include_router(router)
    return a_browser(app, a_user(app.state.engine))


@pytest.mark.parametrize("which", range(len(REFUSALS)))
def test_three_shapes(browser: TestClient, which: int) -> None:
    refusal = REFUSALS[which]
    shown = refusal.sentence.replace("<b>", "&lt;b&gt;")
    page = browser.get(f"/refuse/{which}")
    assert (page.status_code, page.headers["content-type"]) == (refusal.status, "text/html; charset=utf-8")
    assert "<!doctype html>" in page.text
    assert f"<h1>{shown}</h1>" in page.text
    fragment = browser.get(f"/refuse/{which}", headers={"HX-Request": "true"})
    assert fragment.status_code == refusal.status
    assert "<html" not in fragment.text
    assert "data-error" in fragment.text
    assert shown in fragment.text
    answer = browser.get(f"/refuse/{which}", headers={"Accept": "application/json"})
    assert answer.status_code == refusal.status
    assert answer.json() == {"error": refusal.sentence}


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_a_fault_of_ours_leaks_nothing(
    browser: TestClient, accept: str, capfd: pytest.CaptureFixture[str]
) -> None:
    answer = browser.get("/break", headers={"Accept": accept})
    assert answer.status_code == 500
    assert "Something went wrong here, not with you." in answer.text
    for word in (SECRET, "Traceback", "RuntimeError", "app/"):
        assert word not in answer.text
    assert answer.headers["content-security-policy"]
    assert SECRET in "".join(capfd.readouterr())


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/nowhere", 404), ("DELETE", "/account", 405)]
)
def test_the_frameworks_refusals_are_in_our_words(
    browser: TestClient, method: str, path: str, status: int
) -> None:
    answer = browser.request(method, path)
    assert answer.status_code == status
    assert "<h1>" in answer.text
    assert "Not Found" not in answer.text
    assert "Method Not Allowed" not in answer.text


def test_a_field_of_the_wrong_form_is_named(browser: TestClient) -> None:
    answer = browser.get("/refuse/x")
    assert answer.status_code == 422
    assert "which" in answer.text


def test_a_refused_change_leaves_nothing(browser: TestClient, app: FastAPI) -> None:
    assert browser.post("/change").status_code == 409
    assert names(app) == names(app) - {"half done"}


def test_a_get_cannot_change_anything(browser: TestClient, app: FastAPI) -> None:
    assert browser.get("/sneak").status_code == 500
    assert names(app) == names(app) - {"by a GET"}


def names(app: FastAPI) -> set[str]:

    with app.state.engine.connect() as connection:
        return set(connection.scalars(select(User.name)))
