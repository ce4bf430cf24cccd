"""Rows that were picked: kept as a slice, taken as CSV; what is refused, and that nobody else may."""

import csv
import io

import pyarrow.parquet as pq
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from app.datasets.download import safe
from app.datasets.tables import Dataset
from app.people.tables import User
from app.storage import Store
from tests.support.datasets import PEOPLE, a_dataset, a_version_folder
from tests.support.mending import do_jobs
from tests.support.people import a_browser, a_user


def place(dataset: Dataset, what: str) -> str:
    return f"/datasets/{dataset.id}/selection/{what}"


@pytest.mark.parametrize("rows", ["", "x", "1;2", "-1", "1,,2", "1" * 13, "120", "0,999"])
@pytest.mark.parametrize("what", ["save", "csv", "exclude", "relabel"])
def test_no_rows_or_rows_that_are_not_there_are_refused(
    browser: TestClient, dataset: Dataset, what: str, rows: str
) -> None:
    answer = browser.post(place(dataset, what), data={"rows": rows, "column": "c2"})
    assert answer.status_code == 422
    assert "row" in answer.text


def test_filters_that_fit_no_row_leave_no_slice(browser: TestClient, dataset: Dataset) -> None:
    answer = browser.post(place(dataset, "save"), data={"all": "1", "view": "q=Age+>+999"})
    assert (answer.status_code, "No row fits" in answer.text) == (422, True)


def test_nobody_else_may(app: FastAPI, engine: Engine, dataset: Dataset) -> None:
    stranger = a_browser(app, a_user(engine, "stranger"))
    for what in ("save", "csv", "exclude", "relabel"):
        assert stranger.post(place(dataset, what), data={"rows": "1", "column": "c2"}).status_code == 404


def test_a_slice_is_a_filter_with_a_name_that_can_be_removed(
    browser: TestClient, dataset: Dataset, store: Store
) -> None:
    answer = browser.post(place(dataset, "save"), data={"rows": "7,3,3,50", "name": " <hard> ones "})
    address = answer.headers["location"]
    assert pq.read_table(store.row_set(address.split("=")[1])).column("row").to_pylist() == [3, 7, 50]
    page = browser.get(address).text
    assert "3 of 120 rows" in page
    assert "&lt;hard&gt; ones" in page
    assert f'href="/datasets/{dataset.id}"' in page
    assert page.count("<tr data-row=") == 3
    listed = browser.get(f"/datasets/{dataset.id}").text
    assert "1 slice" in listed
    assert f'href="{address}"' in listed


def test_all_that_match_is_what_the_view_shows(browser: TestClient, dataset: Dataset) -> None:
    answer = browser.post(
        place(dataset, "save"), data={"all": "1", "view": "filter.c2=female&find=1", "name": "f"}
    )
    women = [n for n in range(120) if PEOPLE["Sex"][n] == "female" and "1" in f"Person {n}"]
    assert f"{len(women)} of 120 rows" in browser.get(answer.headers["location"]).text


def test_a_slice_of_somebody_else_or_of_another_version_is_refused(
    app: FastAPI, browser: TestClient, engine: Engine, dataset: Dataset, store: Store, person: User
) -> None:
    address = browser.post(place(dataset, "save"), data={"rows": "1"}).headers["location"]
    other = a_dataset(engine, store, person, name="other")
    moved = browser.get(f"/datasets/{other.id}?{address.split('?')[1]}")
    assert (moved.status_code, "another version" in moved.text) == (409, True)
    stranger = a_user(engine, "stranger")
    theirs = a_dataset(engine, store, stranger)
    assert a_browser(app, stranger).get(f"/datasets/{theirs.id}?{address.split('?')[1]}").status_code == 404


