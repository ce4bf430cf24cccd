"""The whole path of a table's models: choose, train, watch, pause, judge, look at rows, try, take away, compare."""

import csv
import io
import json
import os
import re
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.support.server import AServer

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
SOON = 60_000
TRAINED = 240_000


@pytest.fixture(scope="module")
def titanic(context: BrowserContext) -> str:
    """The address of a project that asks for Survived of made passengers."""
    page = context.new_page()
    page.goto("/")
    page.set_input_files(
        "input[type=file]", {"name": "titanic.csv", "mimeType": "text/csv", "buffer": passengers()}
    )
    page.wait_for_url(re.compile("/datasets/"))
    expect(page.locator("h1")).to_contain_text("rows", timeout=SOON)
    page.click("button:has-text('Ask a question')")
    page.click("button.chip[name=target]:has-text('Survived')")
    expect(page.locator("#answer:not([aria-busy]) .ladder > li").first).to_be_visible(timeout=SOON)
    address = re.sub(r"\?.*", "", page.url)
    page.close()
    return address


def passengers() -> bytes:
    """400 made passengers: women and children mostly survive."""
    lines = io.StringIO()
    out = csv.writer(lines)
    out.writerow(["Survived", "Sex", "Age", "Fare", "Embarked"])
    for n in range(400):
        sex = "female" if (n * 7) % 20 < 8 else "male"
        age = "" if n % 9 == 0 else (n * 13) % 71
        luck = (n * 29) % 100
        lived = luck < 78 if sex == "female" or (age != "" and int(age) < 10) else luck < 20
        out.writerow([int(lived), sex, age, 7 + (n * 17) % 90, "SCQ"[n % 3]])
    return lines.getvalue().encode()


def wait_for_end(page: Page) -> None:
    expect(page.locator("[data-state=done], [data-state=stopped]")).to_be_visible(timeout=TRAINED)


def train(page: Page, project: str, query: str = "") -> str:
    """Press Train on the recipe page; the run's address."""
    page.goto(f"{project}/model{query}")
    page.click("#train")
    page.wait_for_url(re.compile(r"/runs/\w+$"))
    return page.url


def test_boosting_from_the_recipe_to_the_scoreboard(page: Page, titanic: str, tmp_path: Path) -> None:
    page.goto(f"{titanic}/model")
    expect(page.locator("input[name=learner][value=boosting]")).to_be_checked()
    page.click("summary:has-text('Advanced')")
    page.fill("[name='set.max_depth']", "99")
    page.press("[name='set.max_depth']", "Tab")
    expect(page.locator("#field-set\\.max_depth-error")).to_contain_text(
        "Tree depth must be a whole number from 1 to 16"
    )
    page.fill("[name='set.max_depth']", "9")
    page.press("[name='set.max_depth']", "Tab")
    expect(page.locator("h1")).to_contain_text("depth 9")
    assert "set.max_depth=9" in page.url
    rounds = page.input_value("[name='set.rounds']")
    page.click("label:has-text('Quick')")
    expect(page.locator("[name='set.rounds']")).not_to_have_value(rounds)
    expect(page.locator("[name='set.max_depth']")).to_have_value("9")
    page.click("#train")
    page.wait_for_url(re.compile(r"/runs/\w+$"))
    run = page.url
    wait_for_end(page)
    expect(page.locator("h1")).to_contain_text("it has never seen")
    expect(page.locator("#curve")).to_have_attribute("data-drawn", re.compile(r"^[1-9]"), timeout=SOON)
    expect(page.locator(".rail")).to_contain_text("XGBoost · depth 9")

    read_report(page)
    try_and_take(page, run, tmp_path)
    copy_and_compare(page, titanic)


def read_report(page: Page) -> None:
    """A wrong cell of the matrix opens exactly its rows."""
    page.click("a:has-text('Evaluate'):not(.rail a)")
    page.wait_for_url(re.compile("/report$"))
    cell = page.locator("table.matrix td.wrong a").first
    count = int(cell.inner_text())
    cell.click()
    rows = page.locator("#rows-drawer tbody tr")
    expect(rows.first).to_be_visible()
    assert rows.count() == min(count, 24)
    page.keyboard.press("Escape")


def try_and_take(page: Page, run: str, place: Path) -> None:
    """The answer follows the form; what is downloaded answers without us."""
    page.goto(f"{run}/use")
    answer = page.locator("#answer")
    expect(answer).to_contain_text("%", timeout=SOON)
    before = answer.inner_text()
    sex = page.get_by_label("Sex")
    sex.select_option("male" if sex.input_value() == "female" else "female")
    expect(answer).not_to_have_text(before, timeout=SOON)
    page.click("#another")
    expect(page).to_have_url(re.compile("example=1"))
    expect(page.locator("#answer")).to_contain_text("%", timeout=SOON)

    expect(page.locator(".proof")).to_contain_text("held-out rows")
    with page.expect_download() as download:
        page.click("#download")
    assert download.value.suggested_filename == "titanic-run-1.zip"
    answers = run_download(Path(download.value.path()), place)
    assert len(answers) == 2


