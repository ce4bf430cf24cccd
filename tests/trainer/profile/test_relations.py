"""The matrix of relations, beside numpy and what is known of the cases."""

from pathlib import Path

import numpy as np
import pytest

from tests.support.importing import a_csv, an_import
from trainer.contract.dataset import Relations


def relations(
    tmp_path: Path, columns: dict[str, list[str]]
) -> tuple[Relations, dict[tuple[str, str], float | None]]:
    lines = [",".join(cells) for cells in zip(*columns.values(), strict=True)]
    found = an_import(tmp_path, a_csv(",".join(columns), *lines))
    assert found.profile.relations is not None
    names = [found.schema.column(id).name for id in found.profile.relations.columns]
    values = found.profile.relations.values
    pairs = {(a, b): values[i][j] for i, a in enumerate(names) for j, b in enumerate(names)}
    return found.profile.relations, pairs


def test_beside_numpy_with_holes(tmp_path: Path) -> None:
    draw = np.random.default_rng(0)
    a, b = draw.normal(size=500), draw.normal(size=500)
    c = a + b * 0.5
    hole = draw.random(500) < 0.2
    found, pairs = relations(
        tmp_path,
        {
            "a": [f"{x:.6f}" for x in a], "b": [f"{x:.6f}" for x in b],
            "c": ["" if h else f"{x:.6f}" for x, h in zip(c, hole, strict=True)],
        },
    )  # fmt: skip
    assert found.rows == 500
    assert pairs["a", "b"] == pytest.approx(np.corrcoef(a, b)[0, 1], abs=0.001)
    assert pairs["a", "c"] == pytest.approx(np.corrcoef(a[~hole], c[~hole])[0, 1], abs=0.001)
    assert pairs["c", "a"] == pairs["a", "c"]
    assert pairs["c", "c"] == 1.0


def test_categories(tmp_path: Path) -> None:
    draw = np.random.default_rng(1)
    kind = draw.choice(["x", "y", "z"], 600)
    chance = draw.choice(["p", "q"], 600)
    size = np.where(kind == "x", 10.0, 20.0) + draw.normal(0, 0.01, 600)
    _, pairs = relations(
        tmp_path,
        {
            "kind": kind.tolist(), "chance": chance.tolist(), "twin": [f"t{k}" for k in kind],
            "size": [f"{v:.5f}" for v in size], "noise": [f"{v:.5f}" for v in draw.normal(size=600)],
        },
    )  # fmt: skip
    assert pairs["kind", "twin"] == pytest.approx(1.0, abs=0.01)
    assert pairs["kind", "chance"] == pytest.approx(0.0, abs=0.1)
    assert pairs["kind", "size"] == pytest.approx(1.0, abs=0.01)
    assert pairs["size", "kind"] == pairs["kind", "size"]
    assert pairs["chance", "noise"] == pytest.approx(0.0, abs=0.1)


def test_a_table_of_some_ten_thousand_rows_is_read_whole(tmp_path: Path) -> None:
    draw = np.random.default_rng(2)
    a = draw.normal(size=30_000)
    b = a.copy()
    b[1::3000] += 60  # rows that every second one of a sample would skip
    found, pairs = relations(tmp_path, {"a": [f"{x:.5f}" for x in a], "b": [f"{x:.5f}" for x in b]})
    assert found.rows == 30_000
    assert pairs["a", "b"] == pytest.approx(np.corrcoef(a, b)[0, 1], abs=0.001)
