"""What holds for every route there is, read from the app's own table."""

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.edge.gate import PUBLIC
from app.edge.headers import CONTENT_SECURITY_POLICY
from app.pages import SAFE_METHODS
from tests.support.people import a_browser, a_user
from tests.support.routes import fill, list_routes

ANY = dict.fromkeys(
    ("dataset_id", "project_id", "run_id", "upload_id", "column_id", "token", "row", "version_id", "key"),
    "x1",
)
ANY["fetch_id"] = "x1"
ANY |= dict.fromkeys(("set_id",), "x1")
ANY |= dict.fromkeys(("collection_id", "class_id", "item_id", "sitting_id"), "x1")
OPEN = {"/healthz", "/static/app.css", "/enter/{token}", "/sign-in"}


@pytest.fixture
def routes(app: FastAPI) -> list[tuple[str, str, str]]:
    """Method, template and an address of each route."""
    return [(method, path, fill(path, ANY)) for method, path in list_routes(app)]


@pytest.fixture
def stranger(app: FastAPI) -> TestClient:
    """A browser without a session."""
    return a_browser(app)


@pytest.fixture
def person(app: FastAPI) -> TestClient:
    """A browser with a session."""
    return a_browser(app, a_user(app.state.engine))


def test_the_table_is_read_whole(routes: list[tuple[str, str, str]]) -> None:
    paths = {path for _, path, _ in routes}
    assert {"/", "/healthz", "/enter/{token}", "/sign-in", "/account", "/datasets/{dataset_id}"} <= paths
    assert {"/projects/{project_id}", "/runs/{run_id}", "/uploads/{upload_id}", "/stream"} <= paths


def test_the_list_of_open_addresses_is_this_one() -> None:
    assert set(PUBLIC) == {"/healthz", "/static", "/enter/{token}", "/sign-in"}


@pytest.mark.parametrize("accept", ["text/html", "application/json", "*/*"])
def test_without_a_session_nothing_else_is_open(
    routes: list[tuple[str, str, str]], stranger: TestClient, accept: str
) -> None:
    let_in = []
    for method, path, address in routes:
        if path in OPEN:
            continue
        answer = stranger.request(method, address, headers={"Accept": accept})
        leads_to_door = answer.status_code == 303 and answer.headers["location"].startswith("/sign-in")
        if answer.status_code not in (401, 403) and not leads_to_door:
            let_in.append((method, path, answer.status_code))
    assert let_in == []


@pytest.mark.parametrize("cookie", ["", "x", "a" * 5000, "skillet", "../..", "%00", "' OR 1=1 --"])
def test_a_made_up_cookie_opens_nothing(stranger: TestClient, cookie: str) -> None:
    answer = stranger.get("/account", headers={"Cookie": f"skillet={cookie}"})
    assert answer.status_code == 303


def test_addresses_beside_the_open_ones_are_closed(stranger: TestClient) -> None:
    for path in ("/healthz/", "/staticx", "/sign-in/", "/sign-inx", "/enter", "//sign-in", "/SIGN-IN", "/x"):
        assert stranger.get(path).status_code in (303, 401), path
    for path in ("/static/../account", "/static/%2e%2e/account", "/enter/a/../../account", "/enter/x/y"):
        assert stranger.get(path).status_code in (303, 401, 404), path


FOREIGN = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
    {"Sec-Fetch-Site": "odd"},
    {"Origin": "http://evil.test"},
    {"Origin": "null"},
    {"Origin": "http://localhost:81"},
    {"Origin": "http://localhost.evil.test"},
    {"Origin": "http://evil.test", "Referer": "http://localhost/"},
    {"Origin": "http://[broken"},
    {"Origin": "http://localhost:port"},
    {"Origin": "file://localhost"},
    {"Referer": "http://evil.test/http://localhost/"},
    {"Referer": "http://localhost@evil.test/"},
    {},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
