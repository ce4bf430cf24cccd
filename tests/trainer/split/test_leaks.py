"""What a split came to: leaks with their rows, groups that are offered, counts by part."""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.support.datasets import a_picture, write_arrow
from tests.support.importing import a_csv, an_import
from trainer.contract.dataset import Column, Schema, VersionFolder
from trainer.contract.documents import write_document
from trainer.contract.propose import propose_question
from trainer.contract.recipe import Question, Split
from trainer.contract.results import SplitFacts
from trainer.contract.splitting import list_columns
from trainer.split import divide
from trainer.split.facts import describe
from trainer.split.groups import find_groups


def a_version(folder: Path, columns: dict[str, tuple[str, list[Any]]]) -> VersionFolder:
    """Columns by name: type and cells; the first is what is predicted, the second the input."""
    folder.mkdir()
    version = VersionFolder(folder)
    described = [
        Column(id=f"c{place}", name=name, type=kind, reason="made")  # type: ignore[arg-type]
        for place, (name, (kind, _)) in enumerate(columns.items())
    ]
    rows = len(next(iter(columns.values()))[1])
    write_document(version.schema, Schema(rows=rows, columns=described))
    pq.write_table(pa.table({f"c{n}": cells for n, (_, cells) in enumerate(columns.values())}), version.table)
    return version


def look(version: VersionFolder, split: Split, folder: Path, task: str = "classification") -> SplitFacts:
    metric = "accuracy" if task == "classification" else "rmse"
    question = Question(target="c0", inputs=["c1"], task=task, metric=metric, split=split)  # type: ignore[arg-type]
    return describe(version, question, divide(version, question), folder)


def test_copies_across_parts_are_reported_with_their_rows(tmp_path: Path) -> None:
    cells = [float(n) for n in range(100)] + [float(n) for n in range(40)]
    answers = [["no", "yes"][int(v) % 2] for v in cells]
    version = a_version(tmp_path / "v", {"y": ("category", answers), "x": ("number", cells)})
    facts = look(version, Split(), tmp_path / "leaks")
    parts = divide(
        version, Question(target="c0", inputs=["c1"], task="classification", metric="accuracy")
    ).parts
    part_of = {int(row): name for name, rows in parts.items() for row in rows}
    apart = [n for n in range(40) if part_of[n] != part_of[n + 100]]
    (leak,) = facts.leaks
    assert (leak.key, leak.kind, leak.count) == ("copies", "copies", len(apart))
    found = pq.read_table(tmp_path / "leaks" / "copies.parquet").to_pydict()
    assert sorted(found["row"]) == sorted(apart + [n + 100 for n in apart])
    assert [part_of[row] for row in found["row"]] == found["part"]
    mended = look(version, Split(copies="together"), tmp_path / "mended")
    assert mended.leaks == []
    assert not (tmp_path / "mended").exists()


def test_pictures_are_copies_by_their_content_whatever_they_are_called(tmp_path: Path) -> None:
    names = [f"{n}.png" for n in range(40)]
    version = a_version(
        tmp_path / "v", {"y": ("category", [["a", "b"][n % 2] for n in range(40)]), "photo": ("image", names)}
    )
    write_arrow(version.media("c1"), [a_picture(f"#0000{n // 2:02x}") for n in range(40)], 40)
    facts = look(version, Split(), tmp_path / "leaks")
    assert facts.leaks[0].count > 0
    assert look(version, Split(copies="leave_out"), tmp_path / "left").leaks == []


def test_known_groups_are_reported_and_offered(tmp_path: Path) -> None:
    dice = np.random.default_rng(0)
    columns = {
        "y": ("category", dice.choice(["ill", "well"], 200).tolist()),
        "x": ("number", dice.normal(size=200).tolist()),
        "patient_id": ("category", [f"P{n % 20}" for n in range(200)]),
        "ward": ("category", [f"W{n % 4}" for n in range(200)]),
    }
    version = a_version(tmp_path / "v", columns)
    facts = look(version, Split(), tmp_path / "leaks")
    (offer,) = facts.groups
    assert (offer.column, offer.piece, offer.groups) == ("c2", None, 20)
    assert "About 10 rows of each of 20 groups by ‘patient_id’" in offer.sentence
    (leak,) = facts.leaks
    assert (leak.key, leak.column, leak.count) == ("group-c2", "c2", 60)
    assert look(version, Split(way="group", column="c2"), tmp_path / "mended").leaks == []


