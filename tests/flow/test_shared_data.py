"""Every real dataset, brought by upload in the browser, becomes the table that its README describes."""

import csv
import json
import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.shared_data, pytest.mark.timeout(300)]
SOON = 120_000
NUMBERS = ("number",)


@dataclass(frozen=True)
class Case:
    """What is brought (several files are dropped together; a folder ends with a slash) and what must become of it."""

    brought: tuple[str, ...]
    rows: int
    types: tuple[str, ...]
    """What the header says of each column, in order."""
    says: tuple[str, ...] = ()
    """Words that stand on the page: names of columns, cells, findings."""
    rejects: int = 0
    name: str = field(default="")

    @property
    def id(self) -> str:
        return self.name or self.brought[0].rstrip("/").rsplit("/", 1)[-1]


def a_case(
    brought: str | tuple[str, ...], rows: int, types: str, *says: str, rejects: int = 0, name: str = ""
) -> Case:
    files = (brought,) if isinstance(brought, str) else brought
    return Case(files, rows, tuple(types.split()), says, rejects, name)


ADULT = (
    "number category number category number category category category category category number number number"
)
CASES = [
    a_case(
        "titanic/titanic.csv",
        891,
        "id category number id category number number number text number text category",
        "PassengerId",
        "Survived",
        "‘Age’ is missing in 177 of 891 rows",
    ),
    a_case("penguins/penguins.csv", 344, "category category number number number number category", "species"),
    a_case("adult/adult-train.csv", 32_561, f"{ADULT} category category", "No header was found"),
    a_case("adult/adult-test.csv", 16_281, f"{ADULT} category category", "No header was found"),
    a_case(
        ("adult/adult-train.csv", "adult/adult-test.csv"),
        48_842,
        f"{ADULT} category category part",
        name="adult, both parts",
    ),
    a_case("airline-passengers/airline-passengers.csv", 144, "datetime number", "Month", "Passengers"),
    a_case(
        "auto-mpg/mpg.csv",
        398,
        "number number number number number number number category text",
        "horsepower",
    ),
    a_case("daily-min-temperatures/daily-min-temperatures.csv", 3_650, "datetime number", "Date", "Temp"),
    a_case(
        "diamonds/diamonds.csv", 53_940, "number category category category" + 6 * " number", "carat", "price"
    ),
    a_case("eng-fra/eng-fra-20k.csv", 20_000, "text text", "english", "french"),
    a_case("etth1/ETTh1.csv", 17_420, "datetime" + 7 * " number", "HUFL", "OT"),
    a_case("gsm8k/train.jsonl", 7_473, "text text", "question", "answer"),
    a_case(
        ("gsm8k/train.jsonl", "gsm8k/test.jsonl"),
        8_792,
        "text text part",
        "question",
        name="gsm8k, both parts",
    ),
    a_case("iris/iris.csv", 150, "number number number number category", "species"),
    a_case("mammography/mammography.csv", 11_183, 6 * "number " + "category", "No header was found"),
    a_case("movielens-small/ratings.csv", 100_836, "number number number number", "userId", "rating"),
    a_case("movielens-small/movies.csv", 9_742, "id text tags", "title", "genres", "Adventure"),
    a_case("sms-spam/sms.tsv", 5_574, "category text", "No header was found", "ham"),
    a_case("wheat-seeds/wheat-seeds.csv", 210, " ".join(8 * NUMBERS), "No header was found"),
    a_case("wine-quality-red/winequality-red.csv", 1_599, " ".join(12 * NUMBERS), "No header was found"),
    a_case("tiny-shakespeare/input.txt", 0, "text", name="tiny-shakespeare"),
    a_case(
        "nab-artificial/artificialWithAnomaly/",
        24_192,
        "datetime number category",
        "art_daily_flatmiddle",
        name="nab-artificial, six series",
    ),
    a_case("sign-language-digits/sign-language-digits.zip", 2_062, "image category", "0"),
    a_case("cats-dogs-mac-zip/cats-dogs.zip", 30, "image category", "dogs", "operating system"),
    a_case("rotated-signs/rotated-signs.zip", 1_200, "image number", "angle"),
    a_case("raccoon/raccoon-voc.zip", 200, "image boxes", "raccoon"),
    a_case("raccoon/raccoon-yolo-20.zip", 20, "image boxes part", "raccoon"),
    a_case("raccoon/raccoon-coco-20.zip", 20, "image boxes", "raccoon"),
    a_case("membrane/membrane.zip", 30, "image mask", "mask"),
    a_case("membrane/membrane-unlabelled-test.zip", 30, "image"),
    a_case("fsdd/fsdd.zip", 3_000, "audio category", "0_george_0.wav"),
    a_case("yesno/yesno.zip", 60, "audio text", "YES"),
    a_case("odd-csv/penguins.no-header.csv", 344, "category category number number number number category"),
    *(
        a_case(
            f"odd-csv/penguins.{kind}.csv",
            344,
            "category category number number number number category",
            "species",
        )
        for kind in ("semicolon-decimalcomma.cp1252", "semicolon-decimalcomma.utf8bom", "tab.utf16le-bom")
    ),
    a_case("odd-csv/salaries.csv.zip", 46, "number number number category"),
    a_case("odd-csv/sauron.SHIFT_JIS.csv", 13, "number text", "num", "text"),
    a_case("odd-csv/unicode_series.latin1.csv", 18, "number text", "King of New York (1990)"),
]


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_a_dataset_imports_as_its_readme_says(page: Page, shared_data: Path, case: Case) -> None:
    bring(page, [shared_data / name for name in case.brought])
    types = [kind_of(chip) for chip in page.locator("#rows thead .chip.type").all()]
    assert types == list(case.types)
    if case.rows:
        rows = "1 row" if case.rows == 1 else f"{case.rows:,} rows"
        expect(page.locator("h1")).to_contain_text(f": {rows}, ")
    for words in case.says:
        assert words in page.locator("#main").inner_text() or page.get_by_text(words).count(), words
    told = page.get_by_text("could not be read")
    assert (told.count() > 0) == (case.rejects > 0)


