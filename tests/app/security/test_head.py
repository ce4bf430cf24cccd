"""HEAD answers as GET does, without the body, and never uses up or waits for anything."""

import pytest
from fastapi import FastAPI

from app.db import open_session
from app.people.service import make_entry_link
from tests.support.people import a_browser, a_user


@pytest.mark.parametrize("path", ["/", "/account", "/sign-in", "/projects/none", "/no/such/page", "/healthz"])
def test_head_is_get_without_the_body(app: FastAPI, path: str) -> None:
    browser = a_browser(app, a_user(app.state.engine))
    there, head = browser.get(path), browser.head(path)
    assert head.status_code == there.status_code
    assert head.headers.get("content-type") == there.headers.get("content-type")
    assert "content-security-policy" in head.headers
    assert head.content == b""


def test_a_stranger_is_sent_to_the_door(app: FastAPI) -> None:
    answer = a_browser(app).head("/account")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=%2Faccount")


def test_the_stream_is_not_begun(app: FastAPI) -> None:
    assert a_browser(app, a_user(app.state.engine)).head("/stream?jobs=x").status_code == 405


def test_a_look_does_not_use_up_the_link_that_works_once(app: FastAPI) -> None:
    with open_session(app.state.engine) as db:
        token = make_entry_link(db)
        db.commit()
    assert a_browser(app).head(f"/enter/{token}").status_code == 405
    assert a_browser(app).get(f"/enter/{token}").status_code == 303
