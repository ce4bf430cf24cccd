"""What a column is taken for, and why."""

from pathlib import Path

import numpy as np
import pytest

from tests.support.importing import a_csv, an_import
from trainer.columns import read_columns


@pytest.mark.shared_data
def test_titanic(tmp_path: Path, shared_data: Path) -> None:
    found = an_import(tmp_path, shared_data / "titanic" / "titanic.csv")
    assert found.types() == {
        "PassengerId": "number", "Survived": "category", "Pclass": "number", "Name": "text", "Sex": "category",
        "Age": "number", "SibSp": "number", "Parch": "number", "Ticket": "text", "Fare": "number", "Cabin": "text",
        "Embarked": "category",
    }  # fmt: skip
    assert found.roles() == {
        "PassengerId": "id", "Survived": "input", "Pclass": "input", "Name": "id", "Sex": "input", "Age": "input",
        "SibSp": "input", "Parch": "input", "Ticket": "text", "Fare": "input", "Cabin": "text", "Embarked": "input",
    }  # fmt: skip
    age = next(column for column in found.schema.columns if column.name == "Age")
    assert age.reason == "all 714 values are numbers; 177 missing"
    assert found.profile.columns[age.id].missing == 177
    assert found.profile.columns[age.id].median == 28.0


@pytest.mark.shared_data
def test_diamonds(tmp_path: Path, shared_data: Path) -> None:
    found = an_import(tmp_path, shared_data / "diamonds" / "diamonds.csv")
    assert found.schema.rows == 53_940
    assert [name for name, type in found.types().items() if type == "category"] == ["cut", "color", "clarity"]
    assert set(found.roles().values()) == {"input"}
    assert found.schema.column("c1").categories == ["Ideal", "Premium", "Very Good", "Good", "Fair"]
    assert (found.schema.column("c6").whole, found.schema.column("c0").whole) == (True, False)
    assert any(finding.kind == "duplicates" and finding.count == 146 for finding in found.profile.findings)


COLUMNS = {
    "numbers": (["1", "2.5", "-3e2", "4"] * 10, "number", "input"),
    "two numbers": (["0", "1"] * 20, "category", "input"),
    "two numbers late": (["0"] * 30 + ["1"] * 10, "category", "input"),
    "one number": (["7"] * 40, "number", "constant"),
    "decimal comma": (["1,5", "2,25", "3,0", "10"] * 10, "number", "input"),
    "thousands": (["1,234", "12,345.5", "999", "7"] * 10, "number", "input"),
    "codes": (["00123", "01234", "12345", "99999"] * 10, "category", "input"),
    "nearly numbers": ([str(i) for i in range(39)] + ["unknown"], "text", "id"),
    "counting": ([str(i) for i in range(40)], "number", "id"),
    "counting from seven": ([str(i + 7) for i in reversed(range(40))], "number", "id"),
    "iso": ([f"2026-01-{i % 28 + 1:02d}" for i in range(40)], "datetime", "input"),
    "iso time": ([f"2026-01-{i % 28 + 1:02d} 12:{i:02d}:00" for i in range(40)], "datetime", "input"),
    "german": ([f"{i % 28 + 1:02d}.01.2026" for i in range(40)], "datetime", "input"),
    "american": ([f"1/{i % 28 + 1}/2026" for i in range(40)], "datetime", "input"),
    "month": ([f"{1980 + i // 12}-{i % 12 + 1:02d}" for i in range(40)], "datetime", "input"),
    "category": (["red", "green", "blue", "red"] * 10, "category", "input"),
    "names": ([f"person {i}" for i in range(40)], "text", "id"),
    "free text": ([f"{i % 37} sentences about the weather in {i % 35}" * 2 for i in range(40)], "text", "text"),
    "long texts": ([f"{i} " + "lorem ipsum dolor " * 8 for i in range(40)], "text", "text"),
    "one word": (["same"] * 40, "category", "constant"),
    "nothing": ([""] * 40, "text", "constant"),
}  # fmt: skip


@pytest.mark.parametrize("case", COLUMNS)
def test_column(case: str, tmp_path: Path) -> None:
    cells, type, role = COLUMNS[case]
    content = a_csv("it;other", *[f"{cell};{i % 3}x" for i, cell in enumerate(cells)])
    found = an_import(tmp_path, content)
    column = found.schema.columns[0]
    assert (column.type, column.role) == (type, role), column.reason
    assert column.reason


def test_values_of_odd_numbers(tmp_path: Path) -> None:
    lines = ["a;b;c", "1.234,5;1,234.5;-0,5", "2,25;999;+3", "7;12,345;1.000"]
    cells = an_import(tmp_path, a_csv(*lines)).cells()
    assert cells == {"a": [1234.5, 2.25, 7.0], "b": [1234.5, 999.0, 12345.0], "c": [-0.5, 3.0, 1000.0]}


