"""From a leak to a split that keeps groups whole, the looks at the test part, and previews of what training sees."""

import csv
import random
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.flow.test_pictures import some_shapes

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.expected("status of 422")]
SOON = 60_000


def some_visits(path: Path) -> Path:
    """600 visits of 60 patients; the last 40 rows are copies."""
    dice = random.Random(1)
    rows = []
    for n in range(600):
        ill = dice.random() < 0.3
        pressure = round(dice.gauss(130 if ill else 110, 12), 1)
        rows.append(
            [f"P{n % 60:03}", f"2024-{1 + n % 12:02}-{1 + n % 28:02}", pressure, "ill" if ill else "well"]
        )
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([["patient_id", "visited", "pressure", "result"], *rows, *rows[:40]])
    return path


def ask(page: Page, file: Path, target: str) -> None:
    """Bring a file and ask for a column, until its parts are counted."""
    page.set_input_files("input[type=file]", file)
    page.wait_for_url(re.compile(r"/datasets/\w+$"))
    expect(page.locator("#rows")).to_be_visible(timeout=SOON)
    page.click("button:has-text('Ask a question')")
    page.click(f"button.chip[name=target]:has-text('{target}')")
    expect(page.locator("#parts table")).to_be_attached(timeout=SOON)


def test_a_leak_is_seen_mended_and_the_test_part_stays_covered(page: Page, tmp_path: Path) -> None:
    ask(page, some_visits(tmp_path / "visits.csv"), "result")
    expect(page.locator(".leaks")).to_contain_text("are copies of rows in another part")
    page.click(".leaks a:has-text('Show rows') >> nth=0")
    expect(page.locator("#leak .leak-table tbody tr").first).to_be_visible()
    page.keyboard.press("Escape")
    page.click("#mend-group-c0")
    expect(page.locator("#way-group")).to_be_checked(timeout=SOON)
    expect(page.locator("#parts")).to_contain_text("42 groups", timeout=SOON)
    expect(page.locator("#parts")).to_contain_text("No row stands in two parts")

    page.fill("#split-train", "80")
    page.locator("#split-train").press("Tab")
    expect(page.locator(".notice.bad")).to_contain_text("make 110 %, not 100 %")
    page.locator("#way-time").check()
    expect(page.locator("#parts")).to_contain_text("2024-01-01 to", timeout=SOON)
    expect(page.locator("#answer:not([aria-busy]) .ladder > li").first).to_be_visible(timeout=SOON)

    page.click("a:has-text('Choose a model')")
    page.click("label:has-text('Quick')")
    page.click("#train")
    page.wait_for_url(re.compile(r"/runs/\w+$"))
    expect(page.locator("[data-state=done]")).to_be_visible(timeout=120_000)
    run = page.url
    expect(page.locator(".recipe-table")).to_contain_text("By time, 70 / 15 / 15 %")
    page.goto(f"{page.locator('.crumbs a').first.get_attribute('href')}/runs")
    expect(page.locator(".looks")).to_contain_text("not looked at yet")
    expect(page.locator("#rows th:has-text('Test')")).to_have_count(0)
    expect(page.locator("#run-1 a:has-text('Copy')")).to_be_visible()
    page.goto(f"{run}/report")
    expect(page.locator("#looks")).to_contain_text("looked at once")
    page.goto(f"{page.locator('.crumbs a').first.get_attribute('href')}/runs")
    page.click("#show-tests")
    expect(page.locator("#rows th:has-text('Test')")).to_have_count(1)
    expect(page.locator(".looks")).to_contain_text("looked at once")  # within the same minute


def test_a_slider_draws_what_training_will_see(page: Page, tmp_path: Path) -> None:
    ask(page, some_shapes(tmp_path / "shapes.zip", each=20), "label")
    page.click("a:has-text('Choose a model')")
    pictures = page.locator("#previews img")
    expect(pictures).to_have_count(3 * 6)
    expect(page.locator("#aug-mirror")).not_to_be_checked()
    expect(page.locator(".change:has(#aug-mirror)")).to_contain_text("nobody said that")
    page.locator("#aug-rotate").check()
    slider = page.locator("[name='aug.rotate.degrees']")
    expect(slider).to_be_visible()
    before = pictures.last.get_attribute("src")
    slider.focus()
    slider.press("End")
    expect(pictures.last).to_have_attribute("src", re.compile("aug.rotate.degrees=180"))
    assert pictures.last.get_attribute("src") != before
    page.locator("#previews").scroll_into_view_if_needed()
    for place in (1, 2, 5):  # as encoded, and two draws
        picture = pictures.nth(place)
        picture.scroll_into_view_if_needed()
        for _ in range(200):
            if picture.evaluate("image => image.complete && image.naturalWidth"):
                break
            page.wait_for_timeout(50)
        assert picture.evaluate("image => image.naturalWidth") == 64
    expect(page).to_have_url(re.compile("aug.rotate.degrees=180"))
