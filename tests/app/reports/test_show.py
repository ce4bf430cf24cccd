"""The report: the verdict, and the rows behind every number."""

import html
import re

import pytest
from fastapi import FastAPI

from app.db import now
from app.reports.examples import data_words
from app.reports.figures import scatter
from app.runs.tables import Run
from tests.support.people import a_browser, a_user
from tests.support.runs import a_finished_run, a_project, a_run, write_number_results
from trainer.contract.documents import read_document
from trainer.contract.results import Report

HX = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("truth=2&predicted=0", "There is no class number ‘2’ here: it has 2"),
        ("truth=no", "There is no class number ‘no’"),
        ("predicted=-1", "There is no class number ‘-1’"),
        ("low=much", "‘much’ is not a number"),
        ("low=nan", "‘nan’ is not a number"),
        ("page=0", "‘0’ is no page"),
    ],
)
def test_rows_that_cannot_be_meant_are_refused(app: FastAPI, query: str, sentence: str) -> None:
    owner = a_user(app.state.engine)
    run = a_finished_run(app, owner, a_project(app, owner))
    answer = a_browser(app, owner).get(f"/runs/{run.id}/report/rows?{query}", headers=HX)
    assert answer.status_code == 422
    assert sentence in html.unescape(answer.text)


def test_while_it_trains_the_report_says_so(app: FastAPI) -> None:
    owner = a_user(app.state.engine)
    run = a_run(app, owner, a_project(app, owner), state="running")
    browser = a_browser(app, owner)
    page = browser.get(f"/runs/{run.id}/report")
    assert page.status_code == 200
    assert "Run 1 is not finished yet." in page.text
    assert f'href="/runs/{run.id}"' in page.text
    rows = browser.get(f"/runs/{run.id}/report/rows?truth=0", headers=HX)
    assert rows.status_code == 409
    assert "Run 1 has no report yet" in rows.text


def test_a_failed_run_has_nothing_to_judge(app: FastAPI) -> None:
    owner = a_user(app.state.engine)
    run = a_run(
        app, owner, a_project(app, owner), state="failed", ended_at=now(), sentence="The disk is full."
    )
    page = a_browser(app, owner).get(f"/runs/{run.id}/report").text
    assert "ended without a model" in page
    assert "The disk is full." in page


def a_page(app: FastAPI) -> tuple[Run, str]:
    owner = a_user(app.state.engine)
    run = a_finished_run(app, owner, a_project(app, owner))
    return run, a_browser(app, owner).get(f"/runs/{run.id}/report").text


def test_the_verdict_is_the_headline_and_baselines_stand_beside_the_score(app: FastAPI) -> None:
    _run, page = a_page(app)
    assert "<h1>It is right 83 times in 100; the tree 78 times.</h1>" in page
    assert "0.830 ± 0.050" in page
    assert "0.780 ± 0.078" in page
    assert "The majority says so." in page


def test_the_most_confidently_wrong_come_first(app: FastAPI) -> None:
    _run, page = a_page(app)
    worst = page[page.index('id="worst"') : page.index("What it takes for what")]
    assert re.findall(r'/rows/(\d+)"', worst) == ["108", "109", "110"]
    assert "99 %" in worst
    assert '<th scope="col">Sex</th>' in worst


def test_each_cell_leads_to_exactly_its_rows(app: FastAPI) -> None:
    owner = a_user(app.state.engine)
    run = a_finished_run(app, owner, a_project(app, owner))
    browser = a_browser(app, owner)
    page = browser.get(f"/runs/{run.id}/report").text
    cells = re.findall(r'<a href="([^"]+truth=\d+&amp;predicted=\d+)"[^>]*>(\d+)</a>', page)
    assert sum(int(count) for _href, count in cells) == 18
    for href, count in cells:
        rows = browser.get(html.unescape(href), headers=HX).text
        assert "<html" not in rows
        assert len(re.findall(r'<th scope="row" class="number">', rows)) == int(count)
    whole = browser.get(html.unescape(cells[0][0])).text
    assert "<html" in whole


def test_rows_are_paged(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.reports.examples.PAGE", 5)
    owner = a_user(app.state.engine)
    run = a_finished_run(app, owner, a_project(app, owner))
    browser = a_browser(app, owner)
    seen: list[str] = []
    for number in (1, 2, 3, 4):
        page = browser.get(f"/runs/{run.id}/report/rows?page={number}", headers=HX).text
        seen += re.findall(r'/rows/(\d+)"', page)
    assert sorted(seen, key=int) == [str(row) for row in range(102, 120)]


def test_numbers_have_residuals_and_their_bins_lead_to_rows(app: FastAPI) -> None:
    owner = a_user(app.state.engine)
    run = a_run(app, owner, a_project(app, owner, target="c2"), state="done", ended_at=now())
    write_number_results(app, run)
    browser = a_browser(app, owner)
    page = browser.get(f"/runs/{run.id}/report").text
    assert 'id="scatter"' in page
    assert 'id="errors"' in page
    assert "Largest errors" in page
    assert "RMSE: lower is better." in page
    assert '<th scope="col" class="number">Model says</th>' in page
    assert "100 % of the answers are within 10 % of the truth." in page
    rows = browser.get(f"/runs/{run.id}/report/rows?low=4.0&high=6.0", headers=HX).text
    assert "6 test rows with an error from 4 to 6." in rows
    first = re.search(r"<tbody>\s*<tr>(.*?)</tr>", rows, re.S)
    assert first
    assert '<td class="number">5</td>' in first[1]


def test_near_is_counted_against_the_truth_not_against_the_range(app: FastAPI) -> None:
    owner = a_user(app.state.engine)
    run = a_run(app, owner, a_project(app, owner, target="c2"), state="done", ended_at=now())
    report = read_document(write_number_results(app, run), Report)
    report.residuals.update({"truth": [300.0, 10_000.0], "predicted": [900.0, 10_900.0]})
    assert "; 50 % of the answers are within 10 % of the truth." in scatter(report, "Fare")["sentence"]


@pytest.mark.parametrize(
    ("value", "said"),
    [(151.55, "151.55"), (1234567.0, "1,234,567"), (0.0000123, "0.0000123"), (-3.5, "−3.5"), (30.0, "30"),
     (0.1 + 0.2, "0.3"), (1e-9, "1e−09"), (0, "0"), (True, "True"), ("a", "a")],
)  # fmt: skip
def test_data_is_shown_as_it_stands(value: object, said: str) -> None:
    assert data_words(value) == said
