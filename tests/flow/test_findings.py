"""From a table with planted faults to what is found, looked at deeper, and mended, by real clicks."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.trainer.audit.world import a_titanic_like_table, flip

SOON = 60_000

pytestmark = pytest.mark.browser


def test_faults_are_found_looked_at_and_mended(page: Page, tmp_path: Path) -> None:
    lines, fates = a_titanic_like_table(0, 300)
    flipped, _ = flip(fates, 0.05, 0)
    rows = [f"{a},{b}" for a, b in zip(lines, flipped, strict=True)]
    source = tmp_path / "passengers.csv"
    source.write_text("\n".join(["sex,class,age,fare,saved", *rows, *rows[:3]]) + "\n")
    page.goto("/datasets/new")
    page.set_input_files("input[type=file]", source)
    findings = page.locator("#findings")
    expect(findings).to_contain_text("3 rows repeat an earlier one.", timeout=SOON)
    findings.get_by_label("Not a problem: ‘age’ is missing").click()
    expect(findings).to_contain_text("1 set aside", timeout=SOON)
    findings.locator("select").select_option(label="saved")
    findings.get_by_role("button", name="Look deeper").click()
    findings.get_by_role("link", name="See and mend").click()
    suspects = page.url
    page.get_by_role("button", name="Go through them by keys").click()
    first = page.locator(".label-wall [data-suggested]").first
    expect(first).to_contain_text("perhaps")
    page.keyboard.press("s")
    expect(first.locator("[data-now]")).to_have_text(str(first.get_attribute("data-suggested")))
    expect(page.locator("[data-said]")).to_contain_text("1 wait to be put into the table")
    page.goto(suspects)
    page.locator(".suspects tbody tr").first.get_by_role("checkbox").check()
    page.get_by_role("button", name="Write the ticked as suggested").click()
    expect(page.locator("h1")).to_contain_text("passengers", timeout=SOON)
    findings.get_by_role("button", name="Leave out 3 rows").click()
    expect(page.locator("h1")).to_contain_text("300 rows", timeout=SOON)
