"""Making examples in a real browser: a fake camera and microphone, a drawing, painted points; and being refused."""

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.support.browser import FLAGS, find_chromium
from tests.support.needs import missing

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
SOON = 60_000
FAKE = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Headless Chromium with a made-up camera and microphone."""
    if find_chromium() is None:
        missing("Chromium is not installed (Debian: chromium).")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=[*FLAGS, *FAKE])
        yield browser
        browser.close()


def begin(page: Page, kind: str) -> None:
    page.goto("/datasets/new")
    page.click("a:has-text('Make your own examples')")
    page.click(f"button[value={kind}]")
    page.wait_for_url(re.compile(r"/capture/\w+$"))


def hold(page: Page, place: int, seconds: float) -> None:
    """Press the button of a class for so long."""
    button = page.locator("[data-hold]").nth(place)
    expect(button).to_be_enabled()
    button.hover()
    page.mouse.down()
    time.sleep(seconds)
    page.mouse.up()


def count(page: Page, place: int) -> int:
    return int(page.locator("[data-count]").nth(place).inner_text())


def test_photos_of_two_classes_become_a_table(page: Page) -> None:
    begin(page, "photos")
    page.click("[data-start]")
    hold(page, 0, 1.2)
    hold(page, 1, 0.9)
    expect(page.locator(".captured").nth(1).locator("img").nth(2)).to_be_visible()
    page.keyboard.down("1")
    time.sleep(0.5)
    page.keyboard.up("1")
    expect(page.locator(".captured").nth(0).locator("img").nth(5)).to_be_visible()
    expect(page.locator(".capture")).to_have_attribute("data-waiting", "0")
    before = count(page, 0)
    page.locator(".captured").nth(0).locator("li").first.hover()
    page.locator("[data-remove]").first.click()
    expect(page.locator("[data-count]").nth(0)).to_have_text(str(before - 1))
    made = count(page, 0) + count(page, 1)
    page.reload()
    assert count(page, 0) + count(page, 1) == made
    page.click("[data-use]")
    expect(page.locator("h1")).to_contain_text(f"{made} rows, 2 columns", timeout=SOON)
    page.goto("/capture")
    page.click(".rows a:has-text('Photos')")
    page.click("[data-start]")
    hold(page, 0, 0.5)
    expect(page.locator("[data-count]").nth(0)).not_to_have_text(str(before - 1))
    expect(page.locator(".capture")).to_have_attribute("data-waiting", "0")
    more = count(page, 0) + count(page, 1)
    page.click("[data-use]")
    expect(page.locator("h1")).to_contain_text(f"{more} rows", timeout=SOON)


def test_sounds_are_cut_into_seconds(page: Page) -> None:
    begin(page, "sounds")
    assert page.locator(".class-name").first.input_value() == "Background noise"
    page.click("[data-start]")
    hold(page, 0, 0.4)
    expect(page.locator("[data-said]")).to_contain_text("at least one second")
    hold(page, 0, 2.6)
    expect(page.locator("[data-count]").nth(0)).to_have_text("2")
    clip = page.request.get(str(page.locator("[data-item]").first.get_attribute("data-item")))
    sound = clip.body()
    assert clip.headers["content-type"] == "audio/wav"
    assert sound[:4] == b"RIFF"
    assert len(sound) == 44 + 2 * 16_000
    assert any(sound[44:]), "the fake microphone beeps"


def test_a_drawing_is_saved_by_keyboard_and_pointer(page: Page) -> None:
    begin(page, "drawings")
    box = page.locator("canvas").bounding_box()
    assert box is not None
    for _ in range(2):
        page.mouse.move(box["x"] + 40, box["y"] + 40)
        page.mouse.down()
        page.mouse.move(box["x"] + 180, box["y"] + 150, steps=8)
        page.mouse.up()
        page.keyboard.press("Enter")
        page.keyboard.press("n")
    expect(page.locator(".captured").nth(0).locator("img")).to_have_count(1)
    expect(page.locator(".captured").nth(1).locator("img")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator("[data-said]")).to_contain_text("Draw something first")


def test_points_are_painted_made_and_kept(page: Page) -> None:
    begin(page, "points")
    with page.expect_response(re.compile("/points$")):
        page.click("[data-set=moons]")
    expect(page.locator("[data-said]")).to_have_text("300 points")
    box = page.locator("canvas").bounding_box()
    assert box is not None
    page.locator("[name=class]").nth(1).check()
    with page.expect_response(re.compile("/points$")):
        page.mouse.click(box["x"] + 30, box["y"] + 30)
    expect(page.locator("[data-said]")).to_have_text("303 points")
    page.locator("canvas").focus()
    with page.expect_response(re.compile("/points$")):
        page.keyboard.press("ArrowUp")
        page.keyboard.press("Space")
    page.reload()
    expect(page.locator("[data-said]")).to_have_text("306 points")
    page.click("[data-use]")
    expect(page.locator("h1")).to_contain_text("306 rows, 3 columns", timeout=SOON)


def test_texts_and_a_pasted_table(page: Page) -> None:
    begin(page, "texts")
    for place in (0, 1):
        page.locator("textarea").nth(place).fill(f"first of {place}\nsecond of {place}")
        page.locator("button:has-text('Add')").nth(place).click()
        expect(page.locator("[data-count]").nth(place)).to_have_text("2")
    page.goto("/capture")
    page.fill("textarea", "size\tkind\n1\tcat\n2\tdog\n3\tcat\n")
    page.click("button:has-text('Make a table')")
    expect(page.locator("h1")).to_contain_text("3 rows, 2 columns", timeout=SOON)


def test_a_page_without_camera_says_why(page: Page) -> None:
    page.add_init_script("Object.defineProperty(navigator, 'mediaDevices', { value: undefined })")
    begin(page, "photos")
    expect(page.locator("[data-said]")).to_contain_text("https or on this very computer (localhost)")
    expect(page.locator("[data-start]")).to_be_hidden()
    expect(page.locator("[data-files]").first).to_be_enabled()


def test_a_denied_microphone_says_what_to_do(page: Page) -> None:
    page.add_init_script(
        "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'))"
    )
    begin(page, "sounds")
    page.click("[data-start]")
    expect(page.locator("[data-said]")).to_contain_text("left of the address bar")
    expect(page.locator("[data-start]")).to_be_visible()
