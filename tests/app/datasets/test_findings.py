"""The findings of a version: the way to their rows, set aside and put back, mended, and a deeper look."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, select

from app.datasets.audits import finish_audit
from app.datasets.findings import key_of
from app.datasets.tables import Audit, Dataset, DatasetVersion, RowSet
from app.db import open_session
from app.jobs.tables import Job
from app.people.tables import User
from app.storage import Store
from app.versions.tables import Mending
from tests.support.datasets import a_dataset, a_version_folder
from tests.support.importing import a_picture, a_zip, an_import
from tests.support.people import a_browser, a_user
from trainer.contract.dataset import Finding, Fix
from trainer.contract.order import AuditOrder
from trainer.contract.outcome import Outcome
from trainer.contract.steps import Exclude

HOLES = Finding(kind="missing", sentence="‘Age’ is missing in 12 rows.", column="c1", count=12)
COPIES = Finding(
    kind="duplicates", sentence="2 rows repeat an earlier one.", count=2, rows="duplicates",
    fix=Fix(label="Leave out 2 rows", steps=[Exclude(rows=[7, 9], reason="repeats an earlier row")]),
)  # fmt: skip
HTMX = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Target": "section#findings"}


@pytest.fixture
def dataset(engine: Engine, store: Store, person: User) -> Dataset:
    folder = a_version_folder(store, findings=[COPIES, HOLES])
    folder.rows("duplicates").parent.mkdir()
    pq.write_table(
        pa.table({"row": pa.array([4, 7, 9]), "score": pa.array([2.0, 2.0, 1.0])}), folder.rows("duplicates")
    )
    return a_dataset(engine, store, person, folder)


def test_each_finding_leads_to_its_rows(browser: TestClient, dataset: Dataset) -> None:
    page = browser.get(f"/datasets/{dataset.id}").text
    assert "2 things to look at" in page
    assert f'href="/datasets/{dataset.id}?rows=duplicates"' in page
    assert f'href="/datasets/{dataset.id}?filter.c1.missing=1"' in page
    rows = browser.get(f"/datasets/{dataset.id}?rows=duplicates").text
    assert "Person 7" in rows
    assert "Person 8<" not in rows


@pytest.mark.parametrize("boxed", [False, True])
def test_findings_about_pictures_lead_to_their_rows(
    browser: TestClient, engine: Engine, store: Store, person: User, *, boxed: bool
) -> None:
    """Pictures in folders of their labels, and pictures with boxes beside them as Pascal VOC has them."""
    files = {f"{'ab'[n % 2]}/{n}.png": a_picture(seed=n % 6) for n in range(8)}
    if boxed:
        files = {f"images/{n}.png": a_picture(seed=n % 6) for n in range(8)}
        files |= {f"annotations/{n}.xml": a_voc(n) for n in range(8)}
    found = an_import(store.root, a_zip(files))
    assert ("boxes" in found.types().values()) == boxed
    with_rows = [finding for finding in found.profile.findings if finding.rows is not None]
    assert [finding.sentence.split(". ")[0] for finding in with_rows if finding.kind == "duplicates"] == [
        "2 pictures repeat an earlier one exactly"
    ]
    place = f"/datasets/{a_dataset(engine, store, person, found.version).id}"
    page = browser.get(place).text
    for finding in with_rows:
        assert f'href="{place}?rows={finding.rows}"' in page
        rows = browser.get(f"{place}?rows={finding.rows}").text
        numbers = pq.read_table(found.version.rows(str(finding.rows)))["row"].to_pylist()
        assert all(f'data-row="{number}"' in rows for number in numbers)
        assert rows.count('data-row="') == len(numbers)


def a_voc(n: int) -> bytes:
    """An annotation of one picture as Pascal VOC writes it."""
    box = "<bndbox><xmin>2</xmin><ymin>2</ymin><xmax>9</xmax><ymax>9</ymax></bndbox>"
    size = "<size><width>40</width><height>30</height><depth>3</depth></size>"
    return f"<annotation><filename>{n}.png</filename>{size}<object><name>cat</name>{box}</object></annotation>".encode()


def test_a_finding_is_set_aside_and_put_back(browser: TestClient, dataset: Dataset) -> None:
    place = f"/datasets/{dataset.id}/findings/{key_of(HOLES)}"
    part = browser.post(f"{place}/aside", headers=HTMX)
    assert part.status_code == 200
    assert "1 thing to look at" in part.text
    assert "1 set aside" in part.text
    browser.post(f"{place}/aside")
    assert "1 thing to look at" in browser.get(f"/datasets/{dataset.id}").text
    assert "2 things to look at" in browser.post(f"{place}/back", headers=HTMX).text


def test_nobody_else_may(app: object, engine: Engine, dataset: Dataset) -> None:
    other = a_browser(app, a_user(engine, name="other"))  # type: ignore[arg-type]
    for path in (f"findings/{key_of(COPIES)}/aside", f"findings/{key_of(COPIES)}/fix", "audit", "audit/stop"):
        assert other.post(f"/datasets/{dataset.id}/{path}", data={"version": "x"}).status_code == 404, path


def test_what_a_deeper_look_found_is_mended_in_one_click(
    browser: TestClient, engine: Engine, store: Store, dataset: Dataset
) -> None:
    browser.post(f"/datasets/{dataset.id}/audit", data={"target": ""})
    near = COPIES.model_copy(update={"kind": "near_duplicates", "rows": None})
    with open_session(engine) as db:
        version = db.scalars(select(DatasetVersion)).one().id
        job = db.scalars(select(Job).where(Job.verb == "audit")).one()
        results = {"target": None, "findings": [near.model_dump(mode="json")]}
        job.state, job.outcome = (
            "done",
            Outcome(state="done", sentence="Done.", results=results).model_dump(mode="json"),
        )
        db.commit()
    place = f"/datasets/{dataset.id}/findings/{key_of(near)}/fix"
    assert place in browser.get(f"/datasets/{dataset.id}").text
    assert browser.post(place, data={"version": "old"}).status_code == 409
    assert (
        browser.post(f"/datasets/{dataset.id}/findings/nothing/fix", data={"version": version}).status_code
        == 409
    )
    answer = browser.post(place, data={"version": version}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/datasets/{dataset.id}")
    with open_session(engine) as db:
        mending = db.scalars(select(Mending)).one()
        assert mending.note == "Leave out 2 rows"
        assert mending.steps == [{"kind": "exclude", "rows": [7, 9], "reason": "repeats an earlier row"}]


def test_a_deeper_look_is_asked_for_once_and_its_rows_become_sets(
    browser: TestClient, engine: Engine, store: Store, dataset: Dataset
) -> None:
    assert browser.post(f"/datasets/{dataset.id}/audit", data={"target": "c0"}).status_code == 422
    for _ in range(2):
        part = browser.post(f"/datasets/{dataset.id}/audit", data={"target": "c2"}, headers=HTMX)
        assert 'data-island="stream"' in part.text
    with open_session(engine) as db:
        audit = db.scalars(select(Audit)).one()
        job = db.get_one(Job, audit.job_id)
        order = store.job(job.id).order().body
        assert isinstance(order, AuditOrder)
        assert order.target == "c2"
        suspects = Finding(
            kind="labels",
            sentence="3 labels of ‘Sex’ look wrong.",
            column="c2",
            count=3,
            rows="label-suspects",
        )
        file = store.job(job.id).results.rows("label-suspects")
        file.parent.mkdir(parents=True)
        suspected = {"row": [5, 2, 8], "score": [0.9, 0.5, 0.1], "suggested": ["male", "female", "male"]}
        pq.write_table(pa.table(suspected), file)
        results = {"target": "c2", "findings": [suspects.model_dump(mode="json")]}
        outcome = Outcome(state="done", sentence="Done.", results=results)
        job.state, job.outcome = "done", outcome.model_dump(mode="json")
        finish_audit(db, job, outcome, store)
        finish_audit(db, job, outcome, store)
        db.commit()
        found = db.scalars(select(RowSet)).one()
        assert (found.kind, found.count) == ("labels", 3)
        assert pq.read_table(store.row_set(found.id))["suggested"].to_pylist() == ["male", "female", "male"]
        set_id = found.id
    page = browser.get(f"/datasets/{dataset.id}").text
    assert "3 things to look at" in page
    assert page.index("3 labels of ‘Sex’ look wrong.") < page.index("2 rows repeat an earlier one.")
    assert f'href="/datasets/{dataset.id}/suspects/{set_id}"' in page
    rows = browser.get(f"/datasets/{dataset.id}?set={set_id}").text
    assert rows.index("Person 5") < rows.index("Person 2") < rows.index("Person 8")


def test_a_look_is_stopped(browser: TestClient, engine: Engine, dataset: Dataset) -> None:
    browser.post(f"/datasets/{dataset.id}/audit", data={"target": ""})
    part = browser.post(f"/datasets/{dataset.id}/audit/stop", headers=HTMX).text
    assert "Look deeper" in part
    with open_session(engine) as db:
        assert db.scalars(select(Job).where(Job.verb == "audit")).one().state == "stopped"


def test_suspects_are_relabelled_as_suggested_or_left_out(
    browser: TestClient, engine: Engine, store: Store, person: User, dataset: Dataset
) -> None:
    with open_session(engine) as db:
        version = db.scalars(select(DatasetVersion)).one()
        found = RowSet(owner_id=person.id, version_id=version.id, name="suspects", kind="labels", count=2)
        db.add(found)
        db.flush()
        pq.write_table(
            pa.table({"row": [5, 3], "score": [0.9, 0.5], "suggested": ["female", "male"]}),
            store.row_set(found.id),
        )
        db.add(
            Audit(
                owner_id=person.id, dataset_id=dataset.id, version_id=version.id, job_id=dataset.job_id, target="c2",
                sets={"label-suspects": found.id},
            )
        )  # fmt: skip
        db.commit()
        place = f"/datasets/{dataset.id}/suspects/{found.id}"
    page = browser.get(place).text
    assert "2 labels of Sex may be wrong" in page
    assert page.index("Person 5") < page.index("Person 3")
    assert page.index(">very</td>") < page.index(">rather</td>")  # how sure the models are of each
    none = browser.post(place, data={"does": "relabel"})
    assert none.status_code == 422
    assert "No row was ticked" in none.text
    assert "2 labels of Sex may be wrong" in none.text
    assert browser.post(place, data={"does": "relabel", "row": ["7"]}).status_code == 422
    assert (
        browser.post(place, data={"does": "relabel", "row": ["5"]}, follow_redirects=False).status_code == 303
    )
    assert (
        browser.post(place, data={"does": "exclude", "row": ["3"]}, follow_redirects=False).status_code == 303
    )
    with open_session(engine) as db:
        relabelled, both = db.scalars(select(Mending).order_by(Mending.created_at)).all()
        assert relabelled.steps == [{"kind": "relabel", "column": "c2", "cells": {"5": "female"}}]
        assert relabelled.note == "1 row relabelled as suggested"
        assert both.steps[-1] == {"kind": "exclude", "rows": [3], "reason": "label likely wrong"}


def test_what_the_steps_of_a_version_mend_is_told_no_more(
    browser: TestClient, engine: Engine, dataset: Dataset
) -> None:
    assert COPIES.fix is not None
    with open_session(engine) as db:
        version = db.scalars(select(DatasetVersion)).one()
        version.steps = [step.model_dump(mode="json") for step in COPIES.fix.steps]
        db.commit()
    page = browser.get(f"/datasets/{dataset.id}").text
    assert "1 thing to look at" in page
    assert COPIES.sentence not in page
