"""A download answers like the trained model, in a process that has numpy and onnxruntime and nothing else."""

import csv
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pyarrow.parquet as pq
import pytest
from safetensors.numpy import load_file

from tests.support.trained import Trained, a_picture
from trainer.columns import encode, png, read_columns
from trainer.contract.documents import read_document
from trainer.contract.events import ProgressPayload
from trainer.contract.results import ExportProof, ResultFiles
from trainer.exports import ExportDiffers, export
from trainer.learners import Fitted

World = Callable[[str, str], Trained]
TABLES = [
    (learner, task)
    for learner in ("linear", "forest", "boosting", "mlp")
    for task in ("classification", "regression")
]
PICTURES = [("cnn", "classification"), ("cnn", "regression")]
ALONE = """
import runpy, sys

KNOWN = {"numpy", "onnxruntime", "encode", "png", "cells", "formulas", "reading"}

class Alone:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top not in sys.stdlib_module_names and top not in KNOWN:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Alone())
program, *sys.argv[1:] = sys.argv[1:]
runpy.run_path(program, run_name="__main__")
"""
"""Runs a program where only the standard library, numpy and onnxruntime can be imported."""


def unpack(made: Trained, folder: Path) -> Path:
    with zipfile.ZipFile(made.results.download) as packed:
        assert packed.testzip() is None
        packed.extractall(folder)
    return folder / "model"


def ask(model: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the download's own program, isolated, elsewhere."""
    return subprocess.run(
        [sys.executable, "-I", "-W", "error", "-c", ALONE, str(model / "predict.py"), *arguments],
        capture_output=True, text=True, timeout=60, check=False, cwd=model.parent,
    )  # fmt: skip


def held_out(made: Trained) -> tuple[Any, list[dict[str, Any]], np.ndarray]:
    """Cells of the test rows by column name, as text; and the trained model's answers."""
    x, _, rows = made.prepared.part("test")
    columns = read_columns(made.version, made.recipe.question.inputs, np.asarray(rows))
    names = {column.id: column.name for column in made.schema.columns}
    cells = [{names[id]: values[place] for id, values in columns.items()} for place in range(len(rows))]
    return names, cells, made.fitted.predict(np.asarray(x))


class Otherwise(Fitted):
    """A model whose trained answers are not those of its exported file."""

    def predict(self, x: np.ndarray) -> np.ndarray:
        answer = super().predict(x)
        return answer[:, ::-1] if answer.ndim == 2 else answer + 0.01 * answer.std()


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_an_export_that_differs_fails_aloud_and_leaves_nothing(
    trained: World, tmp_path: Path, task: str
) -> None:
    made = trained("linear", task)
    results = ResultFiles(tmp_path / "results")
    results.path.mkdir()
    with pytest.raises(ExportDiffers, match="answers differently from the trained one"):
        export(results, made.version, made.recipe, made.prepared, Otherwise(**vars(made.fitted)), made.report)
    assert list(results.path.iterdir()) == []


@pytest.mark.parametrize(("learner", "task"), TABLES)
def test_a_download_answers_a_csv_like_the_trained_model(
    trained: World, tmp_path: Path, learner: str, task: str
) -> None:
    made = trained(learner, task)
    names, cells, expected = held_out(made)
    rows = tmp_path / "rows.csv"
    with rows.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*reversed(cells[0]), "something else"])
        writer.writeheader()
        missing = {"nan", "NaT", "None"}
        writer.writerows({k: "" if str(v) in missing else str(v) for k, v in row.items()} for row in cells)
    done = ask(unpack(made, tmp_path), str(rows))
    assert done.returncode == 0, done.stderr
    table = list(csv.DictReader(io.StringIO(done.stdout)))
    target = names[made.recipe.question.target]
    if task == "regression":
        found = np.array([float(row[target]) for row in table])
        assert np.abs(found - expected).max() < 1e-3 * expected.std()
    else:
        shares = [[float(row[f"probability of {label}"]) for label in made.report.labels] for row in table]
        assert np.abs(np.array(shares) - expected).max() < 1e-4
        assert [row[target] for row in table] == [made.report.labels[i] for i in np.argmax(shares, axis=1)]
    assert "Age: missing" in done.stderr


