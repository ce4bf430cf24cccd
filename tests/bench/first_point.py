"""Click Train -> first point drawn, in a real Chromium against a real server with a warm worker."""

import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx2
from playwright.sync_api import Page, sync_playwright

from tests.support.browser import launch
from tests.support.server import AServer

TIMES = 12
CLOCK = """
addEventListener("click", (event) => {
  if (event.target.closest("[data-key=t]")) sessionStorage.setItem("clicked", String(Date.now()));
}, true);
addEventListener("skillet:first-point", () => { window.drawnAt = Date.now(); }, true);
"""


def measure() -> dict[str, dict[str, Any]]:
    """``run.first_point``: median over learners and runs on the flowers sample; ``run.first_point_p95`` beside it."""
    with (
        tempfile.TemporaryDirectory() as folder,
        AServer(Path(folder)) as server,
        sync_playwright() as playwright,
    ):
        project = _ask_flowers(server.a_browser())
        page = launch(playwright).new_page()
        page.add_init_script(CLOCK)
        cookie = server.browsers[0].cookies.get("skillet")
        page.context.add_cookies([{"name": "skillet", "value": str(cookie), "url": server.base_url}])
        taken: list[float] = []
        for n in range(TIMES):
            learner = ("mlp", "boosting", "linear")[n % 3]
            milliseconds = _click_to_point(
                page, f"{server.base_url}/projects/{project}/model?learner={learner}"
            )
            if n >= 3:  # the first of each fills the browser's cache of scripts
                taken.append(milliseconds)
            page.wait_for_selector("[data-state=done]", timeout=60_000)
            time.sleep(3)  # the next spare child warms itself
        page.context.browser.close()  # type: ignore[union-attr]
    median, late = statistics.median(taken), sorted(taken)[-1]
    against = "click on Train to the first point of a curve on the screen, warm worker, 150 rows"
    return {
        "run.first_point": {
            "value": median, "unit": "ms, p50", "bar": "< 500", "holds": median < 500, "against": against,
        },
        "run.first_point_max": {
            "value": late, "unit": "ms, slowest", "bar": "< 1000", "holds": late < 1000, "against": against,
        },
    }  # fmt: skip


def _ask_flowers(browser: httpx2.Client) -> str:
    """Import the sample, ask its question; the project's id."""
    dataset = browser.post("/datasets", data={"sample": "flowers"}).headers["location"].rsplit("/", 1)[-1]
    until = time.monotonic() + 60
    while "grid" not in browser.get(f"/datasets/{dataset}").text:
        assert time.monotonic() < until, "the import did not end"
        time.sleep(0.2)
    project = browser.post("/projects", data={"dataset": dataset}).headers["location"].rsplit("/", 1)[-1]
    assert browser.post(f"/projects/{project}/question", data={"target": "c4"}).status_code == 303
    time.sleep(3)
    return project


def _click_to_point(page: Page, address: str) -> float:
    page.goto(address)
    page.click("[data-key=t]")
    page.wait_for_url("**/runs/*")
    drawn = None
    while drawn is None:  # the page's policy forbids Playwright's own waiting for an expression
        drawn = page.evaluate("window.drawnAt ?? null")
        page.wait_for_timeout(20)
    return float(drawn - page.evaluate("Number(sessionStorage.getItem('clicked'))"))
