"""From a version to tensors."""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from trainer.contract.dataset import Column, ColumnType, Schema, VersionFolder
from trainer.contract.documents import write_document
from trainer.contract.events import ProgressPayload
from trainer.contract.recipe import Encoding, Question, Split
from trainer.prepare import Prepared, prepare

ARROW = {
    "number": pa.float64(),
    "category": pa.string(),
    "datetime": pa.timestamp("us"),
    "image": pa.string(),
}


def a_version(place: Path, **columns: tuple[ColumnType, list[Any]]) -> VersionFolder:
    """A version on disk: column name -> type and cells."""
    place.mkdir(parents=True)
    version = VersionFolder(place)
    rows = len(next(iter(columns.values()))[1])
    described = [
        Column(id=f"c{n}", name=name, type=kind, reason="made")
        for n, (name, (kind, _)) in enumerate(columns.items())
    ]
    write_document(version.schema, Schema(rows=rows, columns=described))
    arrays = {f"c{n}": pa.array(cells, ARROW[kind]) for n, (kind, cells) in enumerate(columns.values())}
    pq.write_table(pa.table(arrays), version.table)
    return version


def a_question(target: str, inputs: list[str], task: str = "classification", **shares: Any) -> Question:
    return Question(
        target=target,
        inputs=inputs,
        task=task,
        metric="accuracy" if task == "classification" else "rmse",  # type: ignore[arg-type]
        split=Split(**shares),
    )


def a_table(place: Path, rows: int = 100) -> VersionFolder:
    dice = np.random.default_rng(0)
    age: list[Any] = dice.normal(30, 10, rows).tolist()
    age[3] = age[7] = None
    return a_version(
        place,
        age=("number", age),
        town=("category", [["Ulm", "Bonn", "Köln"][i % 3] if i % 10 else None for i in range(rows)]),
        grade=("category", [str(8 + i % 4) if i % 25 else None for i in range(rows)]),
        price=("number", [None if i == 5 else 100.0 + i for i in range(rows)]),
    )


def whole(prepared: Prepared) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """All parts together, in the order of the version's rows."""
    x, y, rows = (
        np.concatenate(arrays)
        for arrays in zip(*(prepared.part(part) for part in ("train", "validation", "test")), strict=True)
    )
    order = np.argsort(rows)
    return x[order], y[order], rows[order]


def test_a_target_with_one_value_in_training_is_refused(tmp_path: Path) -> None:
    version = a_version(tmp_path / "v", x=("number", list(range(20))), y=("category", ["a"] * 20))
    with pytest.raises(ValueError, match="same class in ‘y’: there is nothing to tell apart"):
        prepare(version, a_question("c1", ["c0"]), Encoding(), tmp_path / "p")
    assert list((tmp_path / "p").iterdir()) == []


def test_too_few_rows_are_refused(tmp_path: Path) -> None:
    version = a_version(tmp_path / "v", x=("number", [1, 2, 3, 4]), y=("category", ["a", "b", "a", "b"]))
    with pytest.raises(ValueError, match="Only 4 rows"):
        prepare(version, a_question("c1", ["c0"]), Encoding(), tmp_path / "p")


def test_rows_without_a_target_are_in_no_part_and_counted(tmp_path: Path) -> None:
    prepared = prepare(a_table(tmp_path / "v"), a_question("c2", ["c0", "c1"]), Encoding(), tmp_path / "p")
    x, y, rows = whole(prepared)
    assert prepared.left_out == 4
    assert rows.tolist() == [i for i in range(100) if i % 25]
    assert sum(prepared.rows.values()) == len(x) == len(y) == 96


def test_classes_are_in_natural_order(tmp_path: Path) -> None:
    prepared = prepare(a_table(tmp_path / "v"), a_question("c2", ["c0"]), Encoding(), tmp_path / "p")
    assert prepared.classes == ["8", "9", "10", "11"]
    _, y, rows = whole(prepared)
    assert [prepared.classes[n] for n in y] == [str(8 + row % 4) for row in rows]


def test_a_number_as_class_is_named_without_a_point(tmp_path: Path) -> None:
    version = a_version(
        tmp_path / "v", x=("number", list(range(30))), y=("number", [float(i % 2) for i in range(30)])
    )
    assert prepare(version, a_question("c1", ["c0"]), Encoding(), tmp_path / "p").classes == ["0", "1"]


def test_encoders_are_learned_on_the_training_part_alone(tmp_path: Path) -> None:
    version = a_table(tmp_path / "v")
    question = a_question("c3", ["c0", "c1"], "regression", stratify=False)
    first = prepare(version, question, Encoding(target="standard"), tmp_path / "p")
    rows = first.part("train")[2]
    table = pq.read_table(version.table).to_pydict()
    age = np.array([table["c0"][row] for row in rows], dtype=float)
    price = np.array([table["c3"][row] for row in rows])
    spec = first.specs[0]
    assert spec["mean"] == pytest.approx(np.nanmean(age))
    assert spec["deviation"] == pytest.approx(np.nanstd(age))
    assert spec["median"] == pytest.approx(np.nanmedian(age))
    assert (first.mean, first.deviation) == pytest.approx((price.mean(), price.std()))
    table["c0"] = [cell if i in set(rows.tolist()) else 1e6 for i, cell in enumerate(table["c0"])]
    pq.write_table(pa.table(table), version.table)
    again = prepare(version, question, Encoding(target="standard"), tmp_path / "other")
    assert again.specs == first.specs
    assert np.array_equal(again.part("train")[0], first.part("train")[0])


