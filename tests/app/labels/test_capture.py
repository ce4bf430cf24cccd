"""Collections: classes, examples on the disk at once, and the archive that an import reads."""

import re
import zipfile

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine, select

from app.datasets.tables import Dataset
from app.db import open_session
from app.jobs.tables import Job
from app.labels.tables import CollectedClass, Item
from app.main import create_app
from app.people.tables import User
from app.settings import Settings
from app.storage import Store
from app.uploads.tables import Upload
from tests.support.datasets import a_picture
from tests.support.people import a_browser
from trainer.contract.order import ImportOrder

JSON = {"Accept": "application/json"}


def a_collection(browser: TestClient, kind: str = "photos") -> tuple[str, list[str]]:
    """Its address and the ids of its two classes."""
    place = browser.post("/capture", data={"kind": kind}).headers["Location"]
    return place, re.findall(r'data-class="(\w+)"', browser.get(place).text)


def test_refusals_say_what_to_do(browser: TestClient) -> None:
    assert "It is one of photos" in browser.post("/capture", data={"kind": "smells"}).text
    place, (one, two) = a_collection(browser)
    items = f"{place}/classes/{one}/items"
    assert (
        "no picture that can be read"
        in browser.post(items, content=b"MZ nothing at all", headers=JSON).json()["error"]
    )
    assert "no picture" in browser.post(items, content=b"", headers=JSON).json()["error"]
    assert "already" in browser.post(f"{place}/classes", data={"name": "class 1"}).text
    for name in ("..", "a/b", "a\\b", " "):
        assert browser.post(f"{place}/classes/{two}", data={"name": name}).status_code == 422, name
    assert "no photos yet" in browser.post(f"{place}/use").text
    browser.post(items, content=a_picture("red"))
    assert "Only ‘Class 1’ has photos" in browser.post(f"{place}/use").text
    notice = browser.post(f"{place}/use", headers={"HX-Request": "true"}).text
    assert "Only ‘Class 1’ has photos" in notice
    assert "<html" not in notice, "htmx gets the sentence alone, for the page that is open"
    assert browser.post(f"{place}/classes/{one}/texts", data={"text": "hello"}).status_code == 409
    assert browser.put(f"{place}/points", json={"points": []}).status_code == 409


def test_an_example_is_on_the_disk_at_once_and_comes_back_as_it_was(
    browser: TestClient, store: Store
) -> None:
    place, (one, _) = a_collection(browser)
    said = browser.post(f"{place}/classes/{one}/items", content=a_picture("red"), headers=JSON).json()
    assert said["count"] == 1
    collection = place.rsplit("/", 1)[-1]
    assert store.item(collection, said["id"]).read_bytes() == a_picture("red")
    answer = browser.get(said["href"])
    assert answer.content == a_picture("red")
    assert answer.headers["content-type"] == "image/png"
    assert said["href"] in browser.get(place).text
    assert browser.delete(said["href"], headers=JSON).json() == {"class": one, "count": 0}
    assert not store.item(collection, said["id"]).exists()


def test_use_packs_the_received_bytes_into_class_folders(
    browser: TestClient, engine: Engine, store: Store
) -> None:
    place, (one, two) = a_collection(browser)
    browser.post(f"{place}/classes/{one}", data={"name": "Katze & Hund"})
    for id, colour in ((one, "red"), (two, "blue"), (one, "green")):
        assert browser.post(f"{place}/classes/{id}/items", content=a_picture(colour)).status_code == 201
    made = browser.post(f"{place}/use").headers["Location"]
    assert made.startswith("/datasets/")
    with open_session(engine, write=False) as db:
        order = store.job(db.scalars(select(Job)).one().id).order().body
        assert isinstance(order, ImportOrder)
        with zipfile.ZipFile(order.files[0].path) as archive:
            found = {name: archive.read(name) for name in archive.namelist()}
        assert db.scalars(select(Upload)).one().size == order.files[0].path.stat().st_size
    assert found == {
        "Katze & Hund/00001.png": a_picture("red"),
        "Class 2/00002.png": a_picture("blue"),
        "Katze & Hund/00003.png": a_picture("green"),
    }
    assert "is being read right now" in browser.post(f"{place}/use").text