def copy_and_compare(page: Page, titanic: str) -> None:
    """The scoreboard has runs and baselines; a copy with one change says what it changed."""
    page.goto(f"{titanic}/runs?sort=validation&desc=1")
    expect(page.locator("#run-1")).to_contain_text("best")
    expect(page.locator("tr.baseline-row")).to_have_count(3)
    page.click("#run-1 a:has-text('Copy')")
    page.wait_for_url(re.compile(r"/model\?"))
    expect(page.locator("[name='set.max_depth']")).to_have_value("9")
    page.fill("[name='set.learning_rate']", "0.3")
    page.press("[name='set.learning_rate']", "Tab")
    expect(page.locator("#recipe")).to_contain_text("You set it. Back to")
    page.click("#train")
    page.wait_for_url(re.compile(r"/runs/\w+$"))
    wait_for_end(page)
    page.goto(f"{titanic}/runs")
    expect(page.locator("#run-2")).to_contain_text(re.compile(r"from 1: learning rate [\d.]+ → 0\.3"))


def run_download(archive: Path, place: Path) -> list[str]:
    """Unpack and run predict.py on two rows as its taker would; its lines without the head."""
    with zipfile.ZipFile(archive) as file:
        file.extractall(place)
    script = next(place.rglob("predict.py"))
    rows = place / "rows.csv"
    rows.write_text("Sex,Age,Fare,Embarked\nfemale,30,50,S\nmale,,8,Q\n")
    done = subprocess.run(
        [sys.executable, str(script), str(rows)], capture_output=True, text=True, check=True, timeout=120,
        cwd=place, env={"PATH": os.environ["PATH"]},
    )  # fmt: skip
    labels = json.loads(next(place.rglob("model.json")).read_text())["labels"]
    assert set(labels) == {"0", "1"}
    return done.stdout.strip().splitlines()[1:]


def test_a_network_is_paused_resumed_watched_by_two_and_stopped(
    page: Page, titanic: str, browser: Browser, context: BrowserContext, server: AServer
) -> None:
    run = train(page, titanic, "?learner=mlp&set.epochs=10000&set.patience=0")
    curve, state = page.locator("#curve"), page.locator("#state")
    expect(curve).to_have_attribute("data-drawn", re.compile(r"^[1-9]"), timeout=SOON)
    expect(state).to_have_attribute("data-state", "running")
    expect(page.locator("h1")).to_contain_text(re.compile(r"epoch \d+ of 10,?000"), timeout=SOON)

    page.keyboard.press(".")
    expect(state).to_have_attribute("data-state", re.compile("pausing|paused"), timeout=2_000)
    expect(state).to_have_attribute("data-state", "paused", timeout=SOON)
    drawn = last_step(page, run)
    page.wait_for_timeout(1_500)
    assert last_step(page, run) == drawn, "a paused run learned on"

    page.keyboard.press(".")
    expect(state).to_have_attribute("data-state", "running", timeout=SOON)
    until = time.monotonic() + SOON / 1000
    while last_step(page, run) <= drawn:
        assert time.monotonic() < until, "a resumed run stands still"
        page.wait_for_timeout(200)

    page.reload()
    expect(curve).to_have_attribute("data-drawn", re.compile(r"^\d{2,}"), timeout=SOON)
    second = browser.new_context(base_url=server.base_url, storage_state=context.storage_state())
    other = second.new_page()
    other.goto(run)
    expect(other.locator("#curve")).to_have_attribute("data-drawn", re.compile(r"^\d{2,}"), timeout=SOON)

    page.click("#stop")
    expect(state).to_have_attribute("data-state", re.compile("stopping|stopped"), timeout=2_000)
    for watched in (page, other):
        expect(watched.locator("#state")).to_have_attribute("data-state", "stopped", timeout=TRAINED)
        expect(watched.locator("h1")).to_contain_text("it has never seen")
    steps = page.evaluate(
        "run => fetch(`${run}/points`).then((a) => a.json()).then((b) => b.series['train/loss'].step)", run
    )
    assert steps == sorted(set(steps)), "the curve has a double"
    assert other.evaluate("document.querySelector('#curve').dataset.drawn") == page.evaluate(
        "document.querySelector('#curve').dataset.drawn"
    )
    second.close()
    page.goto(f"{run}/report")
    expect(page.locator("table.matrix")).to_be_visible()


def last_step(page: Page, run: str) -> int:
    """The last step that the server tells of the training loss."""
    body = page.request.get(f"{run}/points").json()
    return int(body["series"]["train/loss"]["step"][-1])
