"""The pages of a dataset: table, row, column, rejects, pictures."""

import re

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from app.datasets.words import cell_text
from app.people.tables import User
from app.storage import Store
from tests.support.datasets import PEOPLE, a_dataset, a_picture, a_picture_folder, a_version_folder
from tests.support.people import a_browser, a_user
from trainer.contract.dataset import Column, Finding

PAGES = ("", "/rows/0", "/columns/c1", "/rejects", "/media/c0/0", "/thumbs/c0/0")
ROWS = {"HX-Request": "true", "HX-Target": "div#rows", "HX-Request-Type": "partial"}


@pytest.fixture
def place(engine: Engine, store: Store, person: User) -> str:
    """A table of 120 people."""
    findings = [
        Finding(kind="missing", sentence="Age is missing in 12 rows.", column="c1", count=12),
        Finding(kind="duplicates", sentence="2 rows occur twice.", count=2),
        Finding(kind="imbalance", sentence="Few are female.", column="c2"),
        Finding(kind="rejects", sentence="2 lines could not be read.", count=2),
    ]
    rejects = [
        ("people.csv", 7, "3 fields, expected 5", "<script>alert(1)</script>"),
        ("people.csv", 9, "broken", None),
    ]
    folder = a_version_folder(store, findings=findings, rejects=rejects)
    return f"/datasets/{a_dataset(engine, store, person, folder).id}"


@pytest.fixture
def pictures(engine: Engine, store: Store, person: User) -> str:
    """A table of 30 pictures, the last one missing."""
    return f"/datasets/{a_dataset(engine, store, person, a_picture_folder(store), name='flags').id}"


def test_strangers_find_nothing(app: FastAPI, engine: Engine, place: str, pictures: str) -> None:
    stranger = a_browser(app, a_user(engine))
    for page in PAGES:
        assert stranger.get(place + page).status_code == 404
        assert stranger.get(pictures + page).status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "page=0",
        "page=x",
        "sort=c9",
        "sort=c0)--",
        "filter.c9=1",
        "filter.c1.from=x",
        "filter.x%22=1",
        "filter.=1",
    ],
)
def test_refuses_what_is_no_view_of_the_table(browser: TestClient, place: str, query: str) -> None:
    answer = browser.get(f"{place}?{query}")
    assert answer.status_code == 422
    assert "<h1>" in answer.text
    assert any(words in answer.text for words in ("no page", "no column", "not a number"))
    fragment = browser.get(f"{place}?{query}", headers=ROWS)
    assert (fragment.status_code, "<html" in fragment.text, "data-error" in fragment.text) == (
        422,
        False,
        True,
    )


@pytest.mark.parametrize("row", ["-1", "120", "999999999999", "x", "1.5"])
def test_refuses_rows_that_are_not_there(browser: TestClient, place: str, pictures: str, row: str) -> None:
    assert browser.get(f"{place}/rows/{row}").status_code in (404, 422)
    assert browser.get(f"{pictures}/thumbs/c0/{row}").status_code in (404, 422)


def test_refuses_pictures_of_columns_without_any(browser: TestClient, place: str, pictures: str) -> None:
    assert browser.get(f"{place}/media/c0/0").status_code == 404
    assert browser.get(f"{pictures}/media/c9/0").status_code == 422
    assert browser.get(f"{pictures}/media/..%2Fschema/0").status_code in (404, 422)
    assert browser.get(f"{pictures}/media/c0/29").status_code == 404  # missing


def test_sends_only_pictures(browser: TestClient, engine: Engine, store: Store, person: User) -> None:
    folder = a_picture_folder(store, broken=b"<svg onload=alert(1)>")
    place = f"/datasets/{a_dataset(engine, store, person, folder).id}"
    assert browser.get(f"{place}/media/c0/0").status_code == 404
    answer = browser.get(f"{place}/media/c0/1")
    assert answer.content == a_picture("red")
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in answer.headers["Cache-Control"]


def test_the_table(browser: TestClient, place: str) -> None:
    page = browser.get(place).text
    assert "people: 120 rows, 5 columns" in page
    assert page.count("<tr data-row=") == 50
    assert "1–50 of 120" in page
    assert "12 missing" in page
    assert page.count('class="mini-histogram"') == 5
    assert page.index("2 lines could not be read") < page.index("Age is missing in 12 rows")
    for link in ("/rejects", "?filter.c1.missing=1", "?show=duplicates", "/columns/c2"):
        assert f'href="{place}{link}"' in page
        assert browser.get(place + link).status_code == 200


def test_a_fragment_is_the_same_block(browser: TestClient, place: str) -> None:
    query = "?sort=c1&desc=1&filter.c2=female"
    whole, part = browser.get(place + query).text, browser.get(place + query, headers=ROWS).text
    assert "<html" not in part
    assert part.strip().startswith('<div id="rows"')
    assert part.strip() in whole
    assert "40 of 120 rows" in part
    assert 'aria-sort="descending"' in part
    assert "Sex is female" in part


def test_sort_links_turn_round_and_keep_the_filters(browser: TestClient, place: str) -> None:
    page = browser.get(f"{place}?sort=c1&filter.c2=female&page=1").text
    assert f'href="{place}?sort=c1&amp;desc=1&amp;filter.c2=female"' in page
    assert f'href="{place}?sort=c3&amp;filter.c2=female"' in page


def test_no_row_fits(browser: TestClient, place: str) -> None:
    page = browser.get(f"{place}?filter.c2=nobody").text
    assert "No row fits these filters." in page
    assert f'href="{place}"' in page