@pytest.mark.parametrize(("learner", "task"), PICTURES)
def test_a_download_answers_a_picture_like_the_trained_model(
    trained: World, tmp_path: Path, learner: str, task: str
) -> None:
    made = trained(learner, task)
    (tmp_path / "a photo.png").write_bytes(a_picture(60, (16, 16)))
    (tmp_path / "b.PNG").write_bytes(a_picture(190, (37, 29)))
    done = ask(unpack(made, tmp_path), str(tmp_path / "a photo.png"), str(tmp_path / "b.PNG"))
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    files = [tmp_path / "a photo.png", tmp_path / "b.PNG"]
    x = np.stack([encode.encode_image(png.decode_png(f.read_bytes()), made.prepared.specs[0]) for f in files])
    for answer, expected in zip(answers, made.fitted.predict(x), strict=True):
        if task == "regression":
            assert answer["value"] == pytest.approx(expected, rel=1e-4)
        else:
            shares = dict(zip(made.report.labels, expected.tolist(), strict=True))
            assert answer["probabilities"] == pytest.approx(shares, abs=1e-4)
            assert answer["label"] == max(shares, key=shares.__getitem__)


def test_a_photo_that_is_no_png_asks_for_pillow_in_words(trained: World, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(a_picture(60, (16, 16), "JPEG"))
    done = ask(unpack(trained("cnn", "classification"), tmp_path), str(tmp_path / "a.jpg"))
    assert done.returncode == 1
    assert "is not a PNG. Save it as PNG, or run: pip install pillow" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--row", '{"Sexx": "male"}'], "None of the columns is an input of this model. It reads: Sex, Age,"),
        (["--row", "[1]"], "A row is written like"),
        (["--row", "{"], "The row is not JSON"),
        (["nowhere.csv"], "There is no file ‘nowhere.csv’. Give the path of a CSV file"),
        (["photo.png"], "reads rows of a table"),
    ],
)
def test_a_download_refuses_in_words(
    trained: World, tmp_path: Path, arguments: list[str], words: str
) -> None:
    (tmp_path / "photo.png").write_bytes(a_picture(60, (16, 16)))
    done = ask(unpack(trained("linear", "classification"), tmp_path), *arguments)
    assert done.returncode == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""  # no header above nothing


def test_a_reader_that_has_enough_ends_it_quietly(trained: World, tmp_path: Path) -> None:
    made = trained("linear", "classification")
    names = [made.schema.column(id).name for id in made.recipe.question.inputs]
    with (tmp_path / "many.csv").open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(names)
        out.writerows([["1"] * len(names)] * 20_000)
    program = [sys.executable, "-I", "-c", ALONE, str(unpack(made, tmp_path) / "predict.py")]
    with (tmp_path / "said").open("w") as said:
        asked = subprocess.Popen(
            [*program, str(tmp_path / "many.csv")], stdout=subprocess.PIPE, stderr=said, cwd=tmp_path
        )
        assert asked.stdout is not None
        asked.stdout.readline()
        asked.stdout.close()
        assert asked.wait(60) == 0
    words = (tmp_path / "said").read_text()
    assert "Broken" not in words
    assert "Traceback" not in words


