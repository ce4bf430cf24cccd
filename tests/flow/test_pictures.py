"""The whole path of pictures: a zip of class folders, a network learning live, its errors, a photo, the download."""

import io
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]
SOON = 60_000


def a_shape(kind: str, seed: int) -> bytes:
    """A noisy photo of a disc or of a bar, as PNG."""
    dice = np.random.default_rng(seed)
    image = Image.fromarray(dice.integers(0, 90, (48, 48, 3), dtype=np.uint8))
    x, y = (int(v) for v in dice.integers(8, 20, 2))
    draw = ImageDraw.Draw(image)
    if kind == "disc":
        draw.ellipse((x, y, x + 18, y + 18), fill=(230, 200, 90))
    else:
        draw.rectangle((x, y + 7, x + 22, y + 12), fill=(230, 200, 90))
    packed = io.BytesIO()
    image.save(packed, "PNG")
    return packed.getvalue()


def some_shapes(path: Path, each: int = 60) -> Path:
    """A zip of two class folders."""
    with zipfile.ZipFile(path, "w") as archive:
        for n in range(each):
            for kind in ("disc", "bar"):
                archive.writestr(f"shapes/{kind}/{n:03}.png", a_shape(kind, n * 2 + (kind == "bar")))
        archive.writestr("shapes/disc/broken.png", a_shape("disc", 1)[:200])
    return path


def test_from_a_zip_to_a_model(page: Page, tmp_path: Path) -> None:
    page.set_input_files("input[type=file]", some_shapes(tmp_path / "shapes.zip"))
    page.wait_for_url(re.compile("/datasets/"))
    expect(page.locator("h1")).to_contain_text("120 rows", timeout=SOON)
    expect(page.locator(".findings")).to_contain_text("could not be read")

    page.click("button:has-text('Ask a question')")
    page.click("button.chip[name=target]:has-text('label')")
    expect(page.locator("#answer:not([aria-busy]) .ladder > li").first).to_be_visible(timeout=SOON)
    page.click("a:has-text('Choose a model')")
    expect(page.locator("input[name=learner][value=cnn]")).to_be_checked()
    page.click("label:has-text('Quick')")
    page.click("#train")

    page.wait_for_url(re.compile(r"/runs/\w+$"))
    page.wait_for_selector("[data-drawn]", timeout=SOON)
    expect(page.locator("[data-state=done]")).to_be_visible(timeout=240_000)
    run = page.url

    page.goto(f"{run}/report")
    expect(page.locator("h1")).to_contain_text("it has never seen")
    page.click("table.matrix td a >> nth=0")
    expect(page.locator("#rows-drawer img").first).to_be_visible()
    page.keyboard.press("Escape")

    page.goto(f"{run}/use")
    photo = tmp_path / "mine.png"
    photo.write_bytes(a_shape("disc", 9_999))
    page.set_input_files("input[name=picture]", photo)
    expect(page.locator("#answer")).to_contain_text("%", timeout=SOON)
    said = page.locator("#answer").inner_text()
    expect(page.locator(".proof")).to_contain_text("held-out")
    with page.expect_download() as download:
        page.click("#download")
    archive = tmp_path / "model.zip"
    download.value.save_as(archive)
    answer = run_download(archive, tmp_path / "taken", photo)
    assert answer in said

    project = page.locator(".rail a").nth(1).get_attribute("href")
    page.goto(f"{project}/runs")
    expect(page.locator("main table tbody")).to_contain_text("CNN")


def run_download(archive: Path, place: Path, photo: Path) -> str:
    """Unpack and run predict.py as its taker would; the label it gives."""
    with zipfile.ZipFile(archive) as file:
        file.extractall(place)
    script = next(place.rglob("predict.py"))
    done = subprocess.run(
        [sys.executable, str(script), str(photo)], capture_output=True, text=True, check=True, timeout=120
    )
    labels = json.loads(next(place.rglob("model.json")).read_text())["labels"]
    found = [label for label in labels if re.search(rf"\b{label}\b", done.stdout)]
    assert found, done.stdout
    return min(found, key=done.stdout.index)
