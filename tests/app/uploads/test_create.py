"""Room for a file is made before its first byte, or refused in words: a file, a person, a disk."""

import shutil
from collections.abc import Callable, Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine, select

from app.db import new_id, now, open_session
from app.errors import BadInput
from app.jobs.tables import Job
from app.main import create_app
from app.people.tables import User
from app.settings import Settings
from app.storage import Store
from app.uploads.room import clean_filename
from app.uploads.tables import Upload
from tests.support.people import a_browser, a_user
from tests.support.uploads import BYTES, TUS, an_upload, create, send

AServerWith = Callable[..., TestClient]


@pytest.fixture
def a_server_with(settings: Settings, engine: Engine, person: User) -> Iterator[AServerWith]:
    """A browser at a server with other settings."""
    made: list[FastAPI] = []

    def make(user: User = person, **changes: int) -> TestClient:
        app = create_app(settings.model_copy(update=changes))
        made.append(app)
        return a_browser(app, user)

    yield make
    for app in made:
        app.state.engine.dispose()


def test_refuses_a_file_above_the_limit_in_words(a_server_with: AServerWith) -> None:
    small = a_server_with(upload_limit=5_000_000)
    answer = create(small, "big.csv", 5_000_001)
    assert answer.status_code == 413
    assert "big.csv has 5 MB; this server takes files of up to 5 MB" in answer.text
    assert create(small, "big.csv", 5_000_000).status_code == 201


def test_refuses_a_file_that_the_disk_has_no_room_for(a_server_with: AServerWith) -> None:
    answer = create(a_server_with(upload_limit=10**18, person_bytes=10**18), "huge.csv", 10**17)
    assert answer.status_code == 507
    assert "huge.csv has 100,000 TB" in answer.text
    assert "free" in answer.text
    assert create(a_server_with(free_space=10**18), "tiny.csv", 1).status_code == 507


def test_what_others_were_promised_is_not_promised_twice(
    a_server_with: AServerWith, engine: Engine, store: Store
) -> None:
    free = shutil.disk_usage(store.root).free
    roomy = {"upload_limit": free, "person_bytes": free * 9, "free_space": 0}
    create(a_server_with(**roomy), "first.csv", int(free * 0.45))
    answer = create(a_server_with(a_user(engine), **roomy), "second.csv", int(free * 0.45))
    assert answer.status_code == 507
    assert "other uploads" in answer.text


@pytest.mark.parametrize("size", [0, -1])
def test_refuses_an_empty_file(browser: TestClient, store: Store, size: int) -> None:
    answer = create(browser, "empty.csv", size)
    assert answer.status_code == 422
    assert "empty.csv is empty" in answer.text
    assert list(store.uploads.iterdir()) == []


def test_refuses_what_is_no_announcement(browser: TestClient, store: Store) -> None:
    assert browser.post("/uploads", headers=TUS).status_code == 400
    for metadata in ("filename", "filename %%%", "filename /w==", "x" * 9000):
        answer = browser.post("/uploads", headers={**TUS, "Upload-Length": "1", "Upload-Metadata": metadata})
        assert answer.status_code in (400, 422), metadata
    assert create(browser, delivery="../x").status_code == 400
    assert create(browser, size="many").status_code == 422
    assert list(store.uploads.iterdir()) == []


def test_a_person_has_so_many_bytes_and_others_go_on(a_server_with: AServerWith, engine: Engine) -> None:
    full, other = a_server_with(person_bytes=2**20), a_server_with(a_user(engine), person_bytes=2**20)
    an_upload(full, "first.csv", 2**20 - 10)
    answer = create(full, "second.csv", 11)
    assert answer.status_code == 413
    assert "you have brought 1.05 MB of the 1.05 MB" in answer.text
    assert send(other, an_upload(other), 0, b"1234567890").status_code == 204
    assert create(full, "second.csv", 10).status_code == 201


def test_a_person_has_so_many_files(a_server_with: AServerWith) -> None:
    browser = a_server_with(person_files=2)
    first, _ = an_upload(browser), an_upload(browser)
    answer = create(browser)
    assert answer.status_code == 413
    assert "one person may have 2" in answer.text
    assert browser.delete(f"/uploads/{first}", headers=TUS).status_code == 204
    assert create(browser).status_code == 201


def test_bytes_that_were_read_make_room_the_oldest_first(
    a_server_with: AServerWith, engine: Engine, store: Store, person: User
) -> None:
    paths = []
    for place in range(3):
        state = ("done", "failed", "running")[place]
        with open_session(engine) as db:
            job = Job(id=new_id(), owner_id=person.id, verb="import", state=state)
            job.ended_at = None if state == "running" else now()
            upload = Upload(owner_id=person.id, filename=f"{place}.csv", size=10, job_id=job.id)
            db.add_all([job, upload])
            db.commit()
        paths.append(store.upload(upload.id))
        with paths[-1].open("wb") as file:
            file.truncate(10**12)  # a hole: it takes no room on the disk of this test
    free = shutil.disk_usage(store.root).free
    assert create(a_server_with(free_space=free + 3 * 10**12), "new.csv", 1).status_code == 507
    assert all(path.exists() for path in paths), "nothing goes where it would not be enough"
    assert create(a_server_with(free_space=free + 10**12 // 2), "new.csv", 1).status_code == 201
    assert [path.exists() for path in paths] == [False, True, True]
    assert create(a_server_with(free_space=free + 10**12 // 2), "new.csv", 1).status_code == 201
    assert [path.exists() for path in paths] == [False, False, True]
    assert create(a_server_with(free_space=free + 10**12 // 2), "new.csv", 1).status_code == 507
    with open_session(engine, write=False) as db:
        assert len(db.scalars(select(Upload)).all()) == 5


def test_the_first_bytes_may_come_at_once(browser: TestClient, store: Store) -> None:
    head = {**BYTES, "Upload-Length": "10", "Upload-Metadata": "filename YS5jc3Y="}
    answer = browser.post("/uploads", headers=head, content=b"123456")
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (201, "6")
    id = answer.headers["Location"].rsplit("/", 1)[1]
    assert store.upload(id).read_bytes() == b"123456"
    assert browser.post("/uploads", headers=head, content=b"12345678901").status_code == 413


def test_a_name_is_a_label_never_a_path(browser: TestClient, store: Store) -> None:
    before = set(store.root.rglob("*"))
    id = an_upload(browser, "../../etc/passwd\n.csv")
    assert set(store.root.rglob("*")) - before - {store.upload(id)} <= set(store.root.glob("skillet.db*"))
    assert clean_filename("C:\\data\\my \x1b[31mfile.csv") == "my [31mfile.csv"
    assert clean_filename("x" * 400) == "x" * 255
    for name in ("", "a/\x00\t", "  "):
        with pytest.raises(BadInput, match="no name"):
            clean_filename(name)


def test_files_are_for_their_owner_alone(browser: TestClient, store: Store) -> None:
    assert store.upload(an_upload(browser)).stat().st_mode & 0o077 == 0