@pytest.mark.parametrize("signed_in", [True, False])
def test_another_site_changes_nothing(
    routes: list[tuple[str, str, str]], app: FastAPI, headers: dict[str, str], signed_in: bool
) -> None:
    browser = a_browser(app, a_user(app.state.engine) if signed_in else None)
    del browser.headers["Sec-Fetch-Site"]
    unsafe = [(method, path, address) for method, path, address in routes if method not in SAFE_METHODS]
    assert len(unsafe) > 5
    wrong = []
    for method, path, address in unsafe:
        answer = browser.request(method, address, headers=headers)
        if answer.status_code != 403:
            wrong.append((method, path, answer.status_code))
    assert wrong == []


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}, {"Origin": "http://localhost"},
     {"Origin": "http://localhost:80"}, {"Referer": "http://localhost/account?x=1"}],
    ids=str,
)  # fmt: skip
def test_our_own_pages_may(app: FastAPI, headers: dict[str, str]) -> None:
    browser = a_browser(app, a_user(app.state.engine))
    del browser.headers["Sec-Fetch-Site"]
    assert browser.post("/account", headers=headers, data={"name": "Ada"}).status_code == 303


@pytest.mark.parametrize("signed_in", [True, False])
def test_every_answer_carries_the_security_headers(
    routes: list[tuple[str, str, str]], app: FastAPI, signed_in: bool
) -> None:
    browser = a_browser(app, a_user(app.state.engine) if signed_in else None)
    wrong = []
    for method, path, address in [*routes, ("GET", "nowhere", "/nowhere"), ("PUT", "/account", "/account")]:
        answer = browser.request(method, address)
        expected = {
            "content-security-policy": CONTENT_SECURITY_POLICY,
            "x-content-type-options": "nosniff",
            "referrer-policy": "same-origin",
            "x-frame-options": "DENY",
            "cross-origin-opener-policy": "same-origin",
        }
        found = {name: answer.headers.get(name) for name in expected}
        kept = answer.headers["cache-control"]
        if found != expected or ("public" in kept and not path.startswith("/static/")):
            wrong.append((method, path, found, kept))
        if "server" in answer.headers:
            wrong.append((method, path, answer.headers["server"], kept))
    assert wrong == []


def test_the_policy_allows_nothing_unsafe() -> None:
    assert CONTENT_SECURITY_POLICY.startswith("default-src 'self'; ")
    assert "frame-ancestors 'none'" in CONTENT_SECURITY_POLICY
    for word in ("unsafe", "*", "http:", "data:"):
        assert word not in CONTENT_SECURITY_POLICY


@pytest.mark.parametrize(
    "host",
    ["evil.test", "localhost.evil.test", "evil.test:80", "localhost.", "127.0.0.1.evil.test", "2130706433",
     "",
     "localhost@evil.test", "[::2]", "localhost, evil.test", "0.0.0.0"],
)  # fmt: skip
def test_a_foreign_host_gets_nothing_anywhere(
    routes: list[tuple[str, str, str]], app: FastAPI, host: str
) -> None:
    browser = a_browser(app, a_user(app.state.engine))
    wrong = []
    for method, path, address in routes:
        answer = browser.request(method, address, headers={"Host": host})
        if answer.status_code != 400:
            wrong.append((method, path, answer.status_code))
    assert wrong == []


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "127.0.0.1:1", "[::1]:8000", "[::1]"])
def test_this_machine_is_known_by_its_names(stranger: TestClient, host: str) -> None:
    assert stranger.get("/healthz", headers={"Host": host}).status_code == 200


def test_every_route_refuses_a_body_that_is_too_large(
    routes: list[tuple[str, str, str]], person: TestClient
) -> None:
    limits = {("PATCH", "/uploads/{upload_id}"): 64, ("POST", "/uploads"): 16}
    limits |= {("POST", "/runs/{run_id}/predict"): 32}
    limits |= {("POST", "/capture/{collection_id}/classes/{class_id}/items"): 16}
    wrong = []
    for method, path, address in routes:
        if method in SAFE_METHODS:
            continue
        limit = limits.get((method, path), 1) * 2**20
        answer = person.request(method, address, headers={"Content-Length": str(limit + 1)}, content=b"")
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        streamed = person.request(
            method, address, headers=form, content=(b"x" * 2**20 for _ in range(limit // 2**20 + 1))
        )
        if answer.status_code != 413:
            wrong.append((method, path, limit, answer.status_code, "declared"))
        if streamed.status_code == 500 or (path in ("/sign-in", "/account") and streamed.status_code != 413):
            wrong.append((method, path, limit, streamed.status_code, "streamed"))
    assert wrong == []


@pytest.mark.parametrize("length", ["-1", "x", "1e3", "٣"])
def test_a_length_that_is_no_number_is_refused(person: TestClient, length: str) -> None:
    answer = person.post("/account", headers={"Content-Length": length.encode()}, content=b"")  # type: ignore[dict-item]
    assert answer.status_code == 413
