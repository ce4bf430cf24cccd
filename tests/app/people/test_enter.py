"""The one-time link."""

import threading
from datetime import timedelta

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine, select, update

from app.db import now, open_session
from app.people.service import find_owner, make_entry_link, use_entry_link
from app.people.session import COOKIE, hash_token
from app.people.tables import EntryLink, SignIn, User
from tests.support.people import a_browser


def a_link(engine: Engine) -> str:
    with open_session(engine) as db:
        token = make_entry_link(db)
        db.commit()
    return token


@pytest.mark.parametrize("token", ["x", "a" * 43, "'", "%00"])
def test_a_made_up_link_lets_nobody_in(app: FastAPI, token: str) -> None:
    a_link(app.state.engine)
    browser = a_browser(app)
    answer = browser.get(f"/enter/{token}")
    assert answer.status_code == 404
    assert "has been used or has expired" in answer.text
    assert "set-cookie" not in answer.headers


def test_a_link_works_once(app: FastAPI) -> None:
    token = a_link(app.state.engine)
    assert a_browser(app).get(f"/enter/{token}").status_code == 303
    second = a_browser(app).get(f"/enter/{token}")
    assert second.status_code == 404
    assert "set-cookie" not in second.headers


def test_an_old_link_is_dead(app: FastAPI) -> None:
    token = a_link(app.state.engine)
    with open_session(app.state.engine) as db:
        db.execute(update(EntryLink).values(expires_at=now() - timedelta(seconds=1)))
        db.commit()
    assert a_browser(app).get(f"/enter/{token}").status_code == 404


def test_a_newer_link_kills_the_older(app: FastAPI) -> None:
    first, second = a_link(app.state.engine), a_link(app.state.engine)
    assert a_browser(app).get(f"/enter/{first}").status_code == 404
    assert a_browser(app).get(f"/enter/{second}").status_code == 303


def test_head_does_not_use_it_up(app: FastAPI) -> None:
    token = a_link(app.state.engine)
    assert a_browser(app).head(f"/enter/{token}").status_code == 405
    assert a_browser(app).get(f"/enter/{token}").status_code == 303


def test_it_makes_the_owner_and_leads_home(app: FastAPI) -> None:
    token = a_link(app.state.engine)
    browser = a_browser(app)
    answer = browser.get(f"/enter/{token}")
    assert answer.headers["location"] == "/"
    cookie = answer.headers["set-cookie"]
    for part in ("skillet=", "HttpOnly", "SameSite=lax", "Path=/", f"Max-Age={30 * 24 * 3600}"):
        assert part in cookie
    assert "Secure" not in cookie
    assert "Owner" in browser.get("/account").text
    with open_session(app.state.engine) as db:
        owner = find_owner(db)
        assert owner is not None
        assert (owner.name, owner.role, owner.password_hash) == ("Owner", "owner", None)


def test_the_used_link_just_leads_home_in_the_browser_that_used_it(app: FastAPI) -> None:
    token = a_link(app.state.engine)
    browser = a_browser(app)
    browser.get(f"/enter/{token}")
    again = browser.get(f"/enter/{token}")
    assert (again.status_code, again.headers["location"]) == (303, "/")


def test_tokens_are_not_in_the_database(app: FastAPI) -> None:
    token = a_link(app.state.engine)
    browser = a_browser(app)
    browser.get(f"/enter/{token}")
    cookie = browser.cookies[COOKIE]
    with open_session(app.state.engine) as db:
        assert db.scalar(select(SignIn.token_hash)) == hash_token(cookie)
    app.state.engine.dispose()
    for file in app.state.settings.data.iterdir():
        if file.is_file():
            assert cookie.encode() not in file.read_bytes()
            assert token.encode() not in file.read_bytes()
    assert len(cookie) >= 43  # 256 bits in base64


def test_of_many_browsers_at_once_one_gets_in(any_engine: Engine) -> None:
    token = a_link(any_engine)
    start, let_in = threading.Barrier(6), []

    def come() -> None:
        start.wait()
        with open_session(any_engine) as db:
            user = use_entry_link(db, token)
            db.commit()
        if user is not None:
            let_in.append(user)

    threads = [threading.Thread(target=come) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(let_in) == 1
    with open_session(any_engine) as db:
        assert len(db.scalars(select(User)).all()) == 1
