"""Bytes are appended at their offset, kept after a cut, taken back when they are not what was sent."""

import base64
import fcntl
import hashlib
import socket
import time

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from app.storage import Store
from tests.support.people import a_browser, a_user
from tests.support.server import AServer
from tests.support.uploads import BYTES, TUS, an_upload, ask, bring, send


def test_refuses_a_wrong_offset_and_says_the_right_one(browser: TestClient, store: Store) -> None:
    id = an_upload(browser)
    assert send(browser, id, 0, b"12345").status_code == 204
    for wrong in (0, 4, 6, 10):
        answer = send(browser, id, wrong, b"x")
        assert (answer.status_code, answer.headers["Upload-Offset"]) == (409, "5")
    for nonsense in ("-1", "five"):
        assert send(browser, id, nonsense, b"x").status_code == 422
    assert browser.patch(f"/uploads/{id}", content=b"x", headers=BYTES).status_code == 422
    assert send(browser, id, 5, b"x", Content_Type="text/plain").status_code == 415
    assert store.upload(id).read_bytes() == b"12345"


def test_refuses_other_versions_and_says_ours(browser: TestClient, store: Store) -> None:
    id = an_upload(browser)
    for version in ("0.2.2", "1.0.1", ""):
        answer = send(browser, id, 0, b"x", Tus_Resumable=version)
        assert (answer.status_code, answer.headers["Tus-Version"]) == (412, "1.0.0")
    assert browser.head(f"/uploads/{id}").status_code == 412
    assert browser.post("/uploads", headers={"Upload-Length": "1"}).status_code == 412
    assert store.upload(id).read_bytes() == b""


def test_says_what_it_speaks(browser: TestClient) -> None:
    answer = browser.options("/uploads")
    assert answer.status_code == 204
    assert answer.headers["Tus-Version"] == answer.headers["Tus-Resumable"] == "1.0.0"
    extensions = set(answer.headers["Tus-Extension"].split(","))
    assert extensions == {"creation", "creation-with-upload", "termination", "expiration", "checksum"}
    assert answer.headers["Tus-Checksum-Algorithm"] == "sha1,sha256"
    assert int(answer.headers["Tus-Max-Size"]) == 20 * 2**30


def test_never_takes_more_than_was_announced(browser: TestClient, store: Store) -> None:
    id = an_upload(browser, size=10)
    assert send(browser, id, 0, b"1234").status_code == 204
    answer = send(browser, id, 4, b"5678901")
    assert answer.status_code == 413
    assert "announced with 10 bytes" in answer.text
    assert answer.headers["Tus-Resumable"] == "1.0.0"
    assert store.upload(id).read_bytes() == b"1234"
    assert send(browser, id, 4, b"567890").headers["Upload-Offset"] == "10"
    assert send(browser, id, 10, b"x").status_code == 413


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_bytes_that_changed_on_their_way_are_taken_back(
    browser: TestClient, store: Store, algorithm: str
) -> None:
    def summed(content: bytes) -> str:
        return f"{algorithm} {base64.b64encode(hashlib.new(algorithm, content).digest()).decode()}"

    content = bytes(range(256)) * 8192
    id = an_upload(browser, size=len(content) + 3)
    assert send(browser, id, 0, b"abc", Upload_Checksum=summed(b"abc")).status_code == 204
    answer = send(browser, id, 3, content, Upload_Checksum=summed(content[:-1] + b"x"))
    assert answer.status_code == 460
    assert "changed on their way" in answer.text
    assert store.upload(id).read_bytes() == b"abc"
    for nonsense in ("md5 x", "sha1", "sha1 %%%", summed(b"") + " x"):
        assert send(browser, id, 3, content, Upload_Checksum=nonsense).status_code in (400, 460), nonsense
    assert send(browser, id, 3, content, Upload_Checksum=summed(content)).status_code == 204
    assert store.upload(id).read_bytes() == b"abc" + content


