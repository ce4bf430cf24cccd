"""Bytes on their way in: refused in words, appended at their offset, kept after a cut."""

import fcntl
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from app.errors import BadInput
from app.main import create_app
from app.people.tables import User
from app.settings import Settings
from app.storage import Store
from app.uploads.routes import clean_filename
from tests.support.people import a_browser, a_user
from tests.support.server import AServer


def an_upload(browser: TestClient, filename: str = "people.csv", size: int = 10) -> str:
    answer = browser.post("/uploads", json={"filename": filename, "size": size})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def send(browser: TestClient, id: str, offset: int | str, content: bytes) -> httpx.Response:
    return browser.patch(f"/uploads/{id}", content=content, headers={"Upload-Offset": str(offset)})


@pytest.fixture
def small(settings: Settings, engine: Engine, person: User) -> Iterator[TestClient]:
    """A server that takes files of up to 5 MB."""
    app = create_app(settings.model_copy(update={"upload_limit": 5_000_000}))
    yield a_browser(app, person)
    app.state.engine.dispose()


def test_refuses_a_file_above_the_limit_in_words(small: TestClient) -> None:
    answer = small.post("/uploads", json={"filename": "big.csv", "size": 5_000_001})
    assert answer.status_code == 413
    assert "big.csv has 5 MB; this server takes files of up to 5 MB" in answer.text
    assert small.post("/uploads", json={"filename": "big.csv", "size": 5_000_000}).status_code == 201


def test_refuses_a_file_that_the_disk_has_no_room_for(app: FastAPI, browser: TestClient) -> None:
    app.state.settings = app.state.settings.model_copy(update={"upload_limit": 10**18})
    answer = browser.post("/uploads", json={"filename": "huge.csv", "size": 10**17})
    assert answer.status_code == 413
    assert "huge.csv has 100 PB" in answer.text
    assert "free" in answer.text
    app.state.settings = app.state.settings.model_copy(update={"free_space": 10**18})
    assert browser.post("/uploads", json={"filename": "tiny.csv", "size": 1}).status_code == 413


def test_refuses_nothing_and_less(browser: TestClient, store: Store) -> None:
    for size in (0, -1):
        answer = browser.post("/uploads", json={"filename": "empty.csv", "size": size})
        assert answer.status_code == 422
        assert "empty.csv is empty" in answer.text
    assert browser.post("/uploads", json={"filename": "", "size": 5}).status_code == 422
    assert browser.post("/uploads", json={"filename": "a.csv", "size": 5, "owner_id": "x"}).status_code == 422
    assert list(store.uploads.iterdir()) == []


def test_refuses_a_wrong_offset_and_says_the_right_one(browser: TestClient, store: Store) -> None:
    id = an_upload(browser)
    assert send(browser, id, 0, b"12345").status_code == 204
    for wrong in (0, 4, 6, 10):
        answer = send(browser, id, wrong, b"x")
        assert (answer.status_code, answer.headers["Upload-Offset"]) == (409, "5")
    for nonsense in ("-1", "five"):
        assert send(browser, id, nonsense, b"x").status_code == 422
    assert browser.patch(f"/uploads/{id}", content=b"x").status_code == 422
    assert store.upload(id).read_bytes() == b"12345"


def test_never_takes_more_than_was_announced(browser: TestClient, store: Store) -> None:
    id = an_upload(browser, size=10)
    assert send(browser, id, 0, b"1234").status_code == 204
    answer = send(browser, id, 4, b"5678901")
    assert answer.status_code == 413
    assert "announced with 10 bytes" in answer.text
    assert store.upload(id).read_bytes() == b"1234"
    assert send(browser, id, 4, b"567890").headers["Upload-Offset"] == "10"
    assert send(browser, id, 10, b"x").status_code == 413


def test_foreign_uploads_do_not_exist(app: FastAPI, engine: Engine, browser: TestClient) -> None:
    stranger = a_browser(app, a_user(engine))
    id = an_upload(browser)
    send(browser, id, 0, b"1234567890")
    assert stranger.head(f"/uploads/{id}").status_code == 404
    assert send(stranger, id, 10, b"").status_code == 404
    assert stranger.post("/datasets", data={"upload": id}).status_code == 404
    assert browser.head("/uploads/..%2Fskillet.db").status_code == 404
    assert a_browser(app).head(f"/uploads/{id}").status_code in (303, 401)