def test_texts_become_examples_line_by_line(browser: TestClient, engine: Engine, store: Store) -> None:
    place, (one, two) = a_collection(browser, "texts")
    answer = browser.post(f"{place}/classes/{one}/texts", data={"text": "good, really\n\n  fine \r\n"})
    assert answer.status_code == 200
    assert "good, really" in answer.text
    browser.post(f"{place}/classes/{two}/texts", data={"text": "=bad"})
    assert (
        "table with 2 columns"
        in browser.post(f"{place}/classes/{one}/texts", data={"text": "a\tb\nc\td"}).text
    )
    browser.post(f"{place}/use")
    with open_session(engine, write=False) as db:
        order = store.job(db.scalars(select(Job)).one().id).order().body
    assert isinstance(order, ImportOrder)
    lines = order.files[0].path.read_text().splitlines()
    assert lines == ["text,class", '"good, really",Class 1', "fine,Class 1", "=bad,Class 2"]


def test_points_are_kept_whole_or_refused(browser: TestClient, engine: Engine, store: Store) -> None:
    place, (one, two) = a_collection(browser, "points")
    for points in ([[0, 0, "somebodyElses"]], [[0, 0]], [["x", 0, one]], [[1e999, 0, one]]):
        sent = f'{{"points": {str(points).replace(chr(39), chr(34)).replace("inf", "1e999")}}}'
        assert browser.put(f"{place}/points", content=sent, headers=JSON).status_code == 422, points
    assert browser.put(f"{place}/points", json={"points": [[0, 0, one]] * 5001}).status_code == 422
    sent = {"target": "class", "points": [[0.5, -1.25, one], [0, 1, two]]}
    assert browser.put(f"{place}/points", json=sent).json() == {"count": 2}
    assert "[0.5, -1.25," in browser.get(place).text
    browser.post(f"{place}/use")
    with open_session(engine, write=False) as db:
        order = store.job(db.scalars(select(Job)).one().id).order().body
    assert isinstance(order, ImportOrder)
    assert order.files[0].path.read_text().splitlines() == ["x,y,colour", "0.5,-1.25,blue", "0.0,1.0,orange"]
    sent = {"target": "height", "points": [[0, 1, 0.25]]}
    assert browser.put(f"{place}/points", json=sent).status_code == 200


def test_a_class_goes_with_its_examples(browser: TestClient, engine: Engine, store: Store) -> None:
    place, (one, two) = a_collection(browser)
    for id in (one, two):
        browser.post(f"{place}/classes/{id}/items", content=a_picture("red"))
    page = browser.delete(f"{place}/classes/{one}").text
    assert f'data-class="{one}"' not in page
    with open_session(engine, write=False) as db:
        assert [item.class_id for item in db.scalars(select(Item))] == [two]
    assert len(list((store.collections / place.rsplit("/", 1)[-1]).iterdir())) == 1
    assert browser.delete(place).headers["HX-Redirect"] == "/capture"
    with open_session(engine, write=False) as db:
        assert not db.scalars(select(CollectedClass)).all()


def test_a_pasted_table_is_imported_as_a_file(browser: TestClient, engine: Engine, store: Store) -> None:
    assert browser.post("/capture/table", data={"table": "  "}).status_code == 422
    place = browser.post("/capture/table", data={"table": "word\tkind\nrun\tverb\ncat\tnoun\n"}).headers[
        "Location"
    ]
    with open_session(engine, write=False) as db:
        assert db.get_one(Dataset, place.rsplit("/", 1)[-1]).name == "Pasted table"
        assert store.upload(db.scalars(select(Upload)).one().id).read_text().startswith("word\tkind")


@pytest.fixture
def small(settings: Settings, engine: Engine) -> FastAPI:
    return create_app(settings.model_copy(update={"person_bytes": 18 * 2**20}))


def test_a_person_may_have_only_so_much(small: FastAPI, person: User, engine: Engine) -> None:
    browser = a_browser(small, person)
    place, (one, _) = a_collection(browser)
    with open_session(engine) as db:
        db.add(Upload(owner_id=person.id, filename="big.csv", size=3 * 2**20))
        db.commit()
    answer = browser.post(f"{place}/classes/{one}/items", content=a_picture("red"), headers=JSON)
    assert answer.status_code == 413
    assert "Delete data you no longer need" in answer.json()["error"]
    small.state.engine.dispose()
