"""Pages and their blocks, addresses of files, and every template."""

from pathlib import Path

import pytest
from fastapi import FastAPI
from jinja2 import UndefinedError
from starlette.requests import Request

from app.pages import STATIC, TEMPLATES, render, static, templates, wants_fragment
from app.people.tables import User
from tests.support.people import a_browser


def a_request(app: FastAPI, **headers: str) -> Request:
    raw = [(name.replace("_", "-").lower().encode(), value.encode()) for name, value in headers.items()]
    return Request(
        {"type": "http", "method": "GET", "path": "/", "headers": raw, "query_string": b"", "app": app}
    )


def test_a_missing_value_is_an_error_not_a_blank(app: FastAPI) -> None:
    with pytest.raises(UndefinedError):
        render(a_request(app), "people/sign_in.html", {})


def test_markup_in_values_is_text(app: FastAPI) -> None:
    context = {"name": '"><script>alert(1)</script>', "next": "/", "sentence": "<i>", "dead_link": False}
    html = bytes(render(a_request(app), "people/sign_in.html", context).body).decode()
    assert "<script>alert" not in html
    assert "<i>" not in html


def test_a_block_comes_alone_and_says_the_same(app: FastAPI) -> None:
    context = {"sentence": "No.", "fragment": True}
    page = bytes(render(a_request(app), "error.html", context).body).decode()
    block = render(a_request(app), "error.html", context, block="refusal", status=409)
    assert block.status_code == 409
    assert block.headers["vary"] == "HX-Request"
    text = bytes(block.body).decode()
    assert text
    assert text in page
    assert "<html" not in text


def test_a_person_is_on_every_page(app: FastAPI) -> None:
    request = a_request(app)
    request.state.user = User(id="1", name="Ada")
    html = bytes(render(request, "error.html", {"sentence": "x", "fragment": False}).body).decode()
    assert "Ada" in html


@pytest.mark.parametrize(
    ("headers", "expected"),
    [({}, False), ({"HX_Request": "true"}, True), ({"HX_Request": "true", "HX_Request_Type": "full"}, False),
     ({"HX_Request": "true", "HX_Request_Type": "partial"}, True)],
)  # fmt: skip
def test_what_htmx_wants(app: FastAPI, headers: dict[str, str], expected: bool) -> None:
    assert wants_fragment(a_request(app, **headers)) is expected


def test_an_address_changes_with_the_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.pages.STATIC", tmp_path)
    (tmp_path / "a.css").write_text("one")
    first = static("a.css")
    assert first == static("a.css")
    (tmp_path / "a.css").write_text("three")
    assert static("a.css") != first
    with pytest.raises(FileNotFoundError):
        static("missing.css")


@pytest.mark.parametrize(
    "name", sorted(str(file.relative_to(TEMPLATES)) for file in TEMPLATES.rglob("*.html"))
)
def test_every_template_can_be_read_and_marks_nothing_as_safe(name: str) -> None:
    templates.get_template(name)
    text = (TEMPLATES / name).read_text()
    for trap in ("|safe", "| safe", "style=", "<script>", "onclick", "http://", "https://"):
        assert trap not in text.replace("http://www.w3.org/", ""), trap


def test_files_may_be_kept_for_good_by_their_hash_only(app: FastAPI) -> None:

    browser = a_browser(app)
    kept = browser.get(static("app.css"))
    assert kept.status_code == 200
    assert "immutable" in kept.headers["cache-control"]
    asked = browser.get("/static/app.css")
    assert asked.headers["cache-control"] == "public, no-cache"
    assert browser.get("/static/app.css", headers={"If-None-Match": asked.headers["etag"]}).status_code == 304
    for path in ("../app/main.py", "%2e%2e/app/main.py", "nothing.css", "/etc/passwd"):
        assert browser.get(f"/static/{path}").status_code in (303, 401, 404)
    assert (STATIC / "app.css").read_text() == asked.text