def test_one_writer_at_a_time(browser: TestClient, store: Store) -> None:
    id = an_upload(browser)
    with store.upload(id).open("ab") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        assert send(browser, id, 0, b"12345").status_code == 409
    assert send(browser, id, 0, b"12345").status_code == 204


def test_what_arrived_before_a_cut_is_kept(browser: TestClient, store: Store) -> None:
    content = bytes(range(256)) * 40_000
    id = an_upload(browser, size=len(content))
    offset = 0
    for step in (3_000_000, 1, 4_000_000, 10_000_000):
        answer = send(browser, id, offset, content[offset : offset + step])
        assert answer.status_code == 204
        asked = browser.head(f"/uploads/{id}")
        assert (
            asked.headers["Upload-Offset"]
            == answer.headers["Upload-Offset"]
            == str(store.upload(id).stat().st_size)
        )
        assert asked.headers["Upload-Length"] == str(len(content))
        offset = int(answer.headers["Upload-Offset"])
    assert store.upload(id).read_bytes() == content


def test_the_offset_is_the_file_on_disk(browser: TestClient, store: Store) -> None:
    """After a crash the file may be shorter than what was answered: the file is right."""
    id = an_upload(browser)
    send(browser, id, 0, b"12345678")
    with store.upload(id).open("r+b") as file:
        file.truncate(3)
    assert browser.head(f"/uploads/{id}").headers["Upload-Offset"] == "3"
    assert send(browser, id, 3, b"4567890").status_code == 204
    assert store.upload(id).read_bytes() == b"1234567890"


def test_a_name_is_a_label_never_a_path(browser: TestClient, store: Store) -> None:
    before = set(store.root.rglob("*"))
    id = an_upload(browser, "../../etc/passwd\n.csv")
    assert set(store.root.rglob("*")) - before - {store.upload(id)} <= set(store.root.glob("skillet.db*"))
    assert clean_filename("C:\\data\\my \x1b[31mfile.csv") == "my [31mfile.csv"
    assert clean_filename("x" * 400) == "x" * 255
    with pytest.raises(BadInput, match="no name"):
        clean_filename("a/\x00\t")


def test_half_a_file_is_not_imported(browser: TestClient) -> None:
    id = an_upload(browser)
    send(browser, id, 0, b"12345")
    answer = browser.post("/datasets", data={"upload": id})
    assert answer.status_code == 409
    assert "5 of 10 bytes" in answer.text


def test_files_are_for_their_owner_alone(browser: TestClient, store: Store) -> None:
    path: Path = store.upload(an_upload(browser))
    assert path.stat().st_mode & 0o077 == 0


def test_a_connection_that_breaks_keeps_what_came(a_server: AServer) -> None:
    client = a_server.a_browser()
    id = client.post("/uploads", json={"filename": "cut.csv", "size": 5_000_000}).json()["id"]
    cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    host = a_server.base_url.removeprefix("http://")
    head = (
        f"PATCH /uploads/{id} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\n"
        "Sec-Fetch-Site: same-origin\r\n"
        "Upload-Offset: 0\r\nContent-Length: 4000000\r\n\r\n"
    )
    content = bytes(range(251)) * 20_000
    name, port = host.split(":")
    with socket.create_connection((name, int(port))) as line:
        line.sendall(head.encode() + content[:2_500_000])
    until = time.monotonic() + 20
    while client.head(f"/uploads/{id}").headers["Upload-Offset"] != "2500000":
        assert time.monotonic() < until
        time.sleep(0.05)
    rest = client.patch(
        f"/uploads/{id}", content=content[2_500_000:5_000_000], headers={"Upload-Offset": "2500000"}
    )
    assert rest.status_code == 204
    assert (a_server.data / "uploads" / id).read_bytes() == content[:5_000_000]