def test_foreign_uploads_do_not_exist(app: FastAPI, engine: Engine, browser: TestClient) -> None:
    stranger = a_browser(app, a_user(engine))
    id = bring(browser, "people.csv", b"1234567890")
    assert ask(stranger, id).status_code == 404
    assert send(stranger, id, 10, b"").status_code == 404
    assert stranger.delete(f"/uploads/{id}", headers=TUS).status_code == 404
    assert stranger.post("/datasets", data={"upload": id}).status_code == 404
    assert ask(browser, "..%2Fskillet.db").status_code == 404
    assert ask(a_browser(app), id).status_code in (303, 401)


def test_one_writer_at_a_time(browser: TestClient, store: Store) -> None:
    id = an_upload(browser)
    with store.upload(id).open("ab") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        assert send(browser, id, 0, b"12345").status_code == 423
    assert send(browser, id, 0, b"12345").status_code == 204


def test_an_upload_that_was_ended_is_gone(browser: TestClient, store: Store) -> None:
    id = an_upload(browser)
    send(browser, id, 0, b"12345")
    answer = browser.delete(f"/uploads/{id}", headers=TUS)
    assert (answer.status_code, answer.headers["Tus-Resumable"]) == (204, "1.0.0")
    assert not store.upload(id).exists()
    assert send(browser, id, 5, b"67890").status_code == 404
    assert browser.delete(f"/uploads/{id}", headers=TUS).status_code == 404
    assert not store.upload(id).exists()


def test_a_file_that_vanished_is_said_and_not_begun_anew(browser: TestClient, store: Store) -> None:
    id = an_upload(browser)
    store.upload(id).unlink()
    assert ask(browser, id).status_code == 404
    answer = send(browser, id, 0, b"12345")
    assert answer.status_code == 404
    assert "Drop the file again" in answer.text
    assert not store.upload(id).exists()


def test_what_arrived_before_a_cut_is_kept(browser: TestClient, store: Store) -> None:
    content = bytes(range(256)) * 40_000
    id = an_upload(browser, size=len(content))
    offset = 0
    for step in (3_000_000, 1, 4_000_000, 10_000_000):
        answer = send(browser, id, offset, content[offset : offset + step])
        assert answer.status_code == 204
        asked = ask(browser, id)
        offset = int(answer.headers["Upload-Offset"])
        assert asked.headers["Upload-Offset"] == str(offset) == str(store.upload(id).stat().st_size)
        assert asked.headers["Upload-Length"] == str(len(content))
        assert asked.headers["Upload-Expires"].endswith("GMT")
    assert store.upload(id).read_bytes() == content


def test_the_offset_is_the_file_on_disk(browser: TestClient, store: Store) -> None:
    """After a crash the file may be shorter than what was answered: the file is right."""
    id = an_upload(browser)
    send(browser, id, 0, b"12345678")
    with store.upload(id).open("r+b") as file:
        file.truncate(3)
    assert ask(browser, id).headers["Upload-Offset"] == "3"
    assert send(browser, id, 3, b"4567890").status_code == 204
    assert store.upload(id).read_bytes() == b"1234567890"


def test_a_connection_that_breaks_keeps_what_came_unless_it_had_a_checksum(a_server: AServer) -> None:
    client = a_server.a_browser()
    cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    host = a_server.base_url.removeprefix("http://")
    content = bytes(range(251)) * 20_000
    for more, kept in (("", "2500000"), ("Upload-Checksum: sha1 AAAA\r\n", "0")):
        id = an_upload(client, "cut.csv", 5_000_000)
        head = (
            f"PATCH /uploads/{id} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\n"
            f"Sec-Fetch-Site: same-origin\r\nTus-Resumable: 1.0.0\r\nContent-Type: {BYTES['Content-Type']}\r\n{more}"
            "Upload-Offset: 0\r\nContent-Length: 4000000\r\n\r\n"
        )
        name, port = host.split(":")
        with socket.create_connection((name, int(port))) as line:
            line.sendall(head.encode() + content[:2_500_000])
            until = time.monotonic() + 20
            while int(ask(client, id).headers["Upload-Offset"]) < 2_000_000:
                assert time.monotonic() < until
                time.sleep(0.05)
        while send(client, id, int(kept), content[int(kept) : 5_000_000]).status_code != 204:
            assert (
                time.monotonic() < until
            )  # the broken line's request holds the file until its end is noticed
            time.sleep(0.05)
        assert (a_server.data / "uploads" / id).read_bytes() == content[:5_000_000]
