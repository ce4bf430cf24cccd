"""Explore: the chart that fits, and marks that lead to exactly the rows that they count."""

import html
import re
from datetime import datetime, timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from app.datasets.tables import Dataset
from app.exploring.axes import binned_axis, round_step
from app.people.tables import User
from app.storage import Store
from tests.support.datasets import PEOPLE, a_dataset, a_version_folder
from tests.support.people import a_browser, a_user
from trainer.contract.dataset import Column


def page(browser: TestClient, dataset: Dataset, query: str) -> str:
    answer = browser.get(f"/datasets/{dataset.id}/explore?{query}")
    assert answer.status_code == 200, answer.text[:300]
    return answer.text


def rows_behind(browser: TestClient, address: str) -> int:
    found = re.search(r"([\d,]+) of [\d,]+ rows?", browser.get(html.unescape(address)).text)
    assert found is not None, address
    return int(found[1].replace(",", ""))


@pytest.mark.parametrize(
    "query", ["x=c9", "x=c0", "x=c1&y=c0", "x=c1&colour=zz", "x=c1&q=Age+>", "x=c1&page=0"]
)
def test_what_cannot_be_drawn_is_refused_in_words(browser: TestClient, dataset: Dataset, query: str) -> None:
    answer = browser.get(f"/datasets/{dataset.id}/explore?{query}")
    assert answer.status_code == 422


def test_nobody_else_may_look(app: FastAPI, engine: Engine, dataset: Dataset) -> None:
    stranger = a_browser(app, a_user(engine, "stranger"))
    for place in ("explore", "explore/points?x=c1&y=c3"):
        assert stranger.get(f"/datasets/{dataset.id}/{place}").status_code == 404


def test_bars_lead_to_the_rows_that_they_count(browser: TestClient, dataset: Dataset) -> None:
    for column in ("c1", "c2", "c3"):
        bars = page(browser, dataset, f"x={column}&y=").split('class="bars"')[1].split("</ul>")[0]
        found = re.findall(r'href="([^"]+)".*?class="bar-note[^"]*">\s*([\d,]+)', bars, re.DOTALL)
        assert found
        for address, count in found:
            assert rows_behind(browser, address) == int(count.replace(",", "")), address


def test_cells_of_a_heat_map_lead_to_their_rows(browser: TestClient, dataset: Dataset) -> None:
    told = page(browser, dataset, "x=c2&y=c1&chart=heat&q=Fare+<+120")
    cells = re.findall(r'<td class="right shade-\d"><a href="([^"]+)"[^>]*>(\d+)', told)
    there = [n for n in range(120) if PEOPLE["Age"][n] is not None and PEOPLE["Fare"][n] < 120]
    assert sum(int(count) for _, count in cells) == len(there)
    for address, count in cells[:6]:
        assert rows_behind(browser, address) == int(count), address
    assert "rows without Age are not drawn" in told


def test_a_mosaic_is_as_wide_as_its_shares(
    browser: TestClient, engine: Engine, store: Store, person: User
) -> None:
    folder = a_version_folder(store, {"a": ["x"] * 30 + ["y"] * 10, "b": ["u", "v"] * 20})
    told = page(browser, a_dataset(engine, store, person, folder), "x=c0&y=c1")
    marks = re.findall(r'x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"', told)
    shares = [(0, 0, 75, 50), (0, 50, 75, 50), (75, 0, 25, 50), (75, 50, 25, 50)]
    assert [tuple(map(float, mark)) for mark in marks] == shares
    assert re.findall(r'<text x="([\d.]+)%"[^>]*>(\w)<', told) == [("37.5", "x"), ("87.5", "y")]
    address = re.findall(r'<a href="([^"]+)" aria-label="y, v: 5', told)[0]
    assert rows_behind(browser, address) == 5


