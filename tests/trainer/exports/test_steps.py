"""A model of a mended table is asked about rows as the person's file has them."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from tests.support.steps import after, folder_of, schema_of
from tests.support.trained import Trained, a_table, train_on
from tests.trainer.exports.test_export import ask, unpack
from trainer.columns import read_columns
from trainer.contract.dataset import VersionFolder
from trainer.contract.recipe import Encoding, Question, Split
from trainer.contract.steps import (
    Clip,
    Drop,
    Exclude,
    Impute,
    MakeColumn,
    MapValues,
    Merge,
    Relabel,
    Rename,
    Retype,
    Step,
)
from trainer.mend.lineage import root_rows
from trainer.predictor.predict import Model
from trainer.prepare import prepare

STEPS: list[Step] = [
    Exclude(rows=[0, 17, 40], reason="odd"),
    MapValues(column="c1", values={"30": None}),
    Impute(column="c1", how="median"),
    MakeColumn(made="c7", name="Half", expression="if(Age is missing, -1, round(Age / 2))"),
    Rename(column="c2", name="Fare"),
    MakeColumn(
        made="c8", name="Season", expression="if(month(Day) in (12, 1, 2), 'winter', 'else') + lower(Sex)"
    ),
    Clip(column="c2", share=0.9),
    Impute(column="c4", how="value", value="Q"),
    Merge(column="c4", into="elsewhere", below=70),
    Retype(column="c7", type="category"),
    Relabel(column="c0", cells={5: "male", 6: "female", 9: "male"}),
    Drop(columns=["c3"]),
]
INPUTS = ["c0", "c1", "c2", "c4", "c7", "c8"]


def a_question(task: str) -> Question:
    return Question(
        target="c5" if task == "classification" else "c6", inputs=INPUTS, task=task,
        metric="accuracy" if task == "classification" else "rmse", split=Split(stratify=task == "classification"),
    )  # fmt: skip


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> VersionFolder:
    return a_table(folder_of(tmp_path_factory.mktemp("steps")))


@pytest.fixture(scope="module")
def made(root: VersionFolder, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """A linear model of a class, on the mended table."""
    return train_on(tmp_path_factory.mktemp("t"), after(root, *STEPS), a_question("classification"), "linear")


def rows_of_the_file(root: VersionFolder, places: Any) -> list[dict[str, str]]:
    """Rows by the names and in the way of the person's file."""
    schema = schema_of(root)
    columns = read_columns(root, [column.id for column in schema.columns], places)
    absent = {"nan", "NaT", "None"}
    return [
        {c.name: "" if str(columns[c.id][n]) in absent else str(columns[c.id][n]) for c in schema.columns}
        for n in range(len(places))
    ]


@pytest.mark.parametrize(("learner", "task"), [("boosting", "classification"), ("mlp", "regression")])
def test_other_learners_prove_their_exports_too(
    root: VersionFolder, tmp_path: Path, learner: str, task: str
) -> None:
    made = train_on(tmp_path, after(root, *STEPS), a_question(task), learner)
    assert made.proof.equal_answers == made.proof.checked_rows


def test_rows_as_they_were_brought_are_answered_as_in_the_evaluation(
    made: Trained, root: VersionFolder, tmp_path: Path
) -> None:
    x, _, rows = made.prepared.part("test")
    places = root_rows(made.version, np.asarray(rows))
    told_anew = np.isin(places, [5, 6, 9])
    expected = made.fitted.predict(np.asarray(x))[~told_anew]
    file = tmp_path / "rows.csv"
    brought = rows_of_the_file(root, places[~told_anew])
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(brought[0]))
        writer.writeheader()
        writer.writerows(brought)
    done = ask(unpack(made, tmp_path), str(file))
    assert done.returncode == 0, done.stderr
    table = list(csv.DictReader(io.StringIO(done.stdout)))
    shares = [[float(row[f"probability of {label}"]) for label in made.report.labels] for row in table]
    assert np.abs(np.array(shares) - expected).max() < 1e-4


def test_a_download_asks_for_the_columns_of_the_file_and_says_what_it_makes_of_them(
    made: Trained, tmp_path: Path
) -> None:
    folder = unpack(made, tmp_path)
    card = json.loads((folder / "model.json").read_text())
    assert [asked["name"] for asked in card["steps"]["asked"]] == [
        "Sex",
        "Age",
        'Fare, "in" £',
        "Day",
        "Port",
    ]
    assert {"cells.py", "formulas.py", "reading.py"} <= {file.name for file in folder.iterdir()}
    model = Model(folder)
    row = {"Sex": "female", "Age": "30", 'Fare, "in" £': "12.5", "Day": "soon", "Port": "Paris"}
    (answer,) = model.answer_rows([model.by_id(row)])
    median = card["inputs"][1]["encode"]["before"][0]["value"]
    assert answer["notes"] == [
        f"Age: missing; {median:g} stands in, as in training.",
        "Port: ‘Paris’ is rare or was not seen in training: counted as elsewhere.",
        "Day: ‘soon’ is not a date like 2024-05-31; counted as missing.",
    ]
    example = {asked["name"]: asked["example"] for asked in card["steps"]["asked"]}
    assert ask(folder, "--row", json.dumps(example)).returncode == 0


def test_what_is_learned_is_learned_on_the_training_part_alone(root: VersionFolder, tmp_path: Path) -> None:
    question = a_question("classification")
    encoding = Encoding()
    version = after(root, *STEPS)
    prepared = prepare(version, question, encoding, tmp_path / "p")
    train, test = (np.asarray(prepared.part(part)[2]) for part in ("train", "test"))
    age, fare = (read_columns(version, [id])[id][train] for id in ("c1", "c2"))
    found = {spec["column"]: spec.get("before") for spec in prepared.specs}
    low, high = np.quantile(fare, [0.05, 0.95])
    assert found["c1"] == [{"do": "fill", "value": float(np.nanmedian(age))}]
    assert found["c2"] == [{"do": "clip", "low": pytest.approx(low), "high": pytest.approx(high)}]
    assert found["c4"][0]["into"] == "elsewhere"
    assert prepared.specs[1]["flag"] is False

    table = pq.read_table(version.table)
    places = np.isin(np.arange(table.num_rows), test)
    for id, wrong in (("c1", 5_000.0), ("c2", -1e6), ("c4", "Nowhere")):
        cells = [wrong if here else cell for cell, here in zip(table[id].to_pylist(), places, strict=True)]
        place = table.schema.get_field_index(id)
        table = table.set_column(place, table.schema.field(id), [cells])
    pq.write_table(table, version.table)
    changed = prepare(version, question, encoding, tmp_path / "other")
    assert changed.specs == prepared.specs
    assert not np.array_equal(changed.part("test")[0], prepared.part("test")[0])
