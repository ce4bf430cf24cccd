"""One person's things do not exist for another: every route with an id, from the app's own table."""

from collections.abc import Callable

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fastapi import FastAPI

from app.datasets.service import get_version
from app.datasets.tables import Audit, Dataset, RowSet
from app.db import open_session
from app.elsewhere.tables import Fetch
from app.errors import NotFound
from app.exploring.tables import DataMap
from app.jobs.service import queue_job
from app.labels.tables import CollectedClass, Collection, Item, Sitting
from app.people.authorize import authorize, get_changeable, get_deletable, get_readable
from app.people.tables import User
from app.projects.tables import Project
from app.storage import Store
from app.uploads.tables import Upload
from tests.support.datasets import a_dataset, a_picture_folder, end
from tests.support.people import a_browser, a_user
from tests.support.routes import fill, list_routes
from tests.support.runs import a_finished_run, a_project
from trainer.contract.order import AuditOrder, MapOrder
from trainer.contract.outcome import Outcome
from trainer.contract.results import MapResults

PEOPLE_ROUTES = {"/enter/{token}"}
FORMS = {
    ("POST", "/datasets/{dataset_id}/label/{sitting_id}/labels"): {"label": "green"},
    ("POST", "/capture/{collection_id}/classes"): {"name": "cats"},
    ("POST", "/capture/{collection_id}/classes/{class_id}"): {"name": "cats"},
    ("POST", "/capture/{collection_id}/classes/{class_id}/texts"): {"text": "cats"},
    ("POST", "/projects/{project_id}/question"): {"target": "c3"},
    ("GET", "/datasets/{dataset_id}/explore/area"): {"area": "[[0, 0], [1, 0], [0, 1]]"},
    ("GET", "/runs/{run_id}/report/rows"): {"truth": "0", "predicted": "0"},
    ("GET", "/datasets/{dataset_id}/steps/form"): {"kind": "rename", "column": "c0"},
    ("POST", "/datasets/{dataset_id}/steps/order"): {"made_from": "x", "do": "up:0"},
    ("POST", "/datasets/{dataset_id}/fixes"): {"version": "x", "finding": "0"},
}
HEADERS = {
    ("PATCH", "/uploads/{upload_id}"): {
        "Upload-Offset": "0",
        "Content-Type": "application/offset+octet-stream",
        "Tus-Resumable": "1.0.0",
    },
    ("HEAD", "/uploads/{upload_id}"): {"Tus-Resumable": "1.0.0"},
    ("DELETE", "/uploads/{upload_id}"): {"Tus-Resumable": "1.0.0"},
}
DOCUMENTS: dict[tuple[str, str], dict[str, list[int]]] = {
    ("PUT", "/capture/{collection_id}/points"): {"points": []},
    ("POST", "/datasets/{dataset_id}/label/{sitting_id}/marks"): {"rows": [0]},
}
"""What a route needs besides the id to get as far as looking for the thing."""


def an_upload(app: FastAPI, owner: User) -> str:
    upload = Upload(owner_id=owner.id, filename="people.csv", size=3)
    with open_session(app.state.engine) as db:
        db.add(upload)
        db.commit()
    app.state.store.upload(upload.id).write_bytes(b"")
    return upload.id


def a_collection(app: FastAPI, owner: User) -> str:
    """A collection whose one class and one example have the ids of ``INSIDE``."""
    with open_session(app.state.engine) as db:
        collection = Collection(owner_id=owner.id, name="Photos", kind="photos", points={})
        db.add(collection)
        db.flush()
        place = {"owner_id": owner.id, "collection_id": collection.id}
        db.add(CollectedClass(id="aClass", name="Class 1", place=1, **place))
        db.flush()
        db.add(Item(id="anItem", class_id="aClass", number=1, ending="png", size=3, **place))
        db.commit()
    path = app.state.store.item(collection.id, "anItem")
    path.parent.mkdir()
    path.write_bytes(b"png")
    return collection.id


def a_fetch(app: FastAPI, owner: User) -> str:
    with open_session(app.state.engine) as db:
        fetch = Fetch(owner_id=owner.id, kind="url", source="https://example.org/a.csv")
        db.add(fetch)
        db.commit()
    return fetch.id


