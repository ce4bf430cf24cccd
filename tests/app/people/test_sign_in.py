"""Name and password."""

import statistics
import time
from datetime import timedelta

import pytest
from fastapi import FastAPI
from sqlalchemy import select, update
from starlette.testclient import TestClient

from app.db import now, open_session
from app.main import create_app
from app.people.attempts import Attempts
from app.people.session import COOKIE
from app.people.tables import SignIn
from app.settings import Settings
from tests.support.people import a_browser, a_user

PASSWORD = "correct horse battery"


@pytest.fixture
def browser(app: FastAPI) -> TestClient:
    a_user(app.state.engine, "Ada", PASSWORD)
    a_user(app.state.engine, "Nobody yet")
    return a_browser(app)


@pytest.mark.parametrize(
    ("name", "password"),
    [("Ada", "wrong"), ("Ada", ""), ("", ""), ("ada", PASSWORD), ("Eve", PASSWORD), ("Nobody yet", ""),
     ("Nobody yet", PASSWORD), ("Ada\x00", PASSWORD), ("Ada", PASSWORD.upper()), ("Ada", "x" * 100_000)],
)  # fmt: skip
def test_every_wrong_try_gets_the_same_answer(browser: TestClient, name: str, password: str) -> None:
    answer = browser.post("/sign-in", data={"name": name, "password": password})
    assert answer.status_code == 422
    assert "This name and password do not belong together." in answer.text
    assert "set-cookie" not in answer.headers
    assert password not in answer.text or not password


def test_unknown_names_take_as_long(browser: TestClient, app: FastAPI) -> None:
    def time_of(name: str) -> float:
        app.state.attempts = Attempts()
        began = time.perf_counter()
        browser.post("/sign-in", data={"name": name, "password": "wrong"})
        return time.perf_counter() - began

    pairs = [(time_of("Ada"), time_of("Eve")) for _ in range(25)]
    known, unknown = (statistics.median(times) for times in zip(*pairs, strict=True))
    assert 0.6 < unknown / known < 1.6, (known, unknown)
    assert unknown > 0.005  # a password was really checked