def test_every_corner_case_of_csv_reads_as_its_json(page: Page, shared_data: Path) -> None:
    for path in sorted((shared_data / "csv-spectrum" / "csvs").glob("*.csv")):
        wanted = json.loads((shared_data / "csv-spectrum" / "json" / f"{path.stem}.json").read_bytes())
        wanted = wanted if isinstance(wanted, list) else [wanted]
        bring(page, [path])
        said = [" ".join(text.split()) for text in page.locator("#rows thead .sort").all_inner_texts()[1:]]
        assert said == [" ".join(name.split()) for name in wanted[0]], path.name
        expect(page.locator("#rows tr[data-row]")).to_have_count(len(wanted))


def test_odd_pictures_are_read_or_named(page: Page, shared_data: Path, tmp_path: Path) -> None:
    folder = shared_data / "odd-images"
    with (folder / "expected.csv").open() as file:
        expected = {row["file"]: row["pillow_decodes"] for row in csv.DictReader(file)}
    zipped = tmp_path / "odd.zip"
    with zipfile.ZipFile(zipped, "w") as archive:
        for path in sorted((folder / "images").iterdir()):
            archive.write(path, f"odd/{path.name}")
    bring(page, [zipped])
    found = re.search(r": ([\d,]+) rows", page.locator("h1").inner_text())
    assert found is not None
    rows = int(found.group(1))
    page.goto(page.url.split("?")[0] + "/rejects")
    told = re.search(r"([\d,]+) file", page.locator("h1").inner_text())
    assert told is not None
    assert rows + int(told.group(1)) == len(expected) == 55
    assert rows >= 25


def bring(page: Page, files: list[Path]) -> None:
    """Choose files, or one folder, and wait for the table."""
    page.goto("/datasets/new")
    chooser = (
        "input[type=file][webkitdirectory]"
        if files[0].is_dir()
        else "input[type=file]:not([webkitdirectory])"
    )
    page.locator(chooser).first.set_input_files(files[0] if files[0].is_dir() else files)
    page.wait_for_url(re.compile(r"/datasets/(?!new)\w+"), timeout=SOON)
    expect(page.locator("#rows tr[data-row], #rows .thumb").first).to_be_visible(timeout=SOON)


def kind_of(chip: Locator) -> str:
    """The type that a header's chip stands for: its last class."""
    return str(chip.get_attribute("class")).split()[-1]
