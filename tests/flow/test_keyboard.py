"""The whole path of a table without a pointer: from the file to the answer, by Tab, Enter, Space and letters."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
SOON = 60_000
FOCUSED = """() => {
  const here = document.activeElement;
  if (!here || here === document.body) return "";
  const box = here.getBoundingClientRect();
  const outline = getComputedStyle(here);
  return [here.getAttribute("aria-label") || here.innerText || here.name || here.id, here.tagName,
          outline.outlineStyle !== "none" || outline.boxShadow !== "none" ||
          getComputedStyle(here.closest("label, .drop") || here).outlineStyle !== "none"].join("|");
}"""


def tab_to(page: Page, name: str, most: int = 80) -> None:
    """Press Tab until something of this name has the focus."""
    seen = []
    for _ in range(most):
        page.keyboard.press("Tab")
        here = str(page.evaluate(FOCUSED))
        seen.append(here)
        if re.search(name, here):
            return
    raise AssertionError(f"Tab never reached ‘{name}’; it went over {seen}")


def test_from_the_file_to_the_answer(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "members.csv"
    lines = [
        f"{20 + n % 50},{['Rome', 'Oslo', 'Lima'][n % 3]},{'yes' if n % 50 > 25 else 'no'}"
        for n in range(300)
    ]
    file.write_text("age,town,pays\n" + "\n".join(lines) + "\n")

    tab_to(page, r"\|INPUT")
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Space")
    chooser.value.set_files(file)
    expect(page.locator("table.grid")).to_be_visible(timeout=SOON)

    tab_to(page, "^Ask a question")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Which column")
    tab_to(page, "^pays")
    page.keyboard.press("Enter")
    expect(page.locator("#answer:not([aria-busy]) .ladder > li")).to_have_count(3, timeout=SOON)

    tab_to(page, "^Choose a model")
    page.keyboard.press("Enter")
    expect(page.locator("#train")).to_be_visible()
    page.locator("body").press("t")
    page.wait_for_url(re.compile(r"/runs/\w+$"))
    expect(page.locator("[data-state=done]")).to_be_visible(timeout=SOON)

    tab_to(page, "^Evaluate", 100)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/report$"))
    tab_to(page, r"^Use this model", 120)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/use$"))
    expect(page.locator("#answer")).to_contain_text("%", timeout=SOON)
    tab_to(page, "^Download", 60)
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename.endswith(".zip")


def test_the_focus_can_be_seen(page: Page) -> None:
    for _ in range(8):
        page.keyboard.press("Tab")
        name, tag, visible = str(page.evaluate(FOCUSED)).rsplit("|", 2)
        assert visible == "true", f"{tag} ‘{name}’ has the focus and does not show it"


def test_letters_typed_into_a_field_do_nothing_else(page: Page) -> None:
    page.goto("/account")
    field = page.locator("input[name=name]")
    field.press("End")
    field.type("t.?/")
    expect(field).to_have_value(re.compile(r"t\.\?/$"))
    assert page.url.endswith("/account")
