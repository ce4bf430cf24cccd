"""Each thing that can be wrong with a table, planted, and what the profile says of it: sentence, rows, mending."""

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from tests.support.importing import Imported, a_csv, a_picture, a_zip, an_import
from trainer.contract.dataset import Finding
from trainer.contract.steps import Clip, Drop, Exclude, FixText, Impute, MapValues, Merge, Retype


def rows_of(found: Imported, finding: Finding) -> list[int]:
    """The rows that "show rows" opens, in their order."""
    assert finding.rows is not None, finding
    table = pq.read_table(found.version.rows(finding.rows))
    assert table.column_names[:2] == ["row", "score"]
    scores = [score for score in table["score"].to_pylist() if score is not None]
    assert scores == sorted(scores, reverse=True)
    rows: list[int] = table["row"].to_pylist()
    return rows


def only(found: Imported, kind: str) -> Finding:
    """The one finding of a kind."""
    findings = [finding for finding in found.profile.findings if finding.kind == kind]
    assert len(findings) == 1, found.profile.findings
    return findings[0]


def a_clean_table(rows: int = 400, seed: int = 0) -> dict[str, list[str]]:
    """Nothing to complain about: heights, right-skewed incomes, two kinds, free words."""
    draw = np.random.default_rng(seed)
    return {
        "height": [f"{value:.1f}" for value in draw.normal(170, 9, rows)],
        "income": [f"{value:.0f}" for value in np.exp(draw.normal(10, 0.8, rows))],
        "wait": [f"{value:.2f}" for value in draw.exponential(3, rows)],
        "kind": draw.choice(["oak", "beech", "maple"], rows).tolist(),
        "visits": [f"{value}" for value in draw.poisson(2, rows)],
    }


def imported(tmp_path: Path, columns: dict[str, list[str]]) -> Imported:
    lines = [",".join(cells) for cells in zip(*columns.values(), strict=True)]
    return an_import(tmp_path, a_csv(",".join(columns), *lines))


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_clean_table_is_left_in_peace(tmp_path: Path, seed: int) -> None:
    assert imported(tmp_path, a_clean_table(2_000, seed)).profile.findings == []


def test_rows_that_repeat_are_shown_together_and_left_out_but_for_the_first(tmp_path: Path) -> None:
    table = a_clean_table()
    table = {name: [*cells, cells[7], cells[3], cells[7]] for name, cells in table.items()}
    table = {"id": [str(n + 1) for n in range(403)]} | table
    found = imported(tmp_path, table)
    finding = only(found, "duplicates")
    assert finding.sentence.startswith("3 rows repeat an earlier one.")
    assert rows_of(found, finding) == [7, 400, 402, 3, 401]
    assert finding.fix is not None
    assert finding.fix.steps == [Exclude(rows=[400, 401, 402], reason="repeats an earlier row")]


def test_few_values_repeat_by_chance_and_that_is_no_finding(tmp_path: Path) -> None:
    draw = np.random.default_rng(0)
    table = {name: draw.choice(["yes", "no"], 300).tolist() for name in "abc"}
    assert not any(finding.kind == "duplicates" for finding in imported(tmp_path, table).profile.findings)


def test_a_few_values_far_out(tmp_path: Path) -> None:
    table = a_clean_table()
    table["height"][11], table["height"][200] = "1700", "17.0"
    found = imported(tmp_path, table)
    finding = only(found, "outliers")
    assert finding.column == "c0"
    assert finding.sentence.startswith(
        "2 values of ‘height’ lie far from the rest, for example 1700 (90 % lie between 15"
    )
    assert rows_of(found, finding) == [11, 200]
    assert finding.fix is not None
    (clip,) = finding.fix.steps
    assert isinstance(clip, Clip)
    assert clip.low is not None
    assert clip.high is not None
    assert 80 < clip.low < 150 < 190 < clip.high < 260


@pytest.mark.parametrize(
    ("value", "column", "count"), [("-999", "height", 5), ("0", "height", 12), ("99999", "wait", 3)]
)
def test_a_number_that_stands_for_missing(tmp_path: Path, value: str, column: str, count: int) -> None:
    table = a_clean_table()
    rows = list(range(10, 10 + count))
    for row in rows:
        table[column][row] = value
    found = imported(tmp_path, table)
    finding = only(found, "placeholder")
    assert f"‘{column}’ is {value} in {count} rows" in finding.sentence
    assert rows_of(found, finding) == rows
    assert finding.fix is not None
    assert finding.fix.steps == [MapValues(column=f"c{list(table).index(column)}", values={value: None})]
    assert not any(finding.kind == "outliers" for finding in found.profile.findings)