def test_one_row_says_what_training_did_not_see(trained: World, tmp_path: Path) -> None:
    model = unpack(trained("forest", "classification"), tmp_path)
    done = ask(
        model, "--row", '{"Sex": "female", "Age": "about 30", "Port": "Q9", "Fare, \\"in\\" £": "12,5"}'
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert list(answer["probabilities"]) == sorted(
        answer["probabilities"], key=lambda k: -answer["probabilities"][k]
    )
    assert answer["label"] == next(iter(answer["probabilities"]))
    notes = " ".join(answer["notes"])
    assert "Age: ‘about 30’ is not a number" in notes
    assert "Port: ‘Q9’ was not seen in training" in notes
    assert "Day: missing" in notes
    assert "Fare" not in notes


def test_without_arguments_it_says_how(trained: World, tmp_path: Path) -> None:
    done = ask(unpack(trained("linear", "classification"), tmp_path))
    assert done.returncode == 2
    assert "python predict.py rows.csv" in done.stdout


@pytest.mark.parametrize(("learner", "task"), TABLES + PICTURES)
def test_the_proof_is_written_and_the_graph_is_plain(trained: World, learner: str, task: str) -> None:
    made = trained(learner, task)
    proof = read_document(made.results.proof, ExportProof)
    assert proof.checked_rows == proof.equal_answers == made.report.rows["test"]
    assert 0 <= proof.largest_difference < 1e-5
    assert proof.bytes == made.results.download.stat().st_size
    graph = onnx.load(made.results.model / "model.onnx", load_external_data=False)
    onnx.checker.check_model(graph, full_check=True)
    (input_,), (output,) = graph.graph.input, graph.graph.output
    picture = learner == "cnn"
    assert input_.name == ("image" if picture else "x")
    assert input_.type.tensor_type.elem_type == (
        onnx.TensorProto.UINT8 if picture else onnx.TensorProto.FLOAT
    )
    assert output.name == ("probabilities" if task == "classification" else "value")
    exact = onnx.TensorProto.FLOAT if task == "classification" else onnx.TensorProto.DOUBLE
    assert output.type.tensor_type.elem_type == exact
    assert (
        input_.type.tensor_type.shape.dim[0].dim_param or not input_.type.tensor_type.shape.dim[0].dim_value
    )
    assert not any(tensor.external_data for tensor in graph.graph.initializer)
    assert {opset.domain for opset in graph.opset_import} <= {"", "ai.onnx.ml"}
    assert str(Path.cwd()).encode() not in graph.SerializeToString()


def test_the_folder_holds_what_made_it(trained: World, tmp_path: Path) -> None:
    made = trained("mlp", "classification")
    model = unpack(made, tmp_path)
    assert sorted(file.name for file in model.iterdir()) == [
        "README.txt", "encode.py", "model.json", "model.onnx", "png.py", "predict.py", "weights.safetensors",
    ]  # fmt: skip
    assert (model / "encode.py").read_bytes() == Path(encode.__file__).read_bytes()
    card = json.loads((model / "model.json").read_text(encoding="utf-8"))
    assert card["labels"] == made.report.labels
    assert card["recipe"] == made.recipe.model_dump(mode="json")
    assert [found["encode"] for found in card["inputs"]] == made.prepared.specs
    assert [found["name"] for found in card["inputs"]] == ["Sex", "Age", 'Fare, "in" £', "Day", "Port"]
    assert card["inputs"][1]["example"] == round(made.prepared.specs[1]["median"])
    assert card["scores"][0]["value"] == made.report.scores[0].value
    weights = load_file(model / "weights.safetensors")
    assert {k: v.tolist() for k, v in weights.items()} == {
        k: v.tolist() for k, v in made.fitted.model.state_dict().items()
    }
    readme = (model / "README.txt").read_text(encoding="utf-8")
    assert f"onnxruntime=={card['versions']['onnxruntime']}" in readme
    assert made.report.verdict in readme


def test_the_example_of_the_readme_runs(trained: World, tmp_path: Path) -> None:
    model = unpack(trained("boosting", "regression"), tmp_path)
    (line,) = [
        s.strip() for s in (model / "README.txt").read_text(encoding="utf-8").splitlines() if "--row" in s
    ]
    command = line.replace("python", f"{sys.executable} -I", 1)
    done = subprocess.run(["/bin/sh", "-c", command], cwd=model, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["notes"] == []


def test_the_same_model_gives_the_same_zip(trained: World, tmp_path: Path) -> None:
    made = trained("forest", "classification")
    results = ResultFiles(tmp_path / "results")
    results.path.mkdir()
    (results.model / "left over").mkdir(parents=True)
    heard: list[ProgressPayload] = []
    export(results, made.version, made.recipe, made.prepared, made.fitted, made.report, heard.append)
    assert results.download.read_bytes() == made.results.download.read_bytes()
    assert not (results.model / "left over").exists()
    assert all(told.sentence.startswith("exporting") for told in heard)
    assert len(heard) == 3


def test_a_class_that_training_never_saw_gets_no_probability(trained: World, tmp_path: Path) -> None:
    made = trained("forest", "classification")
    labels = ["first", *made.report.labels]
    model = made.fitted.model
    classes = model.classes_
    try:
        model.classes_ = classes + 1  # as if the first class of four lay outside of the training part
        fitted = replace(made.fitted, classes=labels)
        prepared = replace(made.prepared, classes=labels)
        results = ResultFiles(tmp_path / "results")
        results.path.mkdir()
        proof = export(results, made.version, made.recipe, prepared, fitted, made.report)
    finally:
        model.classes_ = classes
    assert proof.equal_answers == proof.checked_rows
    done = ask(results.model, "--row", '{"Sex": "male"}')
    assert json.loads(done.stdout)["probabilities"]["first"] == 0.0


def test_the_predictions_of_the_report_are_those_of_the_download(trained: World) -> None:
    """Evaluate with the code of training, predict with the code of evaluation."""
    made = trained("boosting", "classification")
    rows = [r for r in pq.read_table(made.results.predictions).to_pylist() if r["part"] == "test"]
    _, _, expected = held_out(made)
    assert np.abs(np.array([r["probabilities"] for r in rows]) - expected).max() < 1e-6
