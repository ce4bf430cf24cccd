"""What a profile says about a table, beside what numpy counts."""

from pathlib import Path

import numpy as np
import pytest

from tests.support.importing import a_csv, an_import
from trainer.columns import read_columns


def test_figures_of_numbers(tmp_path: Path) -> None:
    values = np.round(np.random.default_rng(0).normal(50, 10, 1_000), 3)
    found = an_import(tmp_path, a_csv("x,y", *[f"{value},{i % 3}b" for i, value in enumerate(values)]))
    x = found.profile.columns["c0"]
    assert (x.missing, x.distinct) == (0, len(set(values)))
    figures = [x.minimum, x.maximum, x.mean, x.deviation, x.median]
    assert figures == pytest.approx(
        [values.min(), values.max(), values.mean(), values.std(), np.median(values)]
    )
    counts, edges = np.histogram(values, bins=20)
    assert x.histogram.edges == pytest.approx(list(edges))
    assert sum(x.histogram.counts) == 1_000
    assert (
        np.abs(np.array(x.histogram.counts) - counts).max() <= 1
    )  # a value on an edge may fall to either side
    assert found.profile.columns["c1"].histogram.labels == ["0b", "1b", "2b"]
    assert found.profile.columns["c1"].histogram.counts == [334, 333, 333]


def test_findings(tmp_path: Path) -> None:
    rows = [
        f"{i},same,{'' if i % 4 == 0 else i % 7},{'yes' if i == 3 else 'no'},w{i % 5}" for i in range(100)
    ]
    found = an_import(tmp_path, a_csv("id,constant,hole,rare,word", *rows))
    kinds = {finding.kind: finding for finding in found.profile.findings}
    assert set(kinds) == {"missing", "constant", "id", "imbalance"}
    assert (kinds["missing"].column, kinds["missing"].count) == ("c2", 25)
    assert "25 of 100 rows (25 %)" in kinds["missing"].sentence
    assert kinds["constant"].column == "c1"
    assert kinds["id"].column == "c0"
    assert "99 %" in kinds["imbalance"].sentence


def test_duplicates_are_counted_without_row_numbers(tmp_path: Path) -> None:
    found = an_import(tmp_path, a_csv("n,a,b", *[f"{i},{i % 30 / 10},{'xyz'[i % 3]}" for i in range(40)]))
    duplicates = [finding for finding in found.profile.findings if finding.kind == "duplicates"]
    assert [finding.count for finding in duplicates] == [10]


def test_extreme_numbers(tmp_path: Path) -> None:
    found = an_import(tmp_path, a_csv("x,y", "1e308,1", "-1e308,2", "1e-308,3", "5,4"))
    x = found.profile.columns["c0"]
    assert x.histogram.counts == []
    assert (x.minimum, x.maximum, x.deviation) == (-1e308, 1e308, None)


def test_a_large_table_is_measured_by_sample_and_estimate(tmp_path: Path) -> None:
    rows = 450_000
    values = np.random.default_rng(1).integers(0, 1_000_000, rows) / 7
    found = an_import(tmp_path, a_csv("x,k", *[f"{value:.4f},{i % 3}" for i, value in enumerate(values)]))
    x = found.profile.columns["c0"]
    assert x.median == pytest.approx(np.median(values), rel=0.02)
    assert x.distinct == pytest.approx(len(np.unique(np.round(values, 4))), rel=0.1)
    assert found.profile.columns["c1"].distinct == 3
    assert len(read_columns(found.version, ["c0"])["c0"]) == rows