def test_zero_where_zero_can_be_is_no_placeholder(tmp_path: Path) -> None:
    table = a_clean_table()
    table["spent"] = [
        f"{value:.0f}" if n % 3 else "0"
        for n, value in enumerate(np.random.default_rng(3).exponential(90, 400))
    ]
    assert imported(tmp_path, table).profile.findings == []


def test_spellings_of_one_category(tmp_path: Path) -> None:
    table = a_clean_table()
    table["kind"][5], table["kind"][6], table["kind"][7] = "Oak", "OAK", "bee ch"
    found = imported(tmp_path, table)
    finding = only(found, "spelling")
    assert "‘kind’ has values that are written in several ways: ‘oak’ (" in finding.sentence
    assert rows_of(found, finding) == [5, 6]
    assert finding.fix is not None
    assert finding.fix.steps == [Merge(column="c3", into="oak", values=["OAK", "Oak"])]


def test_a_likely_slip(tmp_path: Path) -> None:
    table = a_clean_table()
    table["kind"] = ["female" if n % 2 else "masculine" for n in range(400)]
    table["kind"][9] = "femlae"
    finding = only(imported(tmp_path, table), "spelling")
    assert finding.fix is not None
    assert finding.fix.steps == [Merge(column="c3", into="female", values=["femlae"])]


def test_codes_that_differ_by_a_sign_are_not_one(tmp_path: Path) -> None:
    table = a_clean_table() | {"class": ["'-1'" if n % 3 else "'1'" for n in range(400)]}
    assert not any(finding.kind == "spelling" for finding in imported(tmp_path, table).profile.findings)


def test_text_in_the_wrong_encoding(tmp_path: Path) -> None:
    words = ["cafÃ© crÃ¨me" if n in (4, 9) else f"naïve café number {n * 7 % 401}" for n in range(400)]
    found = imported(tmp_path, a_clean_table() | {"said": words})
    finding = only(found, "mojibake")
    assert finding.sentence == (
        "2 cells of ‘said’ were read in the wrong encoding once: ‘cafÃ© crÃ¨me’ should be ‘café crème’."
    )
    assert rows_of(found, finding) == [4, 9]
    assert finding.fix is not None
    assert finding.fix.steps == [FixText(column="c5")]


def test_a_second_coding_of_a_category(tmp_path: Path) -> None:
    table = a_clean_table()
    table["code"] = [{"oak": "1", "beech": "2", "maple": "7"}[kind] for kind in table["kind"]]
    table["inches"] = [f"{float(value) / 2.54:.12g}" for value in table["height"]]
    found = imported(tmp_path, table)
    leaks = [finding for finding in found.profile.findings if finding.kind == "leak"]
    assert [set(finding.columns) for finding in leaks] == [{"c3", "c5"}, {"c0", "c6"}]
    assert leaks[0].fix is not None
    assert leaks[0].fix.steps == [Drop(columns=["c5"])]
    assert not any(finding.kind == "correlation" for finding in found.profile.findings)


def test_mixed_units(tmp_path: Path) -> None:
    weights = [f"{50 + n % 37}.{n % 10} {'lb' if n in (3, 8, 60) else 'kg'}" for n in range(400)]
    found = imported(tmp_path, a_clean_table() | {"weight": weights})
    finding = only(found, "units")
    assert finding.sentence.startswith("‘weight’ mixes units: kg (over 99 %), lb (under 1 %).")
    assert rows_of(found, finding) == [3, 8, 60]


def test_numbers_that_are_text_for_a_few_cells(tmp_path: Path) -> None:
    power = [f"{90 + n * 7 % 230}" for n in range(400)]
    power[12], power[40] = "ask Bob", "unk."
    found = imported(tmp_path, a_clean_table() | {"power": power})
    finding = only(found, "format")
    assert rows_of(found, finding) == [12, 40]
    assert finding.fix is not None
    assert finding.fix.steps == [Retype(column="c5", type="number")]


def test_dates_that_cannot_be(tmp_path: Path) -> None:
    days = [f"20{10 + n % 9}-{1 + n % 12:02d}-{1 + n % 28:02d}" for n in range(400)]
    days[5], days[6], days[7] = "1970-01-01", "1970-01-01", "2091-05-01"
    found = imported(tmp_path, a_clean_table() | {"day": days})
    dates = [finding for finding in found.profile.findings if finding.kind == "dates"]
    assert [rows_of(found, finding) for finding in dates] == [[5, 6], [7]]


