"""What waits for the rest of its bytes is listed by delivery, and can be read or forgotten."""

import os
import time

from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from app.storage import Store
from tests.support.people import a_browser, a_user
from tests.support.uploads import an_upload, bring, send


def test_nobody_forgets_what_is_anothers_or_a_dataset(
    app: FastAPI, engine: Engine, browser: TestClient, store: Store
) -> None:
    mine, read = an_upload(browser), bring(browser, "read.csv", b"1234567890")
    browser.post("/datasets", data={"upload": read})
    stranger = a_browser(app, a_user(engine))
    assert stranger.post("/uploads/forget", data={"upload": [mine]}).status_code == 404
    assert "people.csv" not in stranger.get("/uploads").text
    assert browser.post("/uploads/forget").status_code == 422
    assert browser.post("/uploads/forget", data={"upload": [mine, read]}).status_code == 303
    assert {path.name for path in store.uploads.iterdir()} == {read}


def test_says_what_waits_and_how_to_go_on(browser: TestClient, store: Store) -> None:
    assert "You have brought 0 bytes" in browser.get("/uploads").text
    for name in ("a.csv", "b.csv", "c.csv"):
        send(browser, an_upload(browser, name, delivery="together"), 0, b"12345")
    folder = an_upload(browser, "pets.tar", 1000)
    send(browser, folder, 0, b"x" * 999)
    page = browser.get("/uploads").text
    assert "a.csv and 2 more files" in page
    assert "Drop the same files again: they go on at 50 %." in page
    assert "<strong>pets</strong>" in page
    assert "Drop the same folder again: it goes on at 99 %." in page
    assert "You have brought 1.03 kB" in page
    assert "Read it" not in page
    send(browser, folder, 999, b"x")
    then = time.time() - 7300
    os.utime(store.upload(folder), (then, then))
    fragment = browser.get("/uploads", headers={"HX-Request": "true"}).text
    assert "All of it arrived 2 h ago." in fragment
    assert f'name="upload" value="{folder}"' in fragment
    assert "<html" not in fragment
    rest = browser.post("/uploads/forget", data={"upload": folder}, headers={"HX-Request": "true"}).text
    assert "pets" not in rest
    assert "a.csv" in rest


def test_scripts_get_it_as_json(browser: TestClient) -> None:
    id = an_upload(browser, "a.csv", delivery="x1")
    send(browser, id, 0, b"123")
    found = browser.get("/uploads", headers={"Accept": "application/json"}).json()
    assert found == {"uploads": [{"id": id, "filename": "a.csv", "size": 10, "offset": 3, "delivery": "x1"}]}
