"""kill -9 of everything in turn while a real server trains: the page says so, training goes on, the curve is whole."""

import json
import os
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from app.charts.series import series_of
from app.db import make_engine, open_session
from app.jobs.service import list_events
from app.jobs.tables import Job
from app.settings import Settings
from tests.support.browser import find_chromium, launch
from tests.support.needs import missing
from tests.support.server import AServer
from trainer.contract.folder import JobFolder

pytestmark = [pytest.mark.faults, pytest.mark.browser, pytest.mark.timeout(600)]
SOON = 60_000
SHOWN = 35_000
"""Milliseconds within which a page must say what happened."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[AServer]:
    with AServer(tmp_path) as server:
        yield server


@pytest.fixture
def page(server: AServer) -> Iterator[Page]:
    if find_chromium() is None:
        missing("Chromium is not installed (Debian: chromium).")
    with sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_context(base_url=server.base_url).new_page()
        page.set_default_timeout(SOON)
        page.goto(server.entry_link)
        yield page
        browser.close()


def start_long_training(page: Page) -> None:
    """A network on two moons that learns for minutes."""
    page.click("button.sample:has-text('Two moons')")
    expect(page.locator("table.grid")).to_be_visible(timeout=SOON)
    page.click("button:has-text('Ask a question')")
    page.click("button.chip:has-text('moon')")
    expect(page.locator("#answer:not([aria-busy]) .ladder > li")).to_have_count(3, timeout=SOON)
    page.goto(f"{page.url}/model?learner=mlp&set.epochs=10000&set.patience=0&set.precision=float32")
    page.click("#train")
    page.wait_for_url(re.compile(r"/runs/\w+$"))


def goes_on(page: Page, patience: float = 60.0) -> None:
    """The curve on the open page grows by itself."""
    before, until = page.locator("#progress .progress-words").first.inner_text(), time.monotonic() + patience
    while page.locator("#progress .progress-words").first.inner_text() == before:
        assert time.monotonic() < until, f"the page stands still at ‘{before}’"
        page.wait_for_timeout(200)


def test_training_outlives_every_process(server: AServer, page: Page) -> None:
    start_long_training(page)
    page.wait_for_selector("[data-drawn]")
    folder = wait_for_checkpoint(server)

    os.kill(child_of(folder), signal.SIGKILL)
    expect(page.locator("#state")).to_contain_text("was lost once", timeout=SHOWN)
    expect(page.locator("[data-state=running]")).to_be_visible(timeout=SOON)
    goes_on(page)

    server.kill("worker")
    expect(page.locator("#state")).to_contain_text("was lost 2 times", timeout=SHOWN)
    expect(page.locator("[data-state=running]")).to_be_visible(timeout=SOON)
    goes_on(page)

    child = child_of(folder)
    server.kill("web")
    goes_on(page)
    assert child_of(folder) == child, "the training noticed that the web server died"

    page.click("#stop")
    expect(page.locator("[data-state=stopped]")).to_be_visible(timeout=120_000)
    expect(page.locator("h1")).to_contain_text("never seen")

    engine = make_engine(Settings(data=server.data))
    with open_session(engine, write=False) as db:
        job = db.get_one(Job, folder.path.name)
        events = list_events(db, job.id)
    engine.dispose()
    assert job.losses == 2
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    steps, _values = series_of(events)["validation/loss"]
    assert steps == list(range(steps[0], steps[-1] + 1, steps[0])), "an epoch is missing or drawn twice"


def wait_for_checkpoint(server: AServer) -> JobFolder:
    """The training's folder, once it has saved something to go on from."""
    until = time.monotonic() + 60
    while True:
        for path in (server.data / "jobs").iterdir():
            if any((path / "checkpoints").iterdir()):
                return JobFolder(path)
        assert time.monotonic() < until, "no checkpoint was written"
        time.sleep(0.2)


def child_of(folder: JobFolder) -> int:
    """Id of the process that trains."""
    return int(json.loads(folder.child_file.read_bytes())["pid"])