def test_counts_by_part_of_classes_numbers_and_times(tmp_path: Path) -> None:
    days = np.datetime64("2024-01-01", "us") + np.arange(100).astype("timedelta64[D]")
    version = a_version(
        tmp_path / "v",
        {"y": ("number", [float(n) for n in range(100)]), "day": ("datetime", pa.array(days))},
    )
    facts = look(version, Split(way="time", column="c1", stratify=False), tmp_path / "l", "regression")
    assert [facts.parts[name].rows for name in ("train", "validation", "test")] == [70, 15, 15]
    assert (facts.parts["train"].first, facts.parts["train"].last) == ("2024-01-01", "2024-03-10")
    assert facts.parts["test"].last == "2024-04-09"
    assert list(facts.parts["train"].classes.values()) == [25, 25, 20, 0]
    many = a_version(
        tmp_path / "w", {"y": ("category", [f"k{n % 30}" for n in range(300)]), "x": ("number", [0.0] * 300)}
    )
    named = look(many, Split(), tmp_path / "m").parts["train"].classes
    assert len(named) == 12
    assert list(named)[-1] == "19 more"
    assert sum(named.values()) == 210


@pytest.mark.shared_data
def test_speakers_are_found_in_the_names_of_real_clips(tmp_path: Path, shared_data: Path) -> None:
    with zipfile.ZipFile(shared_data / "fsdd" / "fsdd.zip") as archive:
        names = sorted(name for name in archive.namelist() if name.endswith(".wav"))
    digits = [name.rpartition("/")[2][0] for name in names]
    version = a_version(tmp_path / "v", {"digit": ("category", digits), "clip": ("audio", names)})
    # the content of a clip does not matter here: each is its own
    write_arrow(version.media("c1"), [str(n).encode() for n in range(len(names))], 1)
    facts = look(version, Split(), tmp_path / "leaks")
    (offer,) = facts.groups
    assert offer.groups == 6
    assert "jackson" in offer.name
    assert [leak.count for leak in facts.leaks] == [900]
    split = Split(way="group", column=offer.column, piece=offer.piece)
    kept = look(version, split, tmp_path / "kept")
    assert kept.leaks == []
    assert sum(part.groups or 0 for part in kept.parts.values()) == 6


@pytest.mark.shared_data
def test_real_days_are_split_by_time(tmp_path: Path, shared_data: Path) -> None:
    lines = (
        (shared_data / "daily-min-temperatures" / "daily-min-temperatures.csv").read_text().split("\n")[1:]
    )
    cells = [line.split(",") for line in lines if line.strip()]
    days = np.array([day.strip('"') for day, _ in cells], dtype="datetime64[us]")
    version = a_version(
        tmp_path / "v",
        {"temp": ("number", [float(value) for _, value in cells]), "day": ("datetime", pa.array(days))},
    )
    facts = look(version, Split(way="time", column="c1", gap=7, stratify=False), tmp_path / "l", "regression")
    assert facts.left_out == 12
    assert facts.parts["test"].last == "1990-12-31"
    held = facts.parts["validation"]
    assert held.last is not None
    assert facts.parts["test"].first is not None
    assert np.datetime64(facts.parts["test"].first) - np.datetime64(held.last) == np.timedelta64(7, "D")


@pytest.mark.shared_data
def test_real_parts_that_were_brought_are_kept_as_given(tmp_path: Path, shared_data: Path) -> None:
    names = ("adult-train.csv", "adult-test.csv")
    imported = an_import(tmp_path, {name: (shared_data / "adult" / name).read_bytes() for name in names})
    target = imported.schema.columns[-2].id
    question = propose_question(imported.schema, imported.profile, target)
    assert question.split.way == "given"
    division = divide(imported.version, question)
    assert len(division.parts["test"]) == 16_281
    assert sum(len(rows) for rows in division.parts.values()) == 32_561 + 16_281
    share = len(division.parts["validation"]) / 32_561
    assert share == pytest.approx(0.15 / 0.85, abs=0.001)
    assert "No validation part was given" in division.notes[0]


def test_a_computed_count_is_no_group(tmp_path: Path) -> None:
    lines = [f"{n % 9},{n * 7 % 13},{'ab'[n * 5 % 7 % 2]}" for n in range(400)]
    found = an_import(tmp_path, a_csv("family,x,kind", *lines))
    question = propose_question(found.schema, found.profile, "c2")
    assert find_groups(found.version, question) == []


def test_a_column_of_other_words_says_no_parts(tmp_path: Path) -> None:
    lines = [
        f"{['Bonn', 'Köln', 'Ulm'][n % 3]},{['train', 'test', 'val'][n % 3]},{n},{'ab'[n % 2]}"
        for n in range(90)
    ]
    found = an_import(tmp_path, a_csv("city,use,x,kind", *lines))
    assert [column.name for column in list_columns(found.schema, "given", "c3")] == ["use"]