def test_the_rows_as_csv(browser: TestClient, dataset: Dataset) -> None:
    answer = browser.post(place(dataset, "csv"), data={"rows": "13,4"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="people.csv"'
    lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert lines == [
        ["Name", "Age", "Sex", "Fare", "Survived"],
        ["Person 4", "4", "male", "5.98", "0"],
        ["Person 13", "", "male", "18.31", "1"],
    ]
    whole = browser.post(place(dataset, "csv"), data={"all": "1", "view": "sort=c3&filter.c2=female"})
    assert len(whole.text.splitlines()) == 41


HOSTILE = [
    "=1+1",
    "+1",
    "-1+cmd|' /C calc'!A0",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "  =1",
    '=HYPERLINK("http://x")',
    "a\x00=1",
]


def test_no_cell_of_the_csv_is_a_formula(
    browser: TestClient, engine: Engine, store: Store, person: User
) -> None:
    """F10: a spreadsheet that opens the file runs nothing; names of columns are texts too."""
    folder = a_version_folder(store, {"=name": HOSTILE, "n": [float(-n) for n in range(len(HOSTILE))]})
    answer = browser.post(place(a_dataset(engine, store, person, folder), "csv"), data={"all": "1"})
    lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert lines[0] == ["'=name", "n"]
    assert [line[0] for line in lines[1:]] == [f"'{text}" for text in HOSTILE[:-1]] + ["a=1"]
    assert lines[2][1] == "-1"


@given(st.text(max_size=30))
def test_a_text_in_a_csv_never_begins_a_formula(text: str) -> None:
    found = safe(text)
    assert not found.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r"))
    assert (
        found.removeprefix("'").replace("\x00", "") == text.replace("\x00", "").removeprefix("'")
        or found == text
    )


def test_an_area_picks_all_rows_that_lie_in_it(
    browser: TestClient, engine: Engine, store: Store, person: User
) -> None:
    """12,000 rows of which a page draws 5,000: those of a triangle are meant, drawn or not, and no others."""
    folder = a_version_folder(
        store, {"a": [float(n % 120) for n in range(12_000)], "b": [float(n // 120) for n in range(12_000)]}
    )
    dataset = a_dataset(engine, store, person, folder)
    area = "[[-0.5, -0.5], [30.5, -0.5], [-0.5, 30.5]]"
    meant = [n for n in range(12_000) if n % 120 + n // 120 < 30]
    counted = browser.get(
        f"/datasets/{dataset.id}/explore/area",
        params={"x": "c0", "y": "c1", "chart": "scatter", "area": area},
    )
    assert counted.json() == {"rows": len(meant)}
    sent = {"rows": "0", "area": area, "x": "c0", "y": "c1", "view": ""}
    address = browser.post(place(dataset, "open"), data=sent).headers["location"]
    assert pq.read_table(store.row_set(address.split("=")[1])).column("row").to_pylist() == meant
    some = browser.post(place(dataset, "csv"), data=sent | {"view": "q=a+<+1"}).text
    assert len(some.splitlines()) == 1 + sum(n % 120 < 1 for n in meant)


@pytest.mark.parametrize(
    ("area", "x", "said"),
    [
        ("[[0,0],[1,1]]", "c1", "3 to 200 corners"),
        ("[[0,0],[1,1],[NaN,2]]", "c1", "3 to 200 corners"),
        ("[" * 5_000, "c1", "3 to 200 corners"),
        ("[[0,0],[1,1],[0,1]]", "c2", "numbers or dates"),
        ("[[0,0],[1,1],[0,1]]", "c9", "no column"),
        ("[[-9,-9],[-8,-8],[-9,-8]]", "c1", "No row lies in this area"),
    ],
)
def test_an_area_that_cannot_be_is_refused(
    browser: TestClient, dataset: Dataset, area: str, x: str, said: str
) -> None:
    answer = browser.post(place(dataset, "exclude"), data={"area": area, "x": x, "y": "c3"})
    assert (answer.status_code, said in answer.text) == (422, True)


def test_leaving_out_every_row_and_unknown_columns_are_refused(browser: TestClient, dataset: Dataset) -> None:
    answer = browser.post(place(dataset, "exclude"), data={"all": "1"})
    assert (answer.status_code, "Keep at least one" in answer.text) == (422, True)
    answer = browser.post(place(dataset, "relabel"), data={"rows": "1", "column": "c9", "value": "x"})
    assert (answer.status_code, "no column" in answer.text) == (422, True)


def test_rows_are_left_out_and_relabelled_by_steps(
    browser: TestClient, engine: Engine, store: Store, dataset: Dataset
) -> None:
    """The second step names the root's rows, though the first has moved the numbers."""
    assert browser.post(place(dataset, "exclude"), data={"rows": "0,1", "reason": "dead"}).status_code == 303
    do_jobs(engine, store)
    answer = browser.post(
        place(dataset, "relabel"), data={"rows": "0,3", "column": "c2", "value": "unknown", "view": "sort=c3"}
    )
    assert answer.headers["location"] == f"/datasets/{dataset.id}?sort=c3"
    do_jobs(engine, store)
    page = browser.get(f"/datasets/{dataset.id}?filter.c2=unknown").text
    assert "2 of 118 rows" in page
    assert "Person 2" in page
    assert "Person 5" in page