def test_a_column_that_breaks_its_promise_late(tmp_path: Path) -> None:
    rows = [f"{i * 3},{i % 2},x{i % 4}" for i in range(20_000)]
    rows[15_000] = "broken,2,x1"
    found = an_import(tmp_path, a_csv("n,two,t", *rows))
    number = found.schema.columns[0]
    assert number.type == "text"
    assert "19,999 of 20,000 are numbers, but for example ‘broken’ is not" in number.reason
    assert found.types()["two"] == "number"
    assert found.cells()["n"][14_999:15_002] == ["44997", "broken", "45003"]
    assert found.profile.rejects == 0


def test_columns_as_arrays(tmp_path: Path) -> None:
    found = an_import(
        tmp_path, a_csv("n,t,d", "1.5,a,2026-01-01", ",,", "2.5,b,2026-01-03", "9,a,2026-01-04")
    )
    arrays = read_columns(found.version, ["c0", "c1", "c2"], np.array([2, 1, 0]))
    assert arrays["c0"].dtype == np.float64
    assert arrays["c0"][0] == 2.5
    assert np.isnan(arrays["c0"][1])
    assert arrays["c1"].tolist() == ["b", None, "a"]
    assert arrays["c2"].dtype == np.dtype("datetime64[us]")
    assert np.isnat(arrays["c2"][1])
    assert arrays["c2"][0] == np.datetime64("2026-01-03")


@pytest.mark.parametrize("late", ["007", "0.5x", "-", "1_000 kg"])
def test_whole_numbers_keep_their_writing_when_codes_come_late(late: str, tmp_path: Path) -> None:
    rows = [f"{i + 10},x{i % 4}" for i in range(20_000)]
    rows[15_000] = f"{late},x1"
    found = an_import(tmp_path, a_csv("n,t", *rows))
    if late == "-":
        assert found.types()["n"] == "number"
        assert found.cells()["n"][15_000] is None
        return
    assert found.types()["n"] == "text"
    assert found.cells()["n"][14_999:15_002] == ["15009", late, "15011"]
    assert f"19,999 of 20,000 are numbers, but for example ‘{late}’ is not" in found.schema.columns[0].reason


@pytest.mark.parametrize("value", ["{}", "{}.5"])
def test_infinite_values_are_missing_and_said(value: str, tmp_path: Path) -> None:
    rows = [f"{value.format(i)},x{i % 4}" for i in range(20_000)]
    rows[3], rows[15_000] = "Infinity,x", "-inf,x"
    found = an_import(tmp_path, a_csv("n,t", *rows))
    assert found.types()["n"] == "number"
    assert found.cells()["n"][15_000] is None
    assert "all 19,998 values are" in found.schema.columns[0].reason
    assert "2 more are infinite and count as missing; 2 missing" in found.schema.columns[0].reason


TAGS = {
    "semicolons": ("drama;war", "drama;comedy;love", "comedy", "love;war"),
    "bars": ("drama|war", "drama|comedy|love", "comedy", "love | war"),
    "lists": ('["drama", "war"]', '["drama","comedy","love"]', '["comedy"]', '["love", "war"]'),
}


@pytest.mark.parametrize("form", TAGS)
def test_tags(form: str, tmp_path: Path) -> None:
    cells = [f"{i}\t{TAGS[form][i % 4] if i != 9 else ''}" for i in range(40)]
    found = an_import(tmp_path, a_csv("n\ttags", *cells))
    column = found.schema.columns[1]
    assert column.type == "tags"
    assert column.categories is not None
    assert sorted(column.categories) == ["comedy", "drama", "love", "war"]
    assert "lists of 4 different labels" in column.reason
    assert found.cells()["tags"][:4] == [
        '["drama","war"]', '["drama","comedy","love"]', '["comedy"]', '["love","war"]'
    ]  # fmt: skip
    assert found.cells()["tags"][9] is None


@pytest.mark.parametrize(
    "cells",
    [
        ["to be, or not; that is", "the question; whether", "it is nobler; in the mind"] * 5,
        ["1;2;3", "2;3;4", "1;3;4"] * 10,
        ["Smith; John", "Baker; Ann", "Cook; Eve", "Potter; Joe"],
        ["a;b", "plain", "words", "only", "here", "and", "there"] * 3,
    ],
)
def test_no_tags_without_evidence(cells: list[str], tmp_path: Path) -> None:
    found = an_import(tmp_path, a_csv("n\twords", *[f"{i}\t{cell}" for i, cell in enumerate(cells)]))
    assert found.types()["words"] in ("text", "category")


def test_numbers_with_units_stay_text_and_say_why(tmp_path: Path) -> None:
    found = an_import(tmp_path, a_csv("a,b", *[f"{i} kg,{i}{['cm', ' m'][i % 2]}" for i in range(40)]))
    assert found.types() == {"a": "text", "b": "text"}
    assert "they are numbers with the unit ‘kg’" in found.schema.columns[0].reason
    assert "they are numbers with units ‘cm’ and ‘m’" in found.schema.columns[1].reason