def test_what_is_missing_and_what_is_missing_together(tmp_path: Path) -> None:
    table = a_clean_table()
    for row in range(40, 60):
        table["height"][row] = table["wait"][row] = ""
    for row in (1, 2, 3):
        table["kind"][row] = ""
    table["income"][9] = table["height"][9] = table["wait"][9] = table["kind"][9] = ""
    found = imported(tmp_path, table)
    empty, both, kind, income = (f for f in found.profile.findings if f.kind == "missing")
    assert empty.sentence == "1 row holds nearly nothing: at least 4 of 5 values are missing."
    assert rows_of(found, empty) == [9]
    assert both.columns == ["c0", "c2"]
    assert rows_of(found, both) == [9, *range(40, 60)]
    assert kind.sentence == "‘kind’ is missing in 4 of 400 rows (1 %)."
    assert kind.fix is not None
    assert kind.fix.steps == [Impute(column="c3", how="most_frequent")]
    assert income.column == "c1"


def test_equal_pictures_and_their_labels(tmp_path: Path) -> None:
    pictures = {f"{'cat' if n % 2 else 'dog'}/{n:02d}.png": a_picture(seed=n) for n in range(12)}
    pictures["dog/90.bmp"] = a_picture("BMP", seed=2)  # the same pixels in another file
    pictures["cat/91.png"] = pictures["dog/04.png"]
    found = an_import(tmp_path, a_zip(pictures))
    names = found.cells()["photo"]
    torn, repeats = only(found, "labels"), only(found, "duplicates")
    assert sorted(names[row] for row in rows_of(found, repeats)) == ["02.png", "04.png", "90.bmp", "91.png"]
    assert {names[row] for row in rows_of(found, torn)} == {"04.png", "91.png"}
    assert repeats.count == 2


def test_one_text_under_two_labels(tmp_path: Path) -> None:
    lines = [f"{'ham' if n % 2 else 'spam'}\tsome words about {n} and {n * 3}" for n in range(60)]
    found = an_import(tmp_path, "\n".join(["label\ttext", *lines, "ham\tsome words about 4 and 12"]).encode())
    assert rows_of(found, only(found, "labels")) == [4, 60]


def test_the_rows_of_a_finding_change_no_name_of_a_version(tmp_path: Path) -> None:
    table = a_clean_table()
    table = {name: [*cells, cells[7]] for name, cells in table.items()}
    first = imported(tmp_path, table)
    for path in first.version.rows("any").parent.glob("*"):
        path.write_bytes(b"other")
    from trainer.work.content import name_version  # noqa: PLC0415 - after the import, as the import does

    assert name_version(first.version, first.profile.source) == first.name


def test_prices_in_cents_among_prices(tmp_path: Path) -> None:
    draw = np.random.default_rng(5)
    prices = np.round(draw.uniform(4, 60, 624), 2)
    cents = sorted(draw.choice(624, 14, replace=False).tolist())
    written = [f"{price * 100:.0f}" if n in cents else f"{price:.2f}" for n, price in enumerate(prices)]
    found = imported(tmp_path, a_clean_table(624) | {"price": written})
    finding = only(found, "units")
    assert finding.sentence.startswith("14 values of ‘price’ look 100 times too great")
    assert rows_of(found, finding) == cents
    assert finding.fix is not None
    assert finding.fix.label == "Divide them by 100"
    (step,) = finding.fix.steps
    assert isinstance(step, MapValues)
    first = cents[0]
    assert float(step.values[f"{prices[first] * 100:.0f}"] or 0) == prices[first]
    assert not any(finding.kind == "outliers" for finding in found.profile.findings)


def test_letters_of_windows_that_were_read_as_controls(tmp_path: Path) -> None:
    words = [
        "don\x92t wait, it\x92s free" if n in (4, 9) else f"message number {n * 7 % 401}" for n in range(400)
    ]
    found = imported(tmp_path, a_clean_table() | {"said": [f'"{text}"' for text in words]})
    finding = only(found, "mojibake")
    assert finding.sentence.endswith("‘don\\x92t wait, it\\x92s free’ should be ‘don’t wait, it’s free’.")
    assert finding.fix is not None