BUILDERS: dict[str, Callable[[FastAPI, User], str]] = {
    "upload_id": an_upload,
    "fetch_id": a_fetch,
    "dataset_id": lambda app, owner: (
        a_dataset(app.state.engine, app.state.store, owner, a_picture_folder(app.state.store)).id
    ),
    "project_id": lambda app, owner: a_project(app, owner).id,
    "collection_id": a_collection,
    "run_id": lambda app, owner: a_finished_run(app, owner, a_project(app, owner)).id,
}
INSIDE = {"row": "0", "column_id": "c0", "key": "copies", "class_id": "aClass", "item_id": "anItem"}
"""Parameters that name something inside of the thing before them."""


@pytest.fixture
def owner(app: FastAPI) -> User:
    return a_user(app.state.engine, "Owner")


@pytest.fixture
def values(app: FastAPI, owner: User) -> dict[str, str]:
    """An id of a thing of the owner for every path parameter."""
    made = {name: build(app, owner) for name, build in BUILDERS.items()} | INSIDE
    version_id = its_version(app, made["dataset_id"])
    its_map(app, owner, version_id)
    return made | {
        "version_id": version_id,
        "sitting_id": a_sitting(app, owner, made["dataset_id"], version_id),
        "set_id": its_suspects(app, owner, made["dataset_id"], version_id),
    }


def a_sitting(app: FastAPI, owner: User, dataset: str, version: str) -> str:
    with open_session(app.state.engine) as db:
        made = Sitting(
            owner_id=owner.id, dataset_id=dataset, version_id=version, column="c1", name="label", kind="category",
            labels=["red"], growth=[],
        )  # fmt: skip
        db.add(made)
        db.commit()
        return made.id


def its_version(app: FastAPI, dataset_id: str) -> str:
    with open_session(app.state.engine) as db:
        return get_version(db, db.get_one(Dataset, dataset_id)).id


def its_suspects(app: FastAPI, owner: User, dataset_id: str, version_id: str) -> str:
    """A set of rows whose labels a deeper look doubts."""
    with open_session(app.state.engine) as db:
        found = RowSet(owner_id=owner.id, version_id=version_id, name="suspects", kind="labels", count=1)
        db.add(found)
        db.flush()
        job_id = queue_job(db, app.state.store, owner, AuditOrder(version=app.state.store.datasets)).id
        sets = {"label-suspects": found.id}
        place = {"owner_id": owner.id, "dataset_id": dataset_id, "version_id": version_id, "job_id": job_id}
        db.add(Audit(target="c1", sets=sets, **place))
        db.commit()
    suspects = pa.table({"row": [0], "score": [0.5], "suggested": ["red"]})
    pq.write_table(suspects, app.state.store.row_set(found.id))
    return found.id


def its_map(app: FastAPI, owner: User, version_id: str) -> None:
    """A map of the version that was drawn."""
    store: Store = app.state.store
    with open_session(app.state.engine) as db:
        job = queue_job(db, store, owner, MapOrder(version=store.datasets, method="pca"))
        results = MapResults(method="pca", rows=1, features="small pictures", sampled=True, explained=[])
        end(job, Outcome(state="done", sentence="Done.", results=results.model_dump()))
        db.add(DataMap(owner_id=owner.id, version_id=version_id, job_id=job.id, method="pca"))
        db.commit()
        places = store.job(job.id).results.map
    places.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table({"row": [0], "x": [0.5], "y": [0.5]}), places)


def with_ids(app: FastAPI) -> list[tuple[str, str]]:
    return [(m, path) for m, path in list_routes(app) if "{" in path and path not in PEOPLE_ROUTES]


def test_every_parameter_has_a_builder(app: FastAPI, values: dict[str, str]) -> None:
    for _, path in with_ids(app):
        fill(path, values)


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_a_stranger_finds_nothing(app: FastAPI, values: dict[str, str], accept: str) -> None:
    browser = a_browser(app, a_user(app.state.engine, "Stranger"))
    wrong = []
    for method, path in with_ids(app):
        sent = {"params" if method == "GET" else "data": FORMS.get((method, path), {})}
        if (method, path) in DOCUMENTS:
            sent = {"json": DOCUMENTS[method, path]}
        headers = {"Accept": accept} | HEADERS.get((method, path), {})
        answer = browser.request(method, fill(path, values), headers=headers, **sent)
        if answer.status_code != 404:
            wrong.append((method, path, answer.status_code))
    assert wrong == []