def test_a_row_in_the_drawer_and_as_a_page(browser: TestClient, place: str) -> None:
    drawer = browser.get(f"{place}/rows/4", headers={"HX-Request": "true", "HX-Target": "div#row-body"}).text
    assert "<html" not in drawer
    for value in ("Person 4", "5 of 120", "5.98", "male"):
        assert value in drawer
    assert "Row 5 of people" in browser.get(f"{place}/rows/4").text
    assert "visually-hidden" in browser.get(f"{place}/rows/3", headers=ROWS).text  # the missing age is said


def test_a_column_shows_its_shares_and_filters(browser: TestClient, place: str) -> None:
    sex = browser.get(f"{place}/columns/c2?sort=c1&filter.c2=male", headers=ROWS).text
    assert f'href="{place}?filter.c2=female"' in sex
    assert 'value="male" checked' in sex
    assert '<input type="hidden" name="sort" value="c1">' in sex
    age = browser.get(f"{place}/columns/c1").text
    assert 'name="filter.c1.from"' in age
    assert f"{sum(v is None for v in PEOPLE['Age'])} of 120" in age
    assert browser.get(f"{place}/columns/c9").status_code == 422


def test_bars_lead_to_as_many_rows_as_they_count(browser: TestClient, place: str) -> None:
    page = browser.get(f"{place}/columns/c1").text
    bars = re.findall(r'class="bar-label" href="([^"]+)".*?class="bar-note number">([\d,]+)<', page, re.S)
    assert len(bars) == 6
    for href, count in bars:
        assert f"{count} of 120 rows" in browser.get(href.replace("&amp;", "&")).text


def test_rejects_with_line_and_reason_as_text(browser: TestClient, place: str) -> None:
    page = browser.get(f"{place}/rejects").text
    assert "2 lines could not be read" in page
    assert "3 fields, expected 5" in page
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page


def test_one_is_singular(browser: TestClient, engine: Engine, store: Store, person: User) -> None:
    folder = a_version_folder(store, {"only": [1234567890.125]}, rejects=[("people.csv", 7, "broken", "x")])
    place = f"/datasets/{a_dataset(engine, store, person, folder).id}"
    page = browser.get(place).text
    assert "people: 1 row, 1 column<" in page
    assert "1 rows" not in page
    assert ">1234567890.125<" in page
    assert "1 line could not be read and is not in the table" in browser.get(f"{place}/rejects").text


def test_the_address_of_a_form_drops_what_says_nothing(browser: TestClient, place: str) -> None:
    answer = browser.get(f"{place}?sort=c1&filter.c1.from=&filter.c1.to=30")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{place}?sort=c1&filter.c1.to=30")
    assert browser.get(f"{place}?filter.c1.from=&filter.c1.to=").headers["Location"] == place
    assert browser.get(answer.headers["Location"]).status_code == 200
    assert "at least 12,345.5<" in browser.get(f"{place}?filter.c1.from=12345.5").text


@pytest.mark.parametrize(
    ("value", "whole", "text"),
    [
        (12_345_678_901.5, False, "12345678901.5"),
        (3_000_000_000.0, False, "3000000000"),
        (3_000_000_000.0, True, "3000000000"),
        (0.1234567890123, False, "0.1234567890123"),
        (0.0, False, "0"),
        (-0.00000012, False, "-0.00000012"),
        (1e300, True, "1e+300"),
    ],
)
def test_data_is_not_rounded(value: float, whole: bool, text: str) -> None:
    column = Column(id="c0", name="x", type="number", reason="numbers", whole=whole)
    assert cell_text(column, value) == text


def test_pictures_as_rows_and_as_a_wall(browser: TestClient, pictures: str) -> None:
    rows = browser.get(pictures).text
    assert rows.count('loading="lazy"') == 29
    assert 'width="28" height="28"' in rows
    wall = browser.get(f"{pictures}?view=wall").text
    assert wall.count('class="thumb"') == 30
    assert 'width="96" height="96"' in wall
    drawer = browser.get(f"{pictures}/rows/0", headers=ROWS).text
    assert 'width="40" height="40"' in drawer
    assert "40 × 40 pixels" in drawer
    assert browser.get(f"{pictures}/thumbs/c0/0").content == a_picture("blue")


def test_names_of_columns_and_values_are_text(
    browser: TestClient, engine: Engine, store: Store, person: User
) -> None:
    evil = "<img src=x onerror=alert(1)>"
    folder = a_version_folder(store, {evil: [evil, "b", evil], "n": [1.0, 2.0, 3.0]})
    place = f"/datasets/{a_dataset(engine, store, person, folder, name=evil).id}"
    for page in ("", "?filter.c0=%3Cimg+src%3Dx+onerror%3Dalert(1)%3E", "/rows/0", "/columns/c0", "/rejects"):
        assert "<img src=x" not in browser.get(place + page).text


def test_the_table_takes_the_place_of_the_import(browser: TestClient, place: str) -> None:
    answer = browser.get(place, headers={"HX-Request": "true", "HX-Target": "div#importing"})
    assert answer.headers["HX-Retarget"] == "#main"
    assert 'id="rows"' in answer.text
    assert "<html" not in answer.text


def test_a_place_past_the_last_row_leads_to_the_last_page_and_says_so(
    browser: TestClient, engine: Engine, store: Store, person: User
) -> None:
    place = f"/datasets/{a_dataset(engine, store, person).id}"
    past = browser.get(f"{place}?at=999999").text
    assert "this is the last page" in past
    assert "101–120 of 120" in past
    assert "this is the last page" not in browser.get(f"{place}?at=120").text
    assert "<mark>Agee</mark>" in browser.get(f"{place}?q=Agee+>+3").text
