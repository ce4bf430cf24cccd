"""A table is mended in the browser, a model learns from it, and is asked about a row as it was brought."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.flow.conftest import SOON


def passengers(path: Path) -> Path:
    """300 passengers; ages with holes, a class in numbers, and who survived follows from both."""
    lines = ["name,age,class,fare,survived"]
    for n in range(300):
        age = "" if n % 9 == 4 else str(n * 7 % 70)
        survived = "yes" if (n % 3 == 1) != (n * 7 % 70 > 50) else "no"
        lines.append(f'"Nr {n}, Mr. Somebody",{age},{n % 3 + 1},{n % 3 * 20 + n % 7},{survived}')
    path.write_text("\n".join(lines) + "\n")
    return path


def do_it(page: Page) -> None:
    """Send the form of a step, and wait until its version is shown."""
    with page.expect_navigation():
        page.click("#step-form button:has-text('Do it')")
    expect(page.locator("#mending")).to_have_count(0, timeout=SOON)


def test_mend_undo_train_and_ask_about_a_row_as_it_was_brought(page: Page, tmp_path: Path) -> None:
    page.set_input_files("input[type=file] >> nth=0", passengers(tmp_path / "passengers.csv"))
    page.wait_for_url(re.compile(r"/datasets/\w+$"))
    expect(page.locator("h1")).to_have_text("passengers: 300 rows, 5 columns", timeout=SOON)
    place = page.url
    page.click("th:has-text('class') a.header-facts")
    page.click("#column .chip:has-text('Change the type')")
    page.select_option("#step-form select[name=type]", "text")
    page.select_option("#step-form select[name=type]", "category")
    expect(page.locator("#effect")).to_contain_text("Every value of the 300 rows can be read so.")
    do_it(page)

    page.click("nav.tabs a:has-text('Steps')")
    page.click("a.chip:has-text('Fill holes')")
    page.select_option("#step-form select[name=column]", label="age")
    page.select_option("#step-form select[name=how]", label="the median")
    expect(page.locator("#effect")).to_contain_text("33 holes are filled in training")
    do_it(page)

    page.click("a.chip:has-text('Make a column')")
    page.fill("#step-form [name=name]", "child")
    page.fill("#step-form [name=expression]", "aeg < 18")
    expect(page.locator("#effect")).to_contain_text("There is no column ‘aeg’")
    page.fill("#step-form [name=expression]", "age < 18 or age is missing")
    expect(page.locator("#effect")).to_contain_text("300 of 300 rows get a value.")
    do_it(page)

    page.click("a.chip:has-text('Leave out columns')")
    page.check("#step-form label:has-text('fare') input")
    do_it(page)
    expect(page.locator("ol.steps > li")).to_have_count(4)
    page.click("button:has-text('Undo')")
    page.wait_for_url(place)
    expect(page.locator("h1")).to_have_text("passengers: 300 rows, 6 columns")
    expect(page.locator("th:has-text('fare')")).to_have_count(1)

    page.click("button:has-text('Ask a question')")
    page.click("button.chip[name=target]:has-text('survived')")
    expect(page.locator("#answer:not([aria-busy]) .ladder > li")).to_have_count(3, timeout=SOON)
    page.click("a:has-text('Choose a model')")
    page.click("button:has-text('Train')")
    page.wait_for_url(re.compile(r"/runs/\w+$"))
    expect(page.locator("[data-state=done], .badge.done").first).to_be_visible(timeout=SOON)

    page.goto(f"{page.url}/use")
    expect(page.locator("#try")).to_contain_text("Give the values as they are in the file")
    fields = page.locator(".input-grid input, .input-grid select")
    labels = page.locator(".input-grid label").all_inner_texts()
    assert (sorted(labels), fields.count()) == (["age", "class", "fare"], 3)
    page.fill(".input-grid input[name=c1]", "")
    expect(page.locator("#answer")).to_contain_text(
        re.compile("age: missing; .* stands in, as in training"), timeout=SOON
    )
    expect(page.locator("#answer .answer-label")).to_have_text(re.compile("yes|no"))

    page.goto(f"{place}/steps")
    expect(page.locator("ol.versions > li").nth(1)).to_contain_text("1 run, 1 model")
    page.click("button:has-text('Redo')")
    expect(page.locator("h1")).to_have_text("passengers: 300 rows, 5 columns")


def test_steps_by_keyboard_and_on_a_phone(page: Page, tmp_path: Path) -> None:
    page.set_input_files("input[type=file] >> nth=0", passengers(tmp_path / "people.csv"))
    page.wait_for_url(re.compile(r"/datasets/\w+$"))
    expect(page.locator("h1")).to_have_text("people: 300 rows, 5 columns", timeout=SOON)
    page.set_viewport_size({"width": 360, "height": 740})
    place = page.url
    for kind in ("rename", "clip"):
        page.goto(f"{place}/steps?kind={kind}")
        expect(page.locator("#effect")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.focus("#step-form select[name=column]")
    page.keyboard.press("Tab")
    page.keyboard.type("5")
    page.keyboard.press("Tab")
    page.keyboard.type("60")
    expect(page.locator("#effect")).to_contain_text(re.compile("of 300 cells change"))
    page.keyboard.press("Enter")
    expect(page.locator("#mending")).to_have_count(0, timeout=SOON)
    expect(page.locator("ol.steps > li")).to_have_count(1)
    page.focus("button[aria-label='Take out step 1']")
    page.keyboard.press("Enter")
    expect(page.locator("ol.steps > li")).to_have_count(0, timeout=SOON)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
