"""A folder of pictures with boxes: read, shown how, and read another way with one click."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.importing import a_sound, a_zip

pytestmark = [pytest.mark.browser, pytest.mark.timeout(200)]
SOON = 60_000
EXAMPLES = Path(__file__).parents[2] / "static" / "examples"


def test_read_another_way(page: Page) -> None:
    page.goto("/datasets/new")
    page.set_input_files("input[type=file] >> nth=0", EXAMPLES / "yolo.zip")
    page.wait_for_url(re.compile(r"/datasets/\w{10,}"))
    expect(page.locator("h1")).to_contain_text("8 rows, 3 columns", timeout=SOON)
    page.click("nav.tabs a:has-text('Source')")
    expect(page.locator("h1")).to_have_text("Read as: Pictures with boxes, YOLO")
    page.click("summary:has-text('ways that do not fit')")
    expect(page.locator("#source dl.facts")).to_contain_text("There is no JSON file.")
    page.get_by_role("button", name="Read it as: Pictures alone").press("Enter")
    expect(page.locator("h1")).to_contain_text("8 rows, 1 column", timeout=SOON)
    page.click("nav.tabs a:has-text('Source')")
    expect(page.locator("h1")).to_have_text("Read as: Pictures alone")
    page.get_by_role("button", name="Read it as: Pictures with boxes, YOLO").click()
    expect(page.locator("h1")).to_contain_text("8 rows, 3 columns", timeout=SOON)


def test_a_sound_is_heard_from_its_middle(page: Page, tmp_path: Path) -> None:
    (tmp_path / "tones.zip").write_bytes(a_zip({"a/1.wav": a_sound(6.0), "b/2.wav": a_sound(1.0)}))
    page.goto("/datasets/new")
    page.set_input_files("input[type=file] >> nth=0", tmp_path / "tones.zip")
    page.wait_for_url(re.compile(r"/datasets/\w{10,}"))
    expect(page.locator("h1")).to_contain_text("2 rows", timeout=SOON)
    heard = page.evaluate(
        """(address) => new Promise((done) => {
            const sound = new Audio(address);
            sound.onloadedmetadata = () => { sound.currentTime = 3; };
            sound.onseeked = () => done([sound.duration, sound.currentTime]);
            sound.onerror = () => done([sound.error.message, 0]);
        })""",
        f"{page.url}/media/c0/0",
    )
    assert heard == pytest.approx([6.0, 3.0], abs=0.1)
