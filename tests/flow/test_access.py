"""axe-core over every page in every state that a person meets: no serious and no critical violation, light and dark."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

ROOT = Path(__file__).parents[2]
AXE = ROOT / "static" / "vendor" / "axe.min.js"
pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
SOON = 60_000


def violations(page: Page) -> list[str]:
    """Serious and critical ones, in words with their place. The script comes from outside the page's policy."""
    page.evaluate(AXE.read_text() + "\n;undefined")
    found = page.evaluate("async () => (await axe.run(document, {resultTypes: ['violations']})).violations")
    return [
        f"{page.url}: {v['id']}: {node['html'][:160]} ({node['failureSummary'][:200]})"
        for v in found
        if v["impact"] in ("serious", "critical")
        for node in v["nodes"]
    ]


def test_every_page(page: Page) -> None:
    wrong = violations(page)
    page.click("button.sample:has-text('Iris')")
    expect(page.locator("table.grid")).to_be_visible(timeout=SOON)
    dataset = page.url
    page.click("button:has-text('Ask a question')")
    page.wait_for_url(re.compile("/projects/"))
    wrong += violations(page)
    project = page.url
    page.click("button.chip:has-text('species')")
    expect(page.locator("#answer:not([aria-busy]) .ladder > li")).to_have_count(3, timeout=SOON)
    page.goto(f"{project}/model?learner=mlp&length=quick")
    page.click("#advanced > summary")
    wrong += violations(page)
    page.click("#train")
    page.wait_for_url(re.compile("/runs/"))
    wrong += violations(page)
    expect(page.locator("[data-state=done]")).to_be_visible(timeout=SOON)
    run = page.url
    for address in (
        "/", "/datasets/new", "/account", dataset, f"{dataset}/rows/3", f"{dataset}/rejects", f"{dataset}/columns/c0",
        project, f"{project}/model", f"{project}/runs", run, f"{run}/report", f"{run}/use",
    ):  # fmt: skip
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            page.goto(address)
            page.wait_for_load_state("networkidle")
            wrong += [f"{scheme} {sentence}" for sentence in violations(page)]
    lost = page.context.new_page()  # a page of its own: the refusal stands in its console
    lost.goto("/nothing-here")
    wrong += violations(lost)
    lost.close()
    assert wrong == [], "\n".join(wrong)


def test_reads_at_360_px(page: Page) -> None:
    page.click("button.sample:has-text('Two moons')")
    expect(page.locator("table.grid")).to_be_visible(timeout=SOON)
    dataset = page.url
    page.click("button:has-text('Ask a question')")
    page.wait_for_url(re.compile("/projects/"))
    project = page.url
    page.click("button.chip:has-text('moon')")
    expect(page.locator("#answer:not([aria-busy]) .ladder > li")).to_have_count(3, timeout=SOON)
    page.goto(f"{project}/model?learner=linear")
    page.click("#train")
    page.wait_for_url(re.compile("/runs/"))
    expect(page.locator("[data-state=done]")).to_be_visible(timeout=SOON)
    run = page.url
    page.set_viewport_size({"width": 360, "height": 740})
    for address in (
        "/", dataset, project, f"{project}/model", f"{project}/runs", run, f"{run}/report", f"{run}/use", "/account",
    ):  # fmt: skip
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, address
    page.goto(f"{run}/use")
    expect(page.locator("#answer .answer-label")).to_be_visible(timeout=SOON)
    assert violations(page) == []
    page.goto(f"{project}/runs")
    scores = page.locator("#run-1 > :nth-child(-n+4), .baseline-row > :nth-child(-n+4)")
    assert cut(scores) == [], "run, learner, validation and test stand without scrolling"
    page.set_viewport_size({"width": 1366, "height": 768})
    assert cut(page.locator("#run-1 > *, .baseline-row > *")) == []


def cut(cells: Locator) -> list[str]:
    """Texts of the cells that stand out of their table's frame."""
    found: list[str] = cells.evaluate_all(
        """cells => cells.filter(cell => cell.getBoundingClientRect().right >
             cell.closest('.table-scroll').getBoundingClientRect().right + 1).map(cell => cell.innerText)"""
    )
    return found
