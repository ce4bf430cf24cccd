"""From a person's file to a question, in a real browser on the real server."""

import csv
import io
import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.datasets import a_picture

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.expected("status of 422")]
SOON = 60_000


def some_people(path: Path, broken: bool = False) -> Path:
    """300 people whose column ``pays`` follows from ``age``; ``broken``: three lines that cannot be read."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["age", "town", "pays"])
    for n in range(300):
        age = "" if n % 25 == 7 else 20 + n * 7 % 50
        writer.writerow([age, ["Rome", "Oslo", "Lima"][n % 3], "yes" if n * 7 % 50 > 25 else "no"])
        if broken and n in (50, 100, 150):
            text.write("too,many,fields,here,by,far\n")
    path.write_text(text.getvalue())
    return path


def some_photos(path: Path) -> Path:
    """A zip of 40 pictures in two folders, with the junk that a Mac adds."""
    with zipfile.ZipFile(path, "w") as archive:
        for n in range(20):
            for colour in ("red", "blue"):
                archive.writestr(f"{colour}/{n}.png", a_picture(colour))
        archive.writestr("__MACOSX/red/._0.png", b"junk")
    return path


def bring(page: Page, file: Path) -> None:
    """Drop a file and wait for its table."""
    page.set_input_files("input[type=file]", file)
    page.wait_for_url(re.compile(r"/datasets/\w+$"))
    expect(page.locator("#rows")).to_be_visible(timeout=SOON)


def test_a_table_from_file_to_baselines(page: Page, tmp_path: Path) -> None:
    bring(page, some_people(tmp_path / "people.csv"))
    expect(page.locator("h1")).to_have_text("people: 300 rows, 3 columns")
    expect(page.locator("tr[data-row]")).to_have_count(50)

    page.click("th:has-text('age') a.sort")
    expect(page.locator("th[aria-sort=ascending]")).to_contain_text("age")
    expect(page).to_have_url(re.compile(r"\?sort=c0$"))
    page.click("th:has-text('age') a.sort")
    expect(page.locator("th[aria-sort=descending]")).to_contain_text("age")
    page.click("a[rel=next]")
    expect(page.locator(".pager")).to_contain_text("51–100 of 300")
    page.go_back()
    expect(page.locator(".pager")).to_contain_text("1–50 of 300")

    page.click("th:has-text('town') a.header-facts")
    page.click("#column label:has-text('Oslo')")
    page.click("#column button:has-text('Show these rows')")
    expect(page.locator("#rows [role=status]")).to_have_text("100 of 300 rows")
    page.click("a.chip:has-text('town is Oslo')")
    expect(page.locator("#rows [role=status]")).to_have_text("300 rows")

    page.click(".finding:has-text('age') a")
    expect(page.locator("#rows [role=status]")).to_have_text("12 of 300 rows")
    page.click("tr[data-row] td >> nth=1")
    expect(page.locator("#row-body")).to_contain_text("8 of 300")
    page.keyboard.press("Escape")
    expect(page.locator("#row")).to_be_hidden()

    page.click("button:has-text('Ask a question')")
    expect(page.locator("h1")).to_have_text("Which column should be predicted?")
    page.click("button.chip:has-text('pays')")
    expect(page.locator("#answer:not([aria-busy]) .ladder > li")).to_have_count(3, timeout=SOON)
    expect(page.locator(".tree")).to_contain_text("age")
    expect(page.locator(".rail")).to_contain_text("predict pays")
    expect(page.locator("a:has-text('Choose a model')")).to_have_attribute(
        "href", re.compile(r"/projects/\w+/model$")
    )

    page.click("button.chip[name=toggle]:has-text('town')")
    expect(page.locator("button.chip[name=toggle]:has-text('town')")).to_have_attribute(
        "aria-pressed", "false"
    )
    expect(page.locator("#answer:not([aria-busy]) .ladder > li")).to_have_count(3, timeout=SOON)
    page.reload()
    expect(page.locator("button.chip[name=toggle]:has-text('town')")).to_have_attribute(
        "aria-pressed", "false"
    )
    page.goto("/")
    expect(page.locator("main")).to_contain_text("predict pays")


def test_a_refused_target_says_why_and_leaves_the_choice(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "names.csv"
    file.write_text(
        "name,n,k\n" + "".join(f"Somebody {n} from far away,{n % 7},{n % 5}\n" for n in range(60))
    )
    bring(page, file)
    page.click("button:has-text('Ask a question')")
    with page.expect_response(re.compile("/question$")) as answer:
        page.click("button.chip:has-text('name')")
    assert answer.value.status == 422
    expect(page.locator(".notice[role=alert]")).to_contain_text("‘name’")
    expect(page.locator("button.chip[name=target]")).to_have_count(3)


def test_by_keyboard_alone(page: Page, tmp_path: Path) -> None:
    bring(page, some_people(tmp_path / "people.csv"))
    page.focus("th:has-text('age') a.sort")
    page.keyboard.press("Enter")
    expect(page.locator("th[aria-sort=ascending]")).to_contain_text("age")
    page.focus("tr[data-row] a[data-open]")
    page.keyboard.press("Enter")
    expect(page.locator("#row-body dl.facts")).to_be_visible()
    page.keyboard.press("Escape")
    page.focus("button:has-text('Ask a question')")
    page.keyboard.press("Enter")
    page.focus("button.chip:has-text('pays')")
    page.keyboard.press("Enter")
    expect(page.locator("#answer:not([aria-busy]) .ladder > li")).to_have_count(3, timeout=SOON)
    page.focus("a:has-text('Choose a model')")


def test_a_zip_of_photos(page: Page, tmp_path: Path) -> None:
    bring(page, some_photos(tmp_path / "flags.zip"))
    expect(page.locator("h1")).to_contain_text("40 rows")
    picture = page.locator("tr[data-row] img").first
    picture.scroll_into_view_if_needed()
    expect(picture).not_to_have_js_property("naturalWidth", 0, timeout=SOON)
    page.click("a.chip:has-text('Wall')")
    expect(page.locator(".thumb")).to_have_count(40)
    page.click(".thumb >> nth=0")
    expect(page.locator("#row-body .large-picture")).to_be_visible()
    expect(page.locator("#row-body img")).to_have_js_property("naturalWidth", 40, timeout=SOON)
    page.click("#row [data-close]")
    page.click("button:has-text('Ask a question')")
    page.click("button.chip[name=target] >> nth=0")
    expect(page.locator("#answer:not([aria-busy]) .ladder > li").first).to_be_visible(timeout=SOON)


def test_bad_lines_stand_in_the_rejects(page: Page, tmp_path: Path) -> None:
    bring(page, some_people(tmp_path / "people.csv", broken=True))
    expect(page.locator("h1")).to_contain_text("300 rows")
    page.click(".finding:has-text('could not be read') a, .finding.bad a")
    expect(page.locator("h1")).to_contain_text("3 lines could not be read")
    expect(page.locator("#rows tbody tr")).to_have_count(3)
    expect(page.locator("#rows tbody tr").first).to_contain_text("too,many,fields")
    expect(page.locator("#rows tbody tr").first.locator("td").nth(1)).to_have_text("53")


def test_a_file_that_is_no_table_says_so(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "picture.csv"
    file.write_bytes(bytes(range(256)) * 20)
    page.set_input_files("input[type=file]", file)
    page.wait_for_url(re.compile(r"/datasets/\w+$"))
    expect(page.locator("h1")).to_have_text("picture could not be read", timeout=SOON)
    page.click("button.sample:has-text('Two moons')")
    expect(page.locator("h1")).to_have_text("Two moons: 400 rows, 3 columns", timeout=SOON)


def test_reads_at_360_px(page: Page, tmp_path: Path) -> None:
    bring(page, some_people(tmp_path / "people.csv"))
    place = page.url
    page.set_viewport_size({"width": 360, "height": 740})
    base = "/".join(place.split("/")[:3])
    for address in (
        base,
        f"{base}/datasets/new",
        place,
        f"{place}/columns/c0",
        f"{place}/rows/3",
        f"{place}/rejects",
    ):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, address


@pytest.mark.shared_data
def test_titanic(page: Page, shared_data: Path) -> None:
    bring(page, shared_data / "titanic" / "titanic.csv")
    expect(page.locator("h1")).to_have_text("titanic: 891 rows, 12 columns")
    expect(page.locator(".findings").first).to_contain_text("Age")
    page.click("button:has-text('Ask a question')")
    page.click("button.chip:has-text('Survived')")
    expect(page.locator("#answer:not([aria-busy]) .ladder > li")).to_have_count(3, timeout=SOON)
    expect(page.locator(".tree")).to_contain_text("Sex")
    expect(page.locator("main")).to_contain_text("Ticket")


@pytest.mark.shared_data
def test_pages_of_fifty_thousand_rows(page: Page, shared_data: Path) -> None:
    bring(page, shared_data / "diamonds" / "diamonds.csv")
    expect(page.locator("h1")).to_contain_text("53,940 rows")
    page.click("th:has-text('price') a.sort")
    expect(page.locator("th[aria-sort=ascending]")).to_contain_text("price")
    page.goto(f"{page.url}&page=1000")
    expect(page.locator(".pager")).to_contain_text("49,951–50,000 of 53,940")
