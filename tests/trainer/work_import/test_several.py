"""Several tables in one delivery: joined where they have the same columns, refused in words where they do not."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.importing import NUMBERS, Imported, a_csv, a_table_of, read_back, run_order
from trainer.contract.folder import JobFolder
from trainer.contract.order import ImportOrder, Order, SourceFile
from trainer.sources.refusal import Refused


def several(folder: Path, files: dict[str, bytes]) -> Imported:
    sources = []
    for name, content in files.items():
        path = folder / f"upload-{next(NUMBERS)}"
        path.write_bytes(content)
        sources.append(SourceFile(path=path, filename=name))
    job = JobFolder(folder / f"job-{next(NUMBERS)}")
    job.create(Order(job="several", body=ImportOrder(datasets=folder / "datasets", files=sources)))
    results = run_order(job)
    assert isinstance(results, dict)
    return read_back(folder, job, results)


def test_other_columns_are_refused_with_what_differs(tmp_path: Path) -> None:
    files = {"a.csv": a_csv("x,y", "1,2", "2,3"), "b.csv": a_csv("x,z,y", "1,2,3", "2,3,4")}
    with pytest.raises(Refused, match=r"only ‘b.csv’ has ‘z’.*Name the columns alike"):
        several(tmp_path, files)
    files = {"a.csv": a_csv("x,y", "1,2", "2,3"), "b.csv": a_csv("x,why", "1,2", "2,3")}
    with pytest.raises(Refused, match=r"only ‘a.csv’ has ‘y’, and only ‘b.csv’ has ‘why’"):
        several(tmp_path, files)


def test_names_of_parts_become_the_part(tmp_path: Path) -> None:
    rows: dict[str, list[str]] = {
        "pots-train.csv": ["1,red", "2,blue", "3,red"],
        "pots_test.csv": ["4,blue"],
        "pots.valid.csv": ["5,red", "6,blue"],
    }
    found = several(tmp_path, {name: a_csv("n,colour", *lines) for name, lines in rows.items()})
    assert found.cells()["part"] == ["train"] * 3 + ["test"] + ["validation"] * 2
    assert found.cells()["n"] == [1, 2, 3, 4, 5, 6]
    assert found.roles()["part"] == "part"
    part = found.schema.columns[-1]
    assert part.categories == ["train", "validation", "test"]
    assert "names of the 3 files" in part.reason


def test_other_names_become_a_category(tmp_path: Path) -> None:
    found = several(tmp_path, {"jan.csv": a_csv("n,c", "1,x", "2,y"), "feb.csv": a_csv("c,n", "z,3", "x,4")})
    assert found.cells() == {
        "n": [1, 2, 3, 4],
        "c": ["x", "y", "z", "x"],
        "file": ["jan", "jan", "feb", "feb"],
    }
    assert found.types()["file"] == "category"
    assert "2 tables with the same columns" in found.profile.source


def test_a_column_is_read_alike_everywhere(tmp_path: Path) -> None:
    """Two kinds of numbers are a choice in one file and numbers in the other; a word in one makes text of both."""
    files = {
        "a.csv": a_csv("n,m,when", *[f"{i % 2},{i},2026-01-0{i}" for i in range(1, 9)]),
        "b.csv": a_csv("n;m;when", *[f"{i};{i}{'x' * (i == 5)};0{i}.02.2026" for i in range(1, 9)]),
    }
    found = several(tmp_path, files)
    assert found.types() == {"n": "number", "m": "category", "when": "datetime", "file": "category"}
    assert found.cells()["m"][:2] == ["1", "2"]
    assert found.cells()["m"][12] == "5x"
    assert str(found.cells()["when"][8]) == "2026-02-01 00:00:00"


def test_other_formats_join_too_and_rejects_name_their_file(tmp_path: Path) -> None:
    bad = a_csv("name,weight", "a,1", "b", "c,3.5", "f,2.5")
    record: list[dict[str, Any]] = [{"name": "d", "weight": 4.5}, {"name": "e", "weight": 5.5}]
    found = several(tmp_path, {"one.csv": bad, "two.parquet": a_table_of(record)})
    assert found.cells()["weight"] == [1.0, 3.5, 2.5, 4.5, 5.5]
    assert [(reject["file"], reject["line"]) for reject in found.rejects()] == [("one.csv", 3)]


@pytest.mark.shared_data
def test_adult_is_one_table_of_two_parts(tmp_path: Path, shared_data: Path) -> None:
    names = ("adult-train.csv", "adult-test.csv")
    found = several(tmp_path, {name: (shared_data / "adult" / name).read_bytes() for name in names})
    assert found.schema.rows == 32_561 + 16_281
    part = found.cells()["part"]
    assert (part.count("train"), part.count("test")) == (32_561, 16_281)
