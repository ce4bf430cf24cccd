"""Labelling in a real browser: number keys, many at once, undo, leaving, what to label next; boxes on pictures."""

import json
import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
SOON = 60_000


def open_sample(page: Page, key: str, headline: str) -> str:
    page.goto("/samples")
    page.click(f"button[value={key}]")
    expect(page.locator("h1")).to_contain_text(headline, timeout=SOON)
    return page.url


def begin(page: Page, data: str, name: str, kind: str, labels: str) -> None:
    page.goto(f"{data}/label")
    page.fill("[name=name]", name)
    page.check(f"[name=kind][value={kind}]")
    page.fill("[name=labels]", labels)
    page.click("button:has-text('Start to label')")
    expect(page.locator(".label-wall .current")).to_be_visible()


def test_texts_are_labelled_by_keys_and_the_next_are_found(page: Page) -> None:
    data = open_sample(page, "reviews", "600 rows")
    begin(page, data, "verdict", "category", "good, bad")
    first = page.locator("[data-row]").first
    page.keyboard.press("1")
    expect(first.locator("[data-now]")).to_have_text("good")
    expect(page.locator("[data-row]").nth(1)).to_have_class(re.compile("current"))
    page.keyboard.press("2")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("2")
    expect(page.locator("h1")).to_have_text("5 of 600 labelled")
    page.keyboard.press("u")
    expect(page.locator("h1")).to_have_text("2 of 600 labelled")
    page.reload()
    expect(page.locator("h1")).to_have_text("2 of 600 labelled", timeout=SOON)


def test_leaving_makes_a_version(page: Page) -> None:
    data = open_sample(page, "requests", "500 rows")
    begin(page, data, "urgent", "category", "yes, no")
    for key in "1212121212":
        page.keyboard.press(key)
    expect(page.locator("h1")).to_have_text("10 of 500 labelled")
    page.click("button:has-text('Find the rows worth most')")
    page.click("a:has-text('Label the rows worth most')", timeout=SOON)
    expect(page.locator(".label-wall .current")).to_be_visible()
    assert "rows=next" in page.url
    page.keyboard.press("1")
    expect(page.locator("h1")).to_have_text("11 of 500 labelled")
    page.click(".crumbs a")
    page.wait_for_url(re.compile(r"/datasets/\w+$"))
    expect(page.locator("h1")).to_contain_text("500 rows, 3 columns", timeout=SOON)
    expect(page.locator("thead")).to_contain_text("urgent")


def test_boxes_are_drawn_moved_and_kept(page: Page) -> None:
    data = open_sample(page, "shapes", "400 rows")
    begin(page, data, "places", "boxes", "thing, other")
    page.locator("[data-picture]").evaluate("picture => picture.decode()")
    area = page.locator("[data-boxes]").bounding_box()
    assert area is not None
    x, y, wide, high = area["x"], area["y"], area["width"], area["height"]
    page.mouse.move(x + wide * 0.25, y + high * 0.25)
    page.mouse.down()
    page.mouse.move(x + wide * 0.75, y + high * 0.5, steps=4)
    page.mouse.up()
    expect(page.locator("h1")).to_have_text("1 of 400 labelled")
    page.keyboard.press("2")
    page.keyboard.press("ArrowDown")
    expect(page.locator("[data-row]").first.locator("[data-now]")).to_have_text("other")
    page.reload()
    page.goto(f"{page.url.split('?')[0]}?rows=all")
    value = page.locator("[data-row]").first.get_attribute("data-value")
    (box,) = json.loads(str(value))
    assert box["label"] == "other"
    assert [box[side] for side in "xywh"] == pytest.approx([0.25, 0.26, 0.5, 0.25], abs=0.02)
    page.locator("[data-box]").click()
    page.keyboard.press("Delete")
    expect(page.locator("[data-box]")).to_have_count(0)
    page.locator("[data-stage]").press("b")
    page.click("button:has-text('Done')")
    expect(page.locator("h1")).to_contain_text("400 rows, 3 columns", timeout=SOON)