def test_numbers_lead_back_to_the_persons_units(tmp_path: Path) -> None:
    version = a_table(tmp_path / "v")
    question = a_question("c3", ["c0"], "regression", stratify=False)
    for target in ("standard", "raw"):
        prepared = prepare(version, question, Encoding(target=target), tmp_path / target)  # type: ignore[arg-type]
        _, y, rows = prepared.part("train")
        assert prepared.numbers(y) == pytest.approx(100.0 + rows, abs=1e-4)
        assert (abs(np.mean(y)) < 1e-5) == (target == "standard")


def test_rare_categories_become_other(tmp_path: Path) -> None:
    towns = ["Ulm"] * 50 + ["Bonn"] * 30 + [f"Dorf {i}" for i in range(20)]
    version = a_version(tmp_path / "v", town=("category", towns), y=("number", list(range(100))))
    prepared = prepare(
        version,
        a_question("c1", ["c0"], "regression", stratify=False),
        Encoding(max_categories=2, target="raw"),
        tmp_path / "p",
    )
    assert prepared.specs[0]["categories"] == ["Ulm", "Bonn"]
    x, _, rows = whole(prepared)
    assert x.argmax(axis=1).tolist() == [0 if row < 50 else 1 if row < 80 else 2 for row in rows]
    assert prepared.names == ["town = Ulm", "town = Bonn", "town = other"]


def test_the_same_question_is_prepared_once_and_another_anew(tmp_path: Path) -> None:
    version, root = a_table(tmp_path / "v"), tmp_path / "p"
    first = prepare(version, a_question("c2", ["c0"]), Encoding(), root)
    before = (first.folder / "train-x.npy").stat().st_mtime_ns
    again = prepare(version, a_question("c2", ["c0"]), Encoding(), root)
    assert again == first
    assert (again.folder / "train-x.npy").stat().st_mtime_ns == before
    others = [
        prepare(version, a_question("c2", ["c1"]), Encoding(), root),
        prepare(version, a_question("c2", ["c0"], seed=1), Encoding(), root),
        prepare(version, a_question("c2", ["c0"]), Encoding(numbers="raw"), root),
    ]
    assert len({prepared.folder for prepared in [first, *others]}) == 4


def test_a_half_made_folder_is_not_taken_for_whole(tmp_path: Path) -> None:
    version, root = a_table(tmp_path / "v"), tmp_path / "p"
    first = prepare(version, a_question("c2", ["c0"]), Encoding(), root)
    expected = np.array(first.part("train")[0])
    (first.folder / "manifest.json").unlink()
    (first.folder / "train-x.npy").write_bytes(b"half")
    again = prepare(version, a_question("c2", ["c0"]), Encoding(), root)
    assert np.array_equal(again.part("train")[0], expected)


def a_picture_version(place: Path, rows: int = 40) -> VersionFolder:
    version = a_version(
        place,
        photo=("image", [f"{i}.png" if i != 9 else None for i in range(rows)]),
        label=("category", ["ab"[i % 2] for i in range(rows)]),
    )
    cells: list[bytes | None] = []
    for i in range(rows):
        file = io.BytesIO()
        Image.new("RGB", (30 + i % 3, 30), (200 if i % 2 else 50, i, 10)).save(file, "PNG")
        cells.append(file.getvalue() if i != 9 else None)
    table = pa.table(
        {
            "bytes": pa.array(cells, pa.large_binary()),
            "width": pa.array([30] * rows, pa.int32()),
            "height": pa.array([30] * rows, pa.int32()),
        }
    )
    with pa.OSFile(str(version.media("c0")), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=16)
    return version


def test_pictures_become_bytes_at_the_training_size(tmp_path: Path) -> None:
    heard: list[ProgressPayload] = []
    version = a_picture_version(tmp_path / "v")
    prepared = prepare(
        version, a_question("c1", ["c0"]), Encoding(image_size=16), tmp_path / "p", heard.append
    )
    x, y, rows = whole(prepared)
    assert x.dtype == np.uint8
    assert x.shape[1:] == prepared.shape == (3, 16, 16)
    assert 9 not in rows
    assert prepared.left_out == 1
    for picture, label, row in zip(x, y, rows, strict=True):
        assert label == row % 2
        assert picture.reshape(3, -1).T.tolist() == [[200 if row % 2 else 50, row, 10]] * 256
    assert (heard[-1].done, heard[-1].total, heard[-1].unit) == (39, 39, "pictures")
    colours = np.array(prepared.part("train")[0], dtype=float).transpose(1, 0, 2, 3).reshape(3, -1)
    assert prepared.pixels["mean"] == pytest.approx(colours.mean(axis=1))
    assert prepared.pixels["deviation"][0] == pytest.approx(colours[0].std())
    assert json.loads((prepared.folder / "encoders.json").read_text())[0]["size"] == 16
