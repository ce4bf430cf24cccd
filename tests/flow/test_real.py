"""The main job on real input, in a browser: from the file as a person has it to an answer of a trained model."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.shared_data, pytest.mark.timeout(400)]
SOON = 120_000


@pytest.mark.parametrize(
    ("file", "rows", "target", "query", "says"),
    [
        ("titanic/titanic.csv", "891 rows", "Survived", "", "right"),
        ("penguins/penguins.csv", "344 rows", "species", "?learner=mlp&length=quick", "right"),
        ("diamonds/diamonds.csv", "53,940 rows", "price", "?length=quick", "off by"),
        (
            "sign-language-digits/sign-language-digits.zip",
            "2,062 rows",
            "label",
            "?learner=cnn&set.epochs=2&set.width=8&set.patience=0",
            "right",
        ),
    ],
)
def test_from_the_file_to_an_answer(
    page: Page, shared_data: Path, file: str, rows: str, target: str, query: str, says: str
) -> None:
    page.set_input_files("input[type=file]", shared_data / file)
    page.wait_for_url(re.compile("/datasets/"), timeout=SOON)
    expect(page.locator("h1")).to_contain_text(rows, timeout=SOON)
    page.click("button:has-text('Ask a question')")
    page.click(f"button.chip[name=target]:has-text('{target}')")
    expect(page.locator("#answer:not([aria-busy]) .ladder > li").nth(1)).to_be_visible(timeout=SOON)
    page.goto(f"{page.url}/model{query}")
    page.click("#train")
    page.wait_for_url(re.compile(r"/runs/\w+$"))
    page.wait_for_selector("[data-drawn]", timeout=SOON)
    expect(page.locator("[data-state=done]")).to_be_visible(timeout=240_000)
    run = page.url

    page.goto(f"{run}/report")
    expect(page.locator("h1")).to_contain_text(says)
    expect(page.locator("#worst")).to_be_visible()
    page.goto(f"{run}/use")
    if target == "label":
        page.click(".thumbs button >> nth=0")
    expect(page.locator("#answer .answer-label")).to_be_visible(timeout=SOON)
    expect(page.locator(".proof")).to_contain_text(re.compile(r"held-out (rows|pictures)"))
