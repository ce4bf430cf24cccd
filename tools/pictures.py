"""Makes the pictures of the README anew: ``python tools/pictures.py FILE.csv TARGET`` drives a browser through it."""

import re
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.support.browser import launch
from tests.support.server import AServer

PLACE = Path(__file__).parent.parent / "docs" / "pictures"
SOON = 120_000


def main(file: Path, target: str) -> None:
    """From the file to the download, a picture of each station."""
    PLACE.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        AServer(Path(folder)) as server,
        sync_playwright() as playwright,
    ):
        page = launch(playwright).new_context(viewport={"width": 1280, "height": 800}).new_page()
        page.goto(server.entry_link)
        page.locator("input[type=file]").first.set_input_files(file)
        expect(page.locator("table.grid")).to_be_visible(timeout=SOON)
        take(page, "data")
        page.click("button:has-text('Ask a question')")
        page.click(f"button.chip:has-text('{target}')")
        expect(page.locator("#answer:not([aria-busy]) .ladder > li")).to_have_count(3, timeout=SOON)
        take(page, "question")
        project = page.url
        page.goto(f"{project}/model?learner=mlp")
        take(page, "model")
        page.click("#train")
        page.wait_for_url(re.compile("/runs/"))
        run = page.url
        page.wait_for_selector("[data-drawn]")
        take(page, "train")
        expect(page.locator("[data-state=done]")).to_be_visible(timeout=SOON)
        page.goto(f"{run}/report")
        take(page, "report")
        page.goto(f"{run}/use")
        expect(page.locator("#answer")).to_contain_text("%", timeout=SOON)
        take(page, "use")


def take(page: Page, name: str) -> None:
    """What the window shows, when it has come to rest."""
    page.wait_for_timeout(700)
    page.screenshot(path=PLACE / f"{name}.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
