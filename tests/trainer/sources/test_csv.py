"""Tables of text: every layout, alphabet and damage that people bring."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.importing import Imported, a_csv, an_import
from trainer.sources.cells import CODE, MISSING_SET
from trainer.sources.refusal import Refused

SPECTRUM = (
    "comma_in_quotes", "empty", "empty_crlf", "escaped_quotes", "json", "location_coordinates", "newlines",
    "newlines_crlf", "quotes_and_newlines", "simple", "simple_crlf", "utf8",
)  # fmt: skip


def as_text(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.10g}" if isinstance(value, float) else str(value).replace("\r\n", "\n")


def same(text: str) -> str:
    text = text.strip().replace("\r\n", "\n")
    if CODE.match(text):
        return text
    try:
        return f"{float(text):.10g}"
    except ValueError:
        return "" if text in MISSING_SET else text


@pytest.mark.shared_data
@pytest.mark.parametrize("name", SPECTRUM)
def test_csv_spectrum(name: str, tmp_path: Path, shared_data: Path) -> None:
    found = an_import(tmp_path, shared_data / "csv-spectrum" / "csvs" / f"{name}.csv")
    expected = json.loads((shared_data / "csv-spectrum" / "json" / f"{name}.json").read_text())
    expected = expected if isinstance(expected, list) else [expected]
    cells = found.cells()
    assert list(cells) == list(expected[0])
    if name == "location_coordinates":  # its JSON has another telephone number than its CSV
        expected[0]["Contact Phone Number"] = "2095257564"
    for position, row in enumerate(expected):
        assert {key: as_text(values[position]) for key, values in cells.items()} == {
            k: same(v) for k, v in row.items()
        }


@pytest.mark.shared_data
@pytest.mark.parametrize(
    "name",
    [
        "penguins.no-header.csv", "penguins.semicolon-decimalcomma.cp1252.csv",
        "penguins.semicolon-decimalcomma.utf8bom.csv", "penguins.tab.utf16le-bom.csv",
    ],
)  # fmt: skip
def test_penguins_are_the_same_in_every_dress(name: str, tmp_path: Path, shared_data: Path) -> None:
    plain = an_import(tmp_path, shared_data / "penguins" / "penguins.csv")
    other = an_import(tmp_path, shared_data / "odd-csv" / name)
    assert list(other.cells().values()) == list(plain.cells().values())
    assert list(other.types().values()) == list(plain.types().values())
    assert list(other.roles().values()) == list(plain.roles().values())
    if "no-header" in name:
        assert list(other.types())[:2] == ["column 1", "column 2"]
        assert any("No header" in finding.sentence for finding in other.profile.findings)
    else:
        assert other.types() == plain.types()


@pytest.mark.shared_data
def test_other_alphabets_and_zips(tmp_path: Path, shared_data: Path) -> None:
    japanese = an_import(tmp_path, shared_data / "odd-csv" / "sauron.SHIFT_JIS.csv")
    assert "Shift-JIS" in japanese.profile.source
    assert "サウロン" in japanese.cells()["text"][0]
    latin = an_import(tmp_path, shared_data / "odd-csv" / "unicode_series.latin1.csv")
    assert "Cérémonie, La (1995)" in latin.cells()["column 2"]
    zipped = an_import(tmp_path, shared_data / "odd-csv" / "salaries.csv.zip")
    assert list(zipped.types()) == ["S", "X", "E", "M"]
    assert zipped.schema.rows == 46


ENCODED = {
    "utf-8": "größe", "utf-8-sig": "größe", "utf-16": "größe", "utf-16-be": "\ufeffgröße", "utf-16-le": "größe",
    "cp1252": "größe „x“", "shift_jis": "ひらがなカタカナ", "latin-1": "größe",
}  # fmt: skip


@pytest.mark.parametrize("encoding", ENCODED)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends(encoding: str, end: str, tmp_path: Path) -> None:
    word = ENCODED[encoding]
    text = end.join(["name,n", *[f"{word.lstrip(chr(0xFEFF))},{i}.5" for i in range(5)]]) + end
    bom = "\ufeff" if word.startswith("\ufeff") else ""
    found = an_import(tmp_path, (bom + text).encode(encoding))
    assert found.cells() == {"name": [word.lstrip("\ufeff")] * 5, "n": [0.5, 1.5, 2.5, 3.5, 4.5]}


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters(delimiter: str, tmp_path: Path) -> None:
    rows = [
        ["who", "how much", "note"],
        ["a", "1.5", "x y"],
        ["b", "2", "p; q, r|s\tt"],
        ["c", "3", 'said "no"'],
    ]
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    found = an_import(tmp_path, out.getvalue().encode())
    assert found.cells() == {
        "who": ["a", "b", "c"],
        "how much": [1.5, 2.0, 3.0],
        "note": ["x y", rows[2][2], 'said "no"'],
    }
    assert found.profile.rejects == 0


def bad_lines() -> bytes:
    good = [f"{i},näme {i},{i / 2}" for i in range(30)]
    good[3] = "too,few"
    good[5] = "too,many,values,here"
    good[8] = 'never,"closed,1'
    good[12] = 'quote,"in"side,1'
    good[20] = '20,"line\nbreak",4'
    return a_csv("id,name,half", *good) + b"21,\xff\xfe,3\n" + b"5," + b"z" * 1_100_000 + b",1\n31,last,2\n"


def test_bad_rows_are_kept_with_line_reason_and_text(tmp_path: Path) -> None:
    found = an_import(tmp_path, bad_lines(), filename="sales.csv")
    rejects = {reject["line"]: reject for reject in found.rejects()}
    assert sorted(rejects) == [5, 7, 10, 14, 33, 34]
    assert rejects[5]["reason"] == "has 2 values, the table has 3 columns"
    assert rejects[5]["raw"] == "too,few"
    assert rejects[7]["reason"] == "has 4 values, the table has 3 columns"
    assert "quote" in rejects[10]["reason"]
    assert "quote" in rejects[14]["reason"]
    assert "UTF-8" in rejects[33]["reason"]
    assert "longer than 1,000,000" in rejects[34]["reason"]
    assert {reject["file"] for reject in found.rejects()} == {"sales.csv"}
    assert found.profile.rejects == 6
    assert found.schema.rows == 33 - 6
    assert "line\nbreak" in found.cells()["name"]
    assert any(f.kind == "rejects" and f.count == 6 for f in found.profile.findings)


def test_mixed_line_ends_lose_nothing(tmp_path: Path) -> None:
    found = an_import(tmp_path, b"a,b\r\n1,x\n2,y\r\n3,z\n4,x\r\n")
    assert found.cells() == {"a": [1.0, 2.0, 3.0, 4.0], "b": ["x", "y", "z", "x"]}
    assert found.profile.rejects == 0


def test_names_are_repaired_and_said(tmp_path: Path) -> None:
    found = an_import(tmp_path, a_csv("a,,a, a ,b\n".strip(), "1,2,3,4,5", "2,3,4,5,6", "3,4,5,6,7"))
    assert list(found.types()) == ["a", "column 2", "a (2)", "a (3)", "b"]
    said = [finding.sentence for finding in found.profile.findings if finding.kind == "other"]
    assert len(said) == 3
    assert "had no name" in said[0]


def test_missing_markers(tmp_path: Path) -> None:
    cells = ["", "NA", "N/A", "n/a", "nan", "null", "None", "?", "-", " NA ", "7"]
    found = an_import(tmp_path, a_csv("n,t", *[f"{cell},x{cell}" for cell in cells], "8,y", "9,y"))
    assert found.cells()["n"] == [None] * 10 + [7.0, 8.0, 9.0]
    assert found.cells()["t"][9] == "x NA"


def test_one_column(tmp_path: Path) -> None:
    found = an_import(tmp_path, a_csv("text", "to be, or not to be", "that is; the question", "x|y"))
    assert found.cells()["text"] == ["to be, or not to be", "that is; the question", "x|y"]


def test_stray_quotes_in_a_tab_file(tmp_path: Path) -> None:
    lines = [
        f"{'spam' if i % 3 else 'ham'}\tmessage {i} said" + (' "ha' if i % 5 == 0 else "") for i in range(50)
    ]
    lines[7] = 'ham\t"starts with a quote'
    found = an_import(tmp_path, a_csv(*lines))
    assert found.schema.rows == 50
    assert found.profile.rejects == 0
    assert found.cells()["column 2"][7] == '"starts with a quote'


def test_the_order_of_rows_is_kept(tmp_path: Path) -> None:
    """DuckDB loses it when a plan has a join, as a long IN list makes; four threads and many row groups would show."""
    rows = 400_000
    lines = ["number,word,spaced"]
    lines += [f"{i * 7 % rows},w{i * 11 % rows}, {i % 1000}" for i in range(rows)]
    found = an_import(tmp_path, a_csv(*lines))
    cells = found.cells()
    assert cells["number"] == [float(i * 7 % rows) for i in range(rows)]
    assert cells["word"] == [f"w{i * 11 % rows}" for i in range(rows)]
    assert cells["spaced"] == [float(i % 1000) for i in range(rows)]


def test_equal_content_gets_the_same_name_whatever_the_path(tmp_path: Path) -> None:
    rows = a_csv("a,b", *[f"{i * 0.37},{i % 7}" for i in range(150_000)])
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    first, second = an_import(tmp_path / "one", rows), an_import(tmp_path / "two", rows, filename="other")
    assert first.name == second.name
    assert an_import(tmp_path / "one", rows.replace(b"0.37,", b"0.38,", 1)).name != first.name


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.lists(TEXT, min_size=3, max_size=3), min_size=1, max_size=8))
def test_what_a_csv_writer_writes_comes_back(rows: list[list[str]], tmp_path: Path) -> None:
    """Any cells, written by Python's csv, are read cell by cell; or refused in words, never lost in silence."""
    table = [["first", "second", "third"], *rows]
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(table)
    content = out.getvalue().encode()
    try:
        found = an_import(tmp_path, content)
    except Refused:
        return
    assert found.schema.rows + found.profile.rejects >= len(rows) or "\r" in out.getvalue()
    if found.profile.rejects or found.schema.rows != len(rows):
        return
    for position, row in enumerate(rows):
        cells = [values[position] for values in found.cells().values()]
        for cell, text in zip(cells, row, strict=True):
            if isinstance(cell, str):
                assert squeeze(cell) == squeeze(text)


def squeeze(text: str) -> str:
    return "".join(text.split()).replace("\ufeff", "")


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content: bytes, tmp_path: Path) -> None:
    try:
        found: Imported | None = an_import(tmp_path, content)
    except Refused as error:
        assert str(error).endswith((".", "."))
        found = None
    assert not list((tmp_path / "datasets").glob(".import-*"))
    assert found is None or found.schema.rows > 0


def test_a_quote_that_never_closes_costs_one_line(tmp_path: Path) -> None:
    lines = [f'{i},"text {i}"' for i in range(20_000)]
    lines[9] = '9,"open'
    found = an_import(tmp_path, a_csv("n,t", *lines))
    assert found.profile.rejects == 1
    assert found.schema.rows == 19_999
    assert found.rejects()[0]["line"] == 11
