"""One real server and one real browser for the tests of whole paths; each test brings its own data."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.support.browser import find_chromium, launch
from tests.support.needs import missing
from tests.support.server import AServer

SOON = 60_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AServer]:
    """A server of its own for each file of tests."""
    with AServer(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Headless Chromium."""
    if find_chromium() is None:
        missing("Chromium is not installed (Debian: chromium).")
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def context(server: AServer, browser: Browser) -> BrowserContext:
    """A browser that came in by the printed link."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, base_url=server.base_url)
    context.set_default_timeout(SOON)
    context.new_page().goto(server.entry_link)
    return context


@pytest.fixture
def page(context: BrowserContext, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The first page; an error in its console fails the test, unless the mark ``expected`` has a part of it."""
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto("/")
    yield page
    page.close()
    expected = [part for mark in request.node.iter_markers("expected") for part in mark.args]
    assert [line for line in said if not any(part in line for part in expected)] == []