@pytest.mark.parametrize("chart", ["box", "violin"])
def test_a_box_has_five_numbers_and_leads_to_its_rows(
    browser: TestClient, dataset: Dataset, chart: str
) -> None:
    told = page(browser, dataset, f"x=c2&y=c3&chart={chart}")
    line = re.search(r'<th scope="row"><a href="([^"]+)">female</a></th>(.*?)</tr>', told)
    assert line is not None
    assert rows_behind(browser, line[1]) == 40
    numbers = [float(cell) for cell in re.findall(r'class="number">(?:<a[^>]*>)?([\d.]+)', line[2])]
    fares = sorted(PEOPLE["Fare"][n] for n in range(120) if PEOPLE["Sex"][n] == "female")
    assert numbers[0] == 40
    assert numbers[1] == pytest.approx(fares[0], rel=0.01)
    assert numbers[3] == pytest.approx((fares[19] + fares[20]) / 2, rel=0.01)
    assert numbers[5] == pytest.approx(fares[-1], rel=0.01)
    assert ("<polygon" in told) == (chart == "violin")


def test_what_lies_outside_of_the_whiskers_is_counted_and_found(
    browser: TestClient, engine: Engine, store: Store, person: User
) -> None:
    values = [float(n % 10) for n in range(98)] + [1000.5, -1000.5]
    folder = a_version_folder(store, {"the value": values, "kind": ["a"] * 100})
    told = page(browser, a_dataset(engine, store, person, folder), "x=c1&y=c0&chart=box")
    address = re.search(r'<td class="number"><a href="([^"]+)">2</a>', told)
    assert address is not None
    assert rows_behind(browser, address[1]) == 2


def test_points_are_rows_with_both_values(browser: TestClient, dataset: Dataset) -> None:
    address = f"/datasets/{dataset.id}/explore/points?x=c1&y=c3&chart=scatter&colour=c2"
    told = browser.get(address).json()
    there = [n for n in range(120) if PEOPLE["Age"][n] is not None]
    assert (told["row"], told["sampled"]) == (there, False)
    assert told["x"] == [PEOPLE["Age"][n] for n in there]
    assert told["labels"] == ["male", "female"]
    assert told["tone"] == [0.0 if PEOPLE["Sex"][n] == "male" else 1.0 for n in there]
    assert browser.get(address + "&q=Sex+%3D+'female'").json()["labels"] == ["male", "female"]


def test_many_points_are_a_sample_after_the_condition(
    browser: TestClient, engine: Engine, store: Store, person: User
) -> None:
    values = [float(n) for n in range(12_000)]
    folder = a_version_folder(store, {"a": values, "b": values[::-1]})
    base = f"/datasets/{a_dataset(engine, store, person, folder).id}/explore/points?x=c0&y=c1&chart=scatter"
    told, again = browser.get(base).json(), browser.get(base).json()
    assert (len(told["row"]), told["sampled"], told == again) == (5_000, True, True)
    part = browser.get(base + "&q=a+<+6000").json()
    assert len(part["row"]) == 5_000
    assert max(part["row"]) < 6_000


def test_dates_fall_into_days_months_or_years(
    browser: TestClient, engine: Engine, store: Store, person: User
) -> None:
    days = [datetime(2024, 1, 31) + timedelta(days=9 * n) for n in range(60)]  # noqa: DTZ001
    folder = a_version_folder(store, {"day": days}, changes={"day": {"type": "datetime", "categories": None}})
    dataset = a_dataset(engine, store, person, folder)
    bars = page(browser, dataset, "x=c0&y=").split('class="bars"')[1].split("</ul>")[0]
    found = re.findall(r'href="([^"]+)".*?class="bar-note[^"]*">\s*(\d+)', bars, re.DOTALL)
    assert sum(int(count) for _, count in found) == 60
    for address, count in found[:5]:
        assert rows_behind(browser, address) == int(count), address


def test_bins_have_round_edges() -> None:
    assert round_step(0, 100, whole=True) == 5
    assert round_step(0.1, 0.9, whole=False) == pytest.approx(0.05)
    assert round_step(3, 3, whole=True) == 1
    column = Column(id="c0", name="n", type="number", reason="", whole=True)
    assert binned_axis(column, 0, 9).label(3) == "3"


def test_rows_picked_in_a_chart_open_as_a_table(browser: TestClient, dataset: Dataset) -> None:
    answer = browser.post(f"/datasets/{dataset.id}/selection/open", data={"rows": "5,9"})
    told = browser.get(answer.headers["location"]).text
    assert "2 of 120 rows" in told
    assert "2 rows picked in a chart" in told
