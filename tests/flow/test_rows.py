"""An example of a format is taken and brought back; rows to test on are added to it; a workbook has its other sheet."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
SOON = 60_000


def take(page: Page, name: str, folder: Path) -> Path:
    """Download an example from the page of formats."""
    page.goto("/formats")
    with page.expect_download() as waiting:
        page.get_by_role("link", name=name, exact=True).click()
    path = folder / name
    waiting.value.save_as(path)
    return path


def test_an_example_comes_back_and_gets_a_test_part(page: Page, tmp_path: Path) -> None:
    workbook, table = take(page, "pots.xlsx", tmp_path), take(page, "pots.csv", tmp_path)
    page.goto("/datasets/new")
    page.set_input_files("input[type=file]", workbook)
    page.wait_for_url(re.compile(r"/datasets/\w+$"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("24 rows, 6 columns", timeout=SOON)
    page.get_by_role("link", name="Add rows").click()
    page.get_by_role("link", name="A test part").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Add rows to test on")
    page.set_input_files("input[type=file]", table)
    expect(page.get_by_role("heading", level=1)).to_contain_text("48 rows, 7 columns", timeout=SOON)
    expect(page.locator("#rows th", has_text="part").first).to_be_visible()
    page.get_by_role("link", name="Add rows").click()
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("a,b\n1,2\n3,4\n")
    page.set_input_files("input[type=file]", wrong)
    notice = page.get_by_text("The rows were not added. No column of the new file is called like")
    expect(notice).to_be_visible(timeout=SOON)
    page.get_by_role("button", name="Leave it").click()
    expect(notice).to_have_count(0)
