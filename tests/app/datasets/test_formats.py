"""The page of formats: made from the list itself, each with its example."""

import pytest
from fastapi.testclient import TestClient

from app.pages import STATIC
from trainer.contract.formats import FORMATS


def test_an_unknown_example_is_refused(browser: TestClient) -> None:
    answer = browser.get("/formats/example?key=../app.css")
    assert answer.status_code == 404
    assert "The formats are csv" in answer.text


@pytest.mark.parametrize("key", FORMATS)
def test_each_format_is_listed_and_its_example_sent(browser: TestClient, key: str) -> None:
    form = FORMATS[key]
    page = browser.get("/formats").text
    assert form.title in page
    assert f'href="/formats/example?key={key}"' in page
    answer = browser.get(f"/formats/example?key={key}")
    assert answer.content == (STATIC / "examples" / form.example).read_bytes()
    assert form.example in answer.headers["Content-Disposition"]
    assert answer.headers["Content-Disposition"].startswith("attachment")
