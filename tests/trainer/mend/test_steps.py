"""Each kind of step on a table of many sorts: what is refused, in words; what becomes of the cells."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.steps import after, folder_of, refusal, schema_of
from tests.support.trained import a_version, some_pictures
from trainer.contract.dataset import Column, Profile, Schema, VersionFolder
from trainer.contract.documents import read_document
from trainer.contract.steps import (
    Clip,
    Drop,
    Exclude,
    FixText,
    Impute,
    MakeColumn,
    MapValues,
    Merge,
    ParseDates,
    Relabel,
    Rename,
    Retype,
    Step,
)

COLUMNS = [
    Column(id="c0", name="Age", type="number", reason="made", whole=True),
    Column(id="c1", name="Fare paid", type="text", reason="made"),
    Column(id="c2", name="Sex", type="category", reason="made", categories=["male", "female", "f"]),
    Column(id="c3", name="Born", type="text", reason="made"),
    Column(id="c4", name="Tags", type="tags", reason="made", categories=["a", "b", "c"]),
    Column(id="c5", name="Seen", type="datetime", reason="made"),
    Column(id="c6", name="Part", type="category", reason="made", categories=["train", "test"], role="part"),
]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> VersionFolder:
    time = pa.timestamp("us")
    table = {
        "c0": pa.array([22.0, None, -999.0, 40.0, 22.0, 7.0]),
        "c1": pa.array(["7.25", "1,234.5", "n/a", None, "1.234,5", "12,5"]),
        "c2": pa.array(["male", "female", "f", "male", None, "female"]),
        "c3": pa.array(["31.01.1980", "1.2.1981", "soon", None, "29.02.2000", "30.02.2000"]),
        "c4": pa.array(['["a", "b"]', '["b"]', None, '["c"]', '["a"]', '["a", "c"]']),
        "c5": pa.array([f"2024-05-0{n}T00:00:00" for n in range(1, 7)]).cast(time),
        "c6": pa.array(["train", "test", "train", "train", "train", "test"]),
    }
    return a_version(folder_of(tmp_path_factory.mktemp("m")), Schema(rows=6, columns=COLUMNS), table)


def cells(version: VersionFolder, column: str) -> list[Any]:
    found: list[Any] = pq.read_table(version.table)[column].to_pylist()
    return [str(cell) if hasattr(cell, "year") else cell for cell in found]


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (Impute(column="c9", how="value", value=1), "this table has no column c9"),
        (Impute(column="c0", how="value", value="abc"), "‘abc’ is not a number, and ‘Age’ holds numbers"),
        (Impute(column="c0", how="value"), "say which value fills the holes"),
        (Impute(column="c5", how="value", value="soon"), "‘soon’ is not a date like 2026-01-31"),
        (Impute(column="c2", how="mean"), "only numbers have a mean"),
        (Clip(column="c0", low=5, high=1), "the lowest number, 5, is above the highest, 1"),
        (Clip(column="c0"), "give a lowest or a highest number"),
        (Clip(column="c2", low=1), "‘Sex’ holds category; only numbers are clipped"),
        (Clip(column="c0", low=1, share=0.9), "not both"),
        (MapValues(column="c0", values={"x": "1"}), "‘x’ is not a number"),
        (MapValues(column="c2", values={}), "name at least one value"),
        (ParseDates(column="c3", format="day.month"), "is no way to write dates"),
        (ParseDates(column="c5", format="%d"), "only text and numbers are read as dates"),
        (MakeColumn(made="c7", name="x", expression="Age +"), "Character 6: the formula ends"),
        (MakeColumn(made="c7", name="x", expression="missing"), "never gives a value"),
        (MakeColumn(made="c0", name="x", expression="1"), "is there already"),
        (Retype(column="c5", type="number"), "a date is no number"),
        (Retype(column="c0", type="number"), "is number already"),
        (Rename(column="c0", name="Sex"), "another column is called ‘Sex’"),
        (Rename(column="c0", name="  "), "needs a name"),
        (Merge(column="c2", into="x"), "one of the two"),
        (Merge(column="c0", into="x", below=3), "only categories are merged"),
        (Relabel(column="c4", cells={0: "a"}), "is no list of tags in JSON"),
        (Relabel(column="c0", cells={6: "1"}), "there is no row 7"),
        (Exclude(rows=list(range(6))), "These steps leave no row"),
        (Drop(columns=[c.id for c in COLUMNS]), "no column is left"),
        (FixText(column="c0"), "only text is read in a wrong encoding"),
    ],
)
def test_what_cannot_be_done_is_said(root: VersionFolder, step: Step, words: str) -> None:
    assert words in refusal(root, step)
    assert [path.name for path in root.path.parent.iterdir() if path.name.startswith(".")] == []


def test_a_column_that_is_gone_is_said_to_be_so(root: VersionFolder) -> None:
    words = refusal(root, Drop(columns=["c0"]), Rename(column="c0", name="x"))
    assert words == "Step 2: ‘Age’ was left out by an earlier step. Move this step before that one."


@pytest.mark.parametrize(
    ("step", "column", "expected"),
    [
        (Impute(column="c0", how="value", value=30), "c0", [22, 30, -999, 40, 22, 7]),
        (Impute(column="c2", how="value", value="other"), "c2", ["male", "female", "f", "male", "other", "female"]),
        (Impute(column="c0", how="median"), "c0", [22, None, -999, 40, 22, 7]),
        (Clip(column="c0", low=0, high=30), "c0", [22, None, 0, 30, 22, 7]),
        (Clip(column="c0", share=0.5), "c0", [22, None, -999, 40, 22, 7]),
        (MapValues(column="c0", values={"-999": None, "22": "23"}), "c0", [23, None, None, 40, 23, 7]),
        (MapValues(column="c2", values={"f": "female"}), "c2", ["male", "female", "female", "male", None, "female"]),
        (MapValues(column="c4", values={"b": "a", "c": None}), "c4", ['["a"]', '["a"]', None, None, '["a"]', '["a"]']),
        (Merge(column="c2", values=["f", "male"], into="x"), "c2", ["x", "female", "x", "x", None, "female"]),
        (Merge(column="c2", below=2, into="x"), "c2", ["male", "female", "f", "male", None, "female"]),
        (ParseDates(column="c3", format="%d.%m.%Y"), "c3",
         ["1980-01-31 00:00:00", "1981-02-01 00:00:00", None, None, "2000-02-29 00:00:00", None]),
        (Retype(column="c1", type="number"), "c1", [7.25, 1234.5, None, None, None, None]),
        (Retype(column="c1", type="number", decimal=","), "c1", [None, None, None, None, 1234.5, 12.5]),
        (Retype(column="c0", type="category"), "c0", ["22", None, "-999", "40", "22", "7"]),
        (Retype(column="c5", type="text"), "c5", [f"2024-05-0{n}" for n in range(1, 7)]),
        (Retype(column="c4", type="text"), "c4", ["a, b", "b", None, "c", "a", "a, c"]),
        (Retype(column="c1", type="tags"), "c1",
         ['["7.25"]', '["1", "234.5"]', '["n/a"]', None, '["1.234", "5"]', '["12", "5"]']),
        (Relabel(column="c2", cells={4: "male", 0: None}), "c2", [None, "female", "f", "male", "male", "female"]),
        (Relabel(column="c5", cells={0: "2020-01-31"}), "c5",
         ["2020-01-31 00:00:00", *(f"2024-05-0{n} 00:00:00" for n in range(2, 7))]),
        (MakeColumn(made="c7", name="Grown", expression="Age >= 18"), "c7", ["yes", None, "no", "yes", "yes", "no"]),
        (Exclude(rows=[1, 2]), "c0", [22, 40, 22, 7]),
    ],
)  # fmt: skip
def test_what_becomes_of_the_cells(root: VersionFolder, step: Step, column: str, expected: list[Any]) -> None:
    version = after(root, step)
    assert cells(version, column) == expected
    others = [c.id for c in COLUMNS if c.id != column]
    if not isinstance(step, Exclude):
        assert [cells(version, id) for id in others] == [cells(root, id) for id in others]


@pytest.mark.parametrize(
    ("text", "meant"),
    [("MÃ¼ller", "Müller"), ("â€œquotedâ€\u009d", "“quoted”"), ("MÃƒÂ¼ller", "Müller"),
     ("naïve Müller", "naïve Müller"), ("Ã©tÃ©", "été"), ("plain", "plain"), ("日本", "日本")],
)  # fmt: skip
def test_text_in_the_wrong_encoding_is_read_as_it_was_meant(tmp_path: Path, text: str, meant: str) -> None:
    schema = Schema(rows=2, columns=[Column(id="c0", name="Who", type="text", reason="made")])
    root = a_version(folder_of(tmp_path), schema, {"c0": pa.array([text, None])})
    assert cells(after(root, FixText(column="c0")), "c0") == [meant, None]


def test_columns_keep_ids_and_say_what_they_are_now(root: VersionFolder) -> None:
    version = after(
        root,
        Retype(column="c0", type="category"),
        Rename(column="c1", name="Fare"),
        MakeColumn(made="c7", name="Twice", expression="length(\"Fare paid\") * 2"),
        MapValues(column="c4", values={"c": "a"}),
        Drop(columns=["c3"]),
    )  # fmt: skip
    found = schema_of(version)
    assert [(c.id, c.name, c.type) for c in found.columns] == [
        ("c0", "Age", "category"), ("c1", "Fare", "text"), ("c2", "Sex", "category"), ("c4", "Tags", "tags"),
        ("c5", "Seen", "datetime"), ("c6", "Part", "category"), ("c7", "Twice", "number"),
    ]  # fmt: skip
    assert found.column("c0").categories == ["22", "-999", "40", "7"]
    assert found.column("c4").categories == ["a", "b"]
    assert found.column("c2") == COLUMNS[2]
    assert found.column("c7").whole
    assert set(read_document(version.profile, Profile).columns) == {c.id for c in found.columns}
    assert schema_of(after(root, Exclude(rows=[0]))).column("c6").role == "part"


def test_pictures_go_with_their_rows_and_are_shared_where_none_is_gone(tmp_path: Path) -> None:
    root = some_pictures(folder_of(tmp_path), rows=300)
    same = after(root, Rename(column="c1", name="what"))
    assert same.media("c0").stat().st_ino == root.media("c0").stat().st_ino
    assert not same.origin.exists()
    fewer = after(root, Exclude(rows=[0, 5, 258]))
    pictures = [
        pa.ipc.open_file(pa.memory_map(str(f.media("c0")))).read_all()["bytes"] for f in (root, fewer)
    ]
    kept = [n for n in range(300) if n not in (0, 5, 258)]
    assert pictures[1].to_pylist() == pictures[0].take(pa.array(kept)).to_pylist()
    assert pq.read_table(fewer.origin)["row"].to_pylist() == kept
    assert fewer.thumbs("c0").exists()
    assert not after(root, Drop(columns=["c0"])).media("c0").exists()


INDEPENDENT: list[Step] = [
    Impute(column="c0", how="value", value=30),
    Retype(column="c1", type="number"),
    MapValues(column="c2", values={"f": "female"}),
    ParseDates(column="c3", format="%d.%m.%Y"),
    Merge(column="c4", values=["b", "c"], into="z"),
    Relabel(column="c6", cells={3: "test"}),
    Exclude(rows=[4]),
    MakeColumn(made="c7", name="Year", expression="year(Seen)"),
]


@given(st.permutations(INDEPENDENT))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_steps_on_different_columns_mean_the_same_in_any_order(
    root: VersionFolder, steps: list[Step]
) -> None:
    first, other = after(root, *INDEPENDENT), after(root, *steps)
    assert pq.read_table(first.table).equals(pq.read_table(other.table))
    assert schema_of(first) == schema_of(other)


def test_the_same_steps_have_the_same_name_and_are_not_made_twice(root: VersionFolder) -> None:
    first = after(root, *INDEPENDENT)
    before = first.table.stat().st_mtime_ns
    again = after(root, *INDEPENDENT)
    assert (again.path, again.table.stat().st_mtime_ns) == (first.path, before)
    assert json.loads(first.steps.read_text())["root"] == "root"
    assert after(root, *INDEPENDENT[::-1]).path != first.path