def test_the_right_one_leads_on(browser: TestClient) -> None:
    answer = browser.post("/sign-in", data={"name": " Ada ", "password": PASSWORD, "next": "/datasets/new"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/datasets/new")
    assert "Ada" in browser.get("/account").text
    assert browser.get("/sign-in?next=/account").headers["location"] == "/account"


def test_a_planted_session_is_dead_after_signing_in(app: FastAPI, browser: TestClient) -> None:
    planted = a_browser(app, a_user(app.state.engine, "Eve"))
    token = planted.cookies[COOKIE]
    browser.cookies.set(COOKIE, token, domain="localhost.local")
    browser.post("/sign-in", data={"name": "Ada", "password": PASSWORD})
    assert planted.get("/account").status_code == 303
    fresh = [cookie.value for cookie in browser.cookies.jar if cookie.name == COOKIE]
    assert token not in fresh


def test_an_ended_session_is_dead(app: FastAPI) -> None:
    browser = a_browser(app, a_user(app.state.engine))
    assert browser.get("/account").status_code == 200
    with open_session(app.state.engine) as db:
        db.execute(update(SignIn).values(expires_at=now() - timedelta(seconds=1)))
        db.commit()
    assert browser.get("/account").status_code == 303


def test_guessing_one_account_is_slowed(browser: TestClient, app: FastAPI) -> None:
    codes = [
        browser.post("/sign-in", data={"name": "Ada", "password": f"no {n}"}).status_code for n in range(15)
    ]
    assert codes == [422] * 10 + [429] * 5
    assert browser.post("/sign-in", data={"name": "Ada", "password": PASSWORD}).status_code == 429
    page = browser.post(
        "/sign-in", data={"name": "Ada", "password": PASSWORD}, headers={"HX-Request": "true"}
    )
    assert "Too many tries. Wait a minute" in page.text


def test_a_class_behind_one_address_gets_in(app: FastAPI) -> None:
    names = [a_user(app.state.engine, f"Pupil {n}", PASSWORD).name for n in range(30)]
    for name in names:
        assert a_browser(app).post("/sign-in", data={"name": name, "password": PASSWORD}).status_code == 303


def test_tries_come_back_with_time_and_memory_is_bounded() -> None:
    at = 0.0
    attempts = Attempts(clock=lambda: at)
    assert [attempts.take("Ada", "a") for _ in range(11)] == [True] * 10 + [False]
    at = 30.0
    assert attempts.take("Ada", "a")
    assert not attempts.take("Ada", "a")
    attempts.forgive("Ada")
    assert attempts.take("Ada", "a")
    for n in range(30_000):
        attempts.take(f"name {n}", f"address {n}")
    assert len(attempts._buckets) <= 10_000


def test_spraying_many_accounts_from_one_address_is_slowed() -> None:
    attempts = Attempts(clock=lambda: 0.0)
    assert sum(attempts.take(f"name {n}", "one address") for n in range(1000)) == 60


WAYS = [
    "//evil.test",
    "///evil.test",
    "////evil.test",
    "/\\evil.test",
    "\\\\evil.test",
    "/\\/evil.test",
    "http://evil.test",
    "https:evil.test",
    "https:/evil.test",
    "//evil.test/account",
    "javascript:alert(1)",
    "/account\r\nX: y",
    "/\t/evil.test",
    "/ /evil.test",
    "evil.test",
    "",
    " ",
    "/nowhere",
    "//localhost@evil.test",
    "/%2f/evil.test/",
    "/enter/x",
    "/static/app.css",
    "/account\x00",
    "/.//evil.test",
    "/..//evil.test",
    "/account/../..//evil.test",
    "@evil.test",
    "/@evil.test",
    "?next=x",
    "#x",
    "/;//evil.test",
    "data:text/html,x",
    "/\u2028/evil.test",
    "//",
    "/\\",
    "/sign-out",
    "\t//evil.test",
    "/" + "a" * 5000,
    "//evil.test\\@localhost",
    "/account#//evil.test\n",
    "vbscript:x",
]


@pytest.mark.parametrize("wanted", WAYS)
def test_signing_in_never_leads_away(browser: TestClient, wanted: str) -> None:
    answer = browser.post("/sign-in", data={"name": "Ada", "password": PASSWORD, "next": wanted})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/"


@pytest.mark.parametrize(
    "wanted",
    [
        "/",
        "/account",
        "/datasets/new",
        "/account?x=1&y=a%20b",
        "/runs/abc/report?truth=1",
        "/datasets/7?sort=Age",
    ],
)
def test_signing_in_leads_back(app: FastAPI, browser: TestClient, wanted: str) -> None:
    refused = browser.get(wanted)
    assert refused.status_code == 303
    form = browser.get(refused.headers["location"])
    assert form.status_code == 200
    shown = form.text.split('name="next" value="')[1].split('"')[0].replace("&amp;", "&")
    answer = browser.post("/sign-in", data={"name": "Ada", "password": PASSWORD, "next": shown})
    assert answer.headers["location"] == wanted


def test_over_https_the_cookie_is_secure(settings: Settings, app: FastAPI) -> None:
    a_user(app.state.engine, "Ada", PASSWORD)
    secure = create_app(settings.model_copy(update={"secure_cookies": True}))
    answer = a_browser(secure).post("/sign-in", data={"name": "Ada", "password": PASSWORD})
    assert "Secure" in answer.headers["set-cookie"]
    assert answer.headers["strict-transport-security"].startswith("max-age=")
    secure.state.engine.dispose()


def test_signing_out_ends_the_session_and_empties_the_browser(app: FastAPI) -> None:
    person = a_user(app.state.engine)
    browser, other = a_browser(app, person), a_browser(app, person)
    token = browser.cookies[COOKIE]
    answer = browser.post("/sign-out")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert answer.headers["clear-site-data"] == '"cache", "cookies", "storage"'
    assert browser.get("/account", headers={"Cookie": f"{COOKIE}={token}"}).status_code == 303
    assert other.get("/account").status_code == 200
    with open_session(app.state.engine) as db:
        assert len(db.scalars(select(SignIn)).all()) == 1
