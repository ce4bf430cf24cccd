"""The page of what is brought from elsewhere: closed until it is opened, and never waited for."""

import re
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine, select

from app.command.work import import_one
from app.db import now, open_session
from app.elsewhere.kinds import KINDS
from app.elsewhere.runner import Runner
from app.elsewhere.tables import Fetch
from app.main import create_app
from app.people.tables import User
from app.settings import Settings
from app.storage import Store
from tests.support.people import a_browser
from tests.support.server import AServer
from tests.support.web import AWeb, reply

AServerWith = Callable[..., TestClient]


@pytest.fixture
def a_server_with(settings: Settings, engine: Engine, person: User) -> Iterator[AServerWith]:
    """A browser at a server with other settings."""
    made: list[FastAPI] = []

    def make(**changes: object) -> TestClient:
        app = create_app(settings.model_copy(update=changes))
        made.append(app)
        return a_browser(app, person)

    yield make
    for app in made:
        app.state.engine.dispose()


def test_it_is_closed_and_says_who_can_open_it(a_server_with: AServerWith, engine: Engine) -> None:
    browser = a_server_with()
    assert "/elsewhere" not in browser.get("/datasets/new").text
    page = browser.get("/elsewhere").text
    for kind in KINDS.values():
        answer = browser.post("/elsewhere", data={"kind": kind.key, "source": kind.example})
        assert answer.status_code == 403
        assert f"turn it on with {kind.setting}" in answer.text
        assert kind.setting in page
    assert browser.post("/elsewhere", data={"kind": "ftp", "source": "x"}).status_code == 422
    with open_session(engine) as db:
        assert db.scalars(select(Fetch)).all() == []


def test_a_mistake_is_said_beside_what_was_written(a_server_with: AServerWith) -> None:
    browser = a_server_with(url_import=True, sql_connection="sqlite:////nowhere/at/all.db")
    assert 'href="/elsewhere?kind=url"' in browser.get("/datasets/new").text
    for kind, source in (("url", "http://example.org/x"), ("url", " "), ("sql", "DROP TABLE <b>")):
        answer = browser.post("/elsewhere", data={"kind": kind, "source": source})
        assert answer.status_code == 422
        assert "field-error" in answer.text
        assert "<b>" not in answer.text
    assert browser.post("/elsewhere", data={"kind": "s3", "source": "a"}).status_code == 403


def test_some_at_a_time_and_stopped(a_server_with: AServerWith, engine: Engine) -> None:
    browser = a_server_with(url_import=True, trusted_hosts=["127.0.0.1:9"])
    places = [
        browser.post("/elsewhere", data={"kind": "url", "source": "http://127.0.0.1:9/a.csv"}).headers[
            "Location"
        ]
        for _ in range(5)
    ]
    again = {"kind": "url", "source": "http://127.0.0.1:9/a.csv"}
    assert browser.post("/elsewhere", data=again).status_code == 429
    assert "Waiting for its turn." in browser.get(places[0]).text
    assert browser.post(f"{places[0]}/stop").status_code == 303
    assert "Stopped before it began." in browser.get(places[0]).text
    assert browser.post("/elsewhere", data=again).status_code == 303


def test_one_whose_worker_died_ends_in_words(engine: Engine, settings: Settings, person: User) -> None:
    store = Store(settings.data)
    store.create()
    with open_session(engine) as db:
        for id, seconds in (("alive", 10), ("dead", 300)):
            seen = now() - timedelta(seconds=seconds)
            db.add(Fetch(id=id, owner_id=person.id, kind="url", source="x", state="running", seen_at=seen))
            (store.fetches / f"{id}-x").mkdir()
        db.commit()
    Runner(engine, store, settings, import_one).end_lost()
    with open_session(engine) as db:
        found = {fetch.state: fetch.sentence for fetch in db.scalars(select(Fetch))}
    assert found["failed"].startswith("The server stopped")
    assert "running" in found
    assert [path.name for path in store.fetches.iterdir()] == ["alive-x"]


def test_stopping_ends_what_is_under_way(engine: Engine, settings: Settings, person: User) -> None:
    store = Store(settings.data)
    store.create()
    with AWeb() as web, open_session(engine) as db:
        fetch = Fetch(owner_id=person.id, kind="url", source=f"{web.url}/a", state="stopping", seen_at=now())
        db.add(fetch)
        db.commit()
        web.pages["/a"] = reply(b"x" * 100)
        Runner(engine, store, settings.model_copy(update={"trusted_hosts": [web.host]}), import_one).run(
            fetch.id, threading.Event()
        )
        db.refresh(fetch)
        assert fetch.state == "stopped"
    assert list(store.fetches.iterdir()) == list(store.uploads.iterdir()) == []


def test_from_an_address_to_a_table(tmp_path: Path) -> None:
    with AWeb() as web:
        web.pages["/people.csv"] = reply(b"age,town\n" + b"31,Rome\n42,Oslo\n" * 40)
        with AServer(tmp_path, url_import="true", trusted_hosts=web.host) as server:
            browser = server.a_browser()
            place = browser.post(
                "/elsewhere", data={"kind": "url", "source": f"{web.url}/people.csv"}
            ).headers["location"]
            until = time.monotonic() + 60
            while "80 rows" not in (page := browser.get(place, follow_redirects=True)).text:
                assert time.monotonic() < until, page.text
                time.sleep(0.1)
            assert re.search(r"/datasets/\w+$", str(page.url))