def test_its_owner_finds_it(app: FastAPI, owner: User, values: dict[str, str]) -> None:
    """Else the test above would prove nothing."""
    browser = a_browser(app, owner)
    wrong = []
    for method, path in with_ids(app):
        if method not in ("GET", "HEAD") or "{key}" in path:  # a leak is there only after a split was counted
            continue
        if "/previews/" in path:  # only pictures and sounds are drawn, and this project has numbers
            continue
        query, headers = FORMS.get((method, path), {}), HEADERS.get((method, path))
        answer = browser.request(method, fill(path, values), params=query, headers=headers)
        if answer.status_code >= 400:
            wrong.append((method, path, answer.status_code))
    assert wrong == []


def test_a_thing_that_is_not_looks_the_same(app: FastAPI, values: dict[str, str]) -> None:
    browser = a_browser(app, a_user(app.state.engine, "Stranger"))
    missing = dict.fromkeys([*BUILDERS, "version_id", "set_id", "sitting_id"], "doesNotExist1234") | INSIDE
    for method, path in with_ids(app):
        if method == "GET":
            query = FORMS.get((method, path), {})
            theirs = browser.get(fill(path, values), params=query)
            nothing = browser.get(fill(path, missing), params=query)
            assert (theirs.status_code, theirs.text) == (nothing.status_code, nothing.text), path


@pytest.mark.parametrize(
    "id", ["%00", "..%2f..", "'%20OR%201=1", "x" * 3000, "%F0%9F%98%80", "%ff", "0", "null"]
)
def test_odd_ids_are_not_found(app: FastAPI, id: str) -> None:
    browser = a_browser(app, a_user(app.state.engine))
    odd = dict.fromkeys([*BUILDERS, "version_id", "set_id", "sitting_id"], id) | INSIDE
    wrong = []
    for method, path in with_ids(app):
        answer = browser.request(method, fill(path, odd), params=FORMS.get((method, path), {}))
        if method == "GET" and answer.status_code not in (400, 404):
            wrong.append((path, answer.status_code))
        assert answer.status_code != 500, path
    assert wrong == []


def test_ids_in_forms_and_queries_are_checked_too(app: FastAPI, owner: User, values: dict[str, str]) -> None:
    browser = a_browser(app, a_user(app.state.engine, "Stranger"))
    with open_session(app.state.engine, write=False) as db:
        job = db.get_one(Project, values["project_id"]).baseline_job_id
    assert browser.post("/projects", data={"dataset": values["dataset_id"]}).status_code == 404
    assert browser.post("/datasets", data={"upload": values["upload_id"]}).status_code == 404
    assert browser.get("/stream", params={"jobs": job}).status_code == 404
    assert a_browser(app, owner).post("/projects", data={"dataset": values["dataset_id"]}).status_code == 303


@pytest.mark.parametrize("action", ["read", "change", "delete"])
def test_only_the_owner_may(app: FastAPI, owner: User, action: str) -> None:
    thing = a_project(app, owner)
    authorize(owner, action, thing)  # type: ignore[arg-type]
    with pytest.raises(NotFound):
        authorize(a_user(app.state.engine), action, thing)  # type: ignore[arg-type]


@pytest.mark.parametrize("get", [get_readable, get_changeable, get_deletable])
def test_loading_is_checking(app: FastAPI, owner: User, get: Callable[..., object]) -> None:
    project = a_project(app, owner)
    with open_session(app.state.engine, write=False) as db:
        assert get(db, owner, Project, project.id)
        for user, id in (
            (a_user(app.state.engine), project.id),
            (owner, "nothing"),
            (owner, "a\x00b"),
            (owner, ""),
        ):
            with pytest.raises(NotFound):
                get(db, user, Project, id)
