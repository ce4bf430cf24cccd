"""The Source tab: how what was brought was read, and reading it another way."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, select

from app.datasets.tables import Dataset
from app.db import open_session
from app.jobs.tables import Job
from app.people.tables import User
from app.storage import Store
from app.uploads.tables import Upload
from tests.support.datasets import a_dataset, a_picture_folder
from trainer.contract.dataset import Branch, Layout, Rule
from trainer.contract.documents import write_document
from trainer.contract.order import ImportOrder, Order

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Target": "div#source"}
LAYOUT = Layout(
    tree=Branch(
        name="", files=1, kinds={"csv": 1}, examples=["angles.csv"],
        branches=[Branch(name="<b>images", files=30, kinds={"png": 30}, examples=["1.png"], more=2)],
    ),
    rules=[
        Rule(key="values", title="A table of values", why="column ‘image’ names them.", fits=True, applied=True),
        Rule(key="pictures", title="Pictures alone", why="30 pictures.", fits=True),
        Rule(key="coco", title="Boxes, COCO", why="There is no JSON file.", fits=False),
    ],
)  # fmt: skip


@pytest.fixture
def place(engine: Engine, store: Store, person: User) -> str:
    """The address of a dataset of pictures that was read by a rule; its zip is kept."""
    folder = a_picture_folder(store)
    write_document(folder.layout, LAYOUT)
    dataset = a_dataset(engine, store, person, folder, name="signs")
    with open_session(engine) as db:
        upload = Upload(
            owner_id=person.id, filename="signs.zip", size=3, dataset_id=dataset.id, job_id=dataset.job_id
        )
        db.add(upload)
        db.flush()
        store.upload(upload.id).write_bytes(b"PK!")
        db.commit()
    return f"/datasets/{dataset.id}"


def job_of(engine: Engine, place: str) -> Job:
    with open_session(engine, write=False) as db:
        return db.get_one(Job, db.get_one(Dataset, place.rsplit("/", 1)[1]).job_id)


def change_job(engine: Engine, place: str, **changes: Any) -> None:
    with open_session(engine) as db:
        job = db.get_one(Job, db.get_one(Dataset, place.rsplit("/", 1)[1]).job_id)
        for name, value in changes.items():
            setattr(job, name, value)
        db.commit()


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("", "No way of reading was chosen"),
        ("values", "No way of reading"),
        ("x" * 5000, "No way"),
        ("coco", "There is no JSON file"),
    ],
)
def test_what_cannot_be_chosen_is_refused(
    browser: TestClient, engine: Engine, place: str, rule: str, words: str
) -> None:
    before = job_of(engine, place).id
    answer = browser.post(f"{place}/source", data={"rule": rule})
    assert answer.status_code == 422
    assert words in answer.text
    assert job_of(engine, place).id == before


def test_what_is_not_kept_cannot_be_read_again(
    browser: TestClient, engine: Engine, store: Store, place: str
) -> None:
    with open_session(engine, write=False) as db:
        store.upload(db.scalars(select(Upload.id)).one()).unlink()
    page = browser.get(f"{place}/source")
    assert "not kept any more" in page.text
    assert "Read it this way" not in page.text
    answer = browser.post(f"{place}/source", data={"rule": "pictures"})
    assert answer.status_code == 409
    assert "Bring it once more" in answer.text


def test_the_page_shows_tree_rule_and_other_rules(browser: TestClient, place: str) -> None:
    text = browser.get(f"{place}/source").text
    assert "Read as: A table of values" in text
    assert "column ‘image’ names them." in text
    assert text.count("Read it this way") == 1
    assert "1 way that does not fit" in text
    assert "&lt;b&gt;images" in text
    assert "30 .png" in text
    assert "2 folders inside" in text
    assert "signs.zip" in text


def test_reading_it_another_way(browser: TestClient, engine: Engine, store: Store, place: str) -> None:
    answer = browser.post(f"{place}/source", data={"rule": "pictures"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{place}/source")
    job = job_of(engine, place)
    body = Order.model_validate_json(store.job(job.id).order_file.read_bytes()).body
    assert isinstance(body, ImportOrder)
    assert (body.rule, [file.filename for file in body.files]) == ("pictures", ["signs.zip"])
    assert 'aria-busy="true"' in browser.get(f"{place}/source").text
    assert browser.post(f"{place}/source", data={"rule": "pictures"}).status_code == 409

    change_job(engine, place, state="failed", sentence="It is damaged.")
    assert "Reading it anew did not work: It is damaged." in browser.get(f"{place}/source").text
    change_job(engine, place, state="done")
    ended = browser.get(f"{place}/source", headers=HTMX)
    assert ended.headers["HX-Redirect"] == place


def test_a_single_table_had_no_choice(
    browser: TestClient, engine: Engine, store: Store, person: User
) -> None:
    place = f"/datasets/{a_dataset(engine, store, person).id}"
    text = browser.get(f"{place}/source").text
    assert "Read as one table" in text
    assert "CSV, comma, UTF-8" in text
    assert browser.post(f"{place}/source", data={"rule": "lines"}).status_code == 422
