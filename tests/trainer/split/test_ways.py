"""Every way to split: refusals in words, then what holds for any rows."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trainer.contract.dataset import Column, Schema, VersionFolder
from trainer.contract.documents import write_document
from trainer.contract.recipe import Question, Split
from trainer.split import PARTS, WAYS, divide
from trainer.split.material import Material

SHARES = st.tuples(st.integers(30, 80), st.integers(10, 30), st.integers(10, 30)).map(
    lambda s: {"train": s[0] / sum(s), "validation": s[1] / sum(s), "test": s[2] / sum(s)}
)


def a_material(n: int, **changes: Any) -> Material:
    values: dict[str, Any] = {
        "usable": np.ones(n, bool),
        "labels": None,
        "units": None,
        "key": None,
        "name": "who",
    }
    return Material(n=n, **(values | changes))


def go(material: Material, **split: Any) -> tuple[dict[str, np.ndarray], list[str]]:
    asked = Split(**split)
    return WAYS[asked.way](material, asked)


@pytest.mark.parametrize("way", ["group", "time", "given"])
def test_a_way_without_its_column_is_refused(way: str) -> None:
    with pytest.raises(ValueError, match="names a column"):
        Split(way=way)  # type: ignore[arg-type]


def test_a_fold_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match="There is no fold 6: there are 5"):
        Split(way="folds", folds=5, fold=6)


REFUSED: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"units": np.arange(20) % 2}, {"way": "group", "column": "c1"}, "‘who’ has only 2 groups"),
    ({"units": np.zeros(20, int)}, {"way": "group", "column": "c1"}, "has only 1 group among"),
    ({"key": np.arange(20.0) % 2}, {"way": "time", "column": "c1"}, "only 2 different values"),
    ({"key": np.arange(20.0)}, {"way": "time", "column": "c1", "gap": 50}, "A gap of 50 leaves no row for the train"),
    ({"key": np.array(["train", "test", "later", "Test"] * 5, dtype=object)}, {"way": "given", "column": "c1"},
     "‘who’ says ‘later’, which is no part"),
    ({"key": np.array(["test"] * 20, dtype=object)}, {"way": "given", "column": "c1"}, "rows for test only"),
    ({"key": np.array(["train"] * 20, dtype=object)}, {"way": "given", "column": "c1"}, "rows for train only"),
    ({}, {"way": "folds", "folds": 30}, "Only 17 rows are left beside the test part: too few for 30 folds"),
    ({"units": np.arange(20) % 4}, {"way": "folds", "folds": 5, "column": "c1"}, "groups of ‘who’"),
    ({"usable": np.arange(20) < 3}, {"way": "ratio"}, "Only 3 rows can be used"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "split", "words"), REFUSED)
def test_what_cannot_be_split_is_refused_in_words(
    changes: dict[str, Any], split: dict[str, Any], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        go(a_material(20, **changes), **split)


WAY = st.sampled_from(["ratio", "units", "group", "time", "given", "folds", "grouped folds"])


@settings(max_examples=120, deadline=None)
@given(
    way=WAY, n=st.integers(40, 400), shares=SHARES, classes=st.integers(1, 5), seed=st.integers(0, 99),
    groups=st.integers(8, 40), holes=st.floats(0, 0.3), turn=st.integers(1, 8),
)  # fmt: skip
def test_parts_are_disjoint_and_cover_all_usable_rows(
    way: str, n: int, shares: dict[str, float], classes: int, seed: int, groups: int, holes: float, turn: int
) -> None:
    dice = np.random.default_rng(seed)
    usable = dice.random(n) >= holes
    usable[:30] = True
    units = np.arange(n) % groups
    material = a_material(
        n, usable=usable, labels=dice.integers(0, classes, n),
        units=units if way in ("units", "group", "grouped folds") else None,
        key={"time": dice.integers(0, 30, n).astype(float),
             "given": np.array(["train", "val", "test"], dtype=object)[np.arange(n) % 3]}.get(way),
    )  # fmt: skip
    kind = {"units": "ratio", "grouped folds": "folds"}.get(way, way)
    asked = shares | {"way": kind, "seed": seed, "column": "c1", "folds": 4, "repeats": 2, "fold": turn}
    parts, notes = go(material, **asked)
    together = np.concatenate([parts[name] for name in PARTS])
    assert sorted(together.tolist()) == np.flatnonzero(usable).tolist()
    assert all(len(parts[name]) > 0 and (np.diff(parts[name]) > 0).all() for name in PARTS)
    assert notes == []
    again, _ = go(material, **asked)
    assert all(np.array_equal(parts[name], again[name]) for name in PARTS)
    if material.units is not None:
        sets = [set(units[parts[name]].tolist()) for name in PARTS]
        assert not (sets[0] & sets[1] or sets[0] & sets[2] or sets[1] & sets[2])
    if way == "time":
        assert material.key is not None
        train, held, test = (material.key[parts[name]] for name in PARTS)
        assert train.max() < held.min() <= held.max() < test.min()


@settings(max_examples=60, deadline=None)
@given(groups=st.integers(30, 90), shares=SHARES, seed=st.integers(0, 99))
def test_sizes_of_groups_come_near_the_shares_with_classes_alike(
    groups: int, shares: dict[str, float], seed: int
) -> None:
    dice = np.random.default_rng(seed)
    sizes = dice.integers(1, 20, groups)
    units = np.repeat(np.arange(groups), sizes)
    labels = (dice.random(len(units)) < 0.3).astype(np.int64)
    parts, _ = go(
        a_material(len(units), units=units, labels=labels), way="group", column="c1", seed=seed, **shares
    )
    for name in PARTS:
        assert abs(len(parts[name]) / len(units) - shares[name]) < 0.06
        assert abs(labels[parts[name]].mean() - labels.mean()) < 0.2


@given(n=st.integers(30, 300), folds=st.integers(2, 8), seed=st.integers(0, 50), repeat=st.integers(0, 1))
@settings(max_examples=40, deadline=None)
def test_folds_take_turns_beside_the_same_test_part(n: int, folds: int, seed: int, repeat: int) -> None:
    material = a_material(n, labels=np.arange(n) % 3)
    found = [
        go(material, way="folds", folds=folds, repeats=2, fold=repeat * folds + turn + 1, seed=seed)[0]
        for turn in range(folds)
    ]
    assert all(np.array_equal(parts["test"], found[0]["test"]) for parts in found)
    asked = np.concatenate([parts["validation"] for parts in found])
    assert sorted(asked.tolist()) == sorted(set(range(n)) - set(found[0]["test"].tolist()))
    sizes = [len(parts["validation"]) for parts in found]
    assert max(sizes) - min(sizes) <= 1


def test_another_repeat_deals_anew() -> None:
    material = a_material(100)
    first, second = (go(material, way="folds", folds=5, repeats=2, fold=fold)[0] for fold in (1, 6))
    assert np.array_equal(first["test"], second["test"])
    assert not np.array_equal(first["validation"], second["validation"])


def test_a_gap_keeps_neighbours_apart_and_is_counted() -> None:
    parts, notes = go(a_material(100, key=np.arange(100.0)), way="time", column="c1", gap=3)
    assert parts["validation"].min() - parts["train"].max() == 3
    assert parts["test"].min() - parts["validation"].max() == 3
    assert notes == ["4 rows inside the gaps are in no part."]


def test_rows_without_a_time_or_a_part_are_left_out_and_said() -> None:
    when = np.arange(50.0)
    when[3] = np.nan
    parts, notes = go(a_material(50, key=when), way="time", column="c1")
    assert 3 not in np.concatenate(list(parts.values()))
    assert notes == ["1 row has no ‘who’ and are in no part."]
    said = np.array((["Train"] * 8 + ["TEST", None]) * 5, dtype=object)
    parts, notes = go(a_material(50, key=said), way="given", column="c1", train=0.8, validation=0.1, test=0.1)
    assert notes[0] == "5 rows have no value in ‘who’ and are in no part."
    assert notes[1] == "No validation part was given: 4 training rows were taken for it."
    assert parts["test"].tolist() == [8, 18, 28, 38, 48]
    assert (len(parts["train"]), len(parts["validation"])) == (36, 4)


def a_version(folder: Path, columns: dict[str, tuple[str, list[Any]]]) -> VersionFolder:
    folder.mkdir()
    version = VersionFolder(folder)
    described = [Column(id=id, name=id, type=kind, reason="made") for id, (kind, _) in columns.items()]  # type: ignore[arg-type]
    rows = len(next(iter(columns.values()))[1])
    write_document(version.schema, Schema(rows=rows, columns=described))
    pq.write_table(pa.table({id: cells for id, (_, cells) in columns.items()}), version.table)
    return version


def ask(split: Split, task: str = "classification") -> Question:
    metric = "accuracy" if task == "classification" else "rmse"
    return Question(target="c1", inputs=["c0"], task=task, metric=metric, split=split)  # type: ignore[arg-type]


def test_copies_stay_together_or_are_left_out(tmp_path: Path) -> None:
    cells = [float(n % 60) for n in range(90)]
    version = a_version(
        tmp_path / "v", {"c0": ("number", cells), "c1": ("category", ["ab"[int(v) % 2] for v in cells])}
    )
    number = np.array(cells)

    def sets(split: Split) -> tuple[list[set[float]], int]:
        division = divide(version, ask(split))
        return [set(number[division.parts[name]].tolist()) for name in PARTS], division.left_out

    kept, out = sets(Split())
    assert kept[0] & kept[2]
    assert out == 0
    together, out = sets(Split(copies="together"))
    assert not (together[0] & together[1] or together[0] & together[2] or together[1] & together[2])
    assert out == 0
    left, out = sets(Split(copies="leave_out"))
    assert not (left[0] & left[1] or left[0] & left[2] or left[1] & left[2])
    assert left[2] == kept[2]  # the test part stays what it was
    assert out > 0


def test_numbers_are_alike_in_all_parts_by_quantiles(tmp_path: Path) -> None:
    dice = np.random.default_rng(0)
    price = np.where(dice.random(600) < 0.1, 1000.0, 0.0) + dice.random(600)
    version = a_version(
        tmp_path / "v", {"c0": ("number", list(range(600))), "c1": ("number", price.tolist())}
    )
    parts = divide(version, ask(Split(stratify=True), "regression")).parts
    high = [(price[parts[name]] > 500).mean() for name in PARTS]
    assert max(high) - min(high) < 0.02
