"""Looking at data in a real browser: asking, brushing, picking, the tensors of a row, a chart, a map."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
SOON = 60_000


@pytest.fixture(scope="module")
def table(context: BrowserContext, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of 300 people, brought once for all tests."""
    file = tmp_path_factory.mktemp("people") / "people.csv"
    lines = [f"{20 + n * 7 % 50},{['Rome', 'Oslo', 'Lima'][n % 3]},{n * 1.5 + n % 11}" for n in range(300)]
    file.write_text("age,town,pay\n" + "\n".join(lines) + "\n")
    page = context.new_page()
    page.goto("/")
    page.set_input_files("input[type=file]", file)
    page.wait_for_url(re.compile(r"/datasets/\w+$"))
    expect(page.locator("#rows")).to_be_visible(timeout=SOON)
    address = page.url
    page.close()
    return address


def count(page: Page, words: str) -> None:
    expect(page.locator("#rows [role=status]").first).to_have_text(words)


def test_a_condition_is_completed_by_keyboard_and_goes_back(page: Page, table: str) -> None:
    page.goto(table)
    page.focus("#grid-condition")
    page.keyboard.type("to")
    expect(page.locator("#grid-completions [role=option]").first).to_contain_text("town")
    for key in ("ArrowDown", "Enter"):
        page.keyboard.press(key)
    page.keyboard.type("= ")
    expect(page.locator("#grid-completions")).to_contain_text("'Oslo'")
    page.keyboard.type("'Oslo' and age > 40")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"\?q=town"))
    expect(page.locator("a.chip.filter")).to_contain_text("town = 'Oslo' and age > 40")
    page.keyboard.press("Escape")
    page.go_back()
    count(page, "300 rows")


def test_brushed_rows_are_picked_kept_and_let_go(page: Page, table: str) -> None:
    page.goto(table)
    bars = page.locator("th:has-text('age') .brush svg").bounding_box()
    assert bars is not None
    page.mouse.move(bars["x"] + 2, bars["y"] + 9)
    page.mouse.down()
    page.mouse.move(bars["x"] + bars["width"] / 2, bars["y"] + 9, steps=3)
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"filter\.c0\.from="))
    page.locator("tr[data-row]").first.focus()
    page.keyboard.press("x")
    page.keyboard.press("Shift+ArrowDown")
    expect(page.locator(".selection [data-count]")).to_have_text("2 rows selected")
    page.click(".selection summary:has-text('Save as slice')")
    page.fill(".selection [name=name]", "young")
    page.click(".selection .pop[open] button")
    expect(page).to_have_url(re.compile(r"\?set=\w+$"))
    count(page, "2 of 300 rows")
    page.click("a.chip.filter:has-text('young')")
    count(page, "300 rows")


def test_a_row_is_shown_as_tensors(page: Page, table: str) -> None:
    page.goto(table)
    page.click("tr[data-row='1'] td >> nth=0")
    expect(page.locator("#row-body .tensors > li")).to_have_count(3, timeout=SOON)
    expect(page.locator("#row-body .tensors > li:has-text('town')")).to_contain_text("float32 [4]")
    expect(
        page.locator("#row-body .tensors > li:has-text('town') .values > div:has-text('town = Oslo') dd")
    ).to_have_text("1")


def test_points_drawn_around_open_as_rows(page: Page, table: str) -> None:
    page.goto(f"{table}/explore?x=c0&y=c2&chart=scatter&colour=c1")
    expect(page.locator(".cloud[data-drawn='300']")).to_be_visible(timeout=SOON)
    place = page.locator(".cloud canvas").bounding_box()
    assert place is not None
    corners = [(0.02, 0.02), (0.98, 0.02), (0.98, 0.4), (0.02, 0.4)]
    for n, (x, y) in enumerate(corners):
        page.mouse.move(place["x"] + x * place["width"], place["y"] + y * place["height"], steps=3)
        if n == 0:
            page.mouse.down()
    page.mouse.up()
    expect(page.locator("#scatter-bar [data-count]")).to_have_text(re.compile(r"^\d+ rows selected$"))
    picked = page.locator("#scatter-bar [data-count]").inner_text().split()[0]
    page.click("#scatter-bar button:has-text('Open these rows')")
    count(page, f"{picked} of 300 rows")
    assert 0 < int(picked) < 300


def test_a_map_is_drawn_and_reads_at_360_px(page: Page, table: str) -> None:
    page.goto(f"{table}/map")
    page.click(".map-method:has-text('PCA')")
    expect(page.locator(".cloud[data-drawn='300']")).to_be_visible(timeout=2 * SOON)
    page.set_viewport_size({"width": 360, "height": 740})
    for place in (
        f"{table}/map",
        f"{table}/explore?x=c1&y=c2",
        f"{table}/explore?x=c1&y=c0&chart=heat",
        f"{table}?q=age+>+30",
    ):
        page.goto(place)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, place


@pytest.mark.shared_data
def test_pictures_with_boxes_and_sounds(page: Page, shared_data: Path) -> None:
    page.goto("/")
    page.set_input_files("input[type=file]", shared_data / "raccoon" / "raccoon-coco-20.zip")
    page.wait_for_url(re.compile(r"/datasets/\w+$"))
    page.click("a.chip:has-text('Wall')", timeout=SOON)
    expect(page.locator(".thumb svg.layer rect").first).to_be_attached()
    page.click("label.chip:has-text('boxes')")
    expect(page.locator(".thumb svg.layer").first).to_be_hidden()
    page.click(".thumb [data-open] >> nth=0")
    expect(page.locator("#row-body .planes canvas")).to_have_count(3, timeout=SOON)
