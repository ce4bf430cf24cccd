"""One reading of a column gives what many gave: counts of bins, moments, picked cells and the hash of the content."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from trainer.columns.scan import scan

ROWS = 10_000
X = np.random.default_rng(5).normal(1e9, 2.0, ROWS)


def a_table(path: Path, *, group: int) -> Path:
    """A number with holes, a date before 1970 and after the year 9000, and a text with holes."""
    there = np.arange(ROWS) % 10 != 3
    dates = np.where(np.arange(ROWS) % 2, np.datetime64("1950-01-02T03:04:05"), np.datetime64("9999-12-31"))
    columns = {
        "c0": pa.array(X, mask=~there),
        "c1": pa.array(dates.astype("datetime64[us]")),
        "c2": pa.array([None if row % 5 == 0 else "é" * (row % 700) for row in range(ROWS)]),
        "c3": pa.nulls(ROWS, pa.float64()),
    }
    pq.write_table(pa.table(columns), path, row_group_size=group)
    return path


def ends() -> dict[str, tuple[float, float] | None]:
    there = X[np.arange(ROWS) % 10 != 3]
    first, last = (np.datetime64(day, "s").astype(float) for day in ("1950-01-02T03:04:05", "9999-12-31"))
    return {"c0": (there.min(), there.max()), "c1": (first, last), "c2": None, "c3": None}


def test_what_tell_raises_ends_the_reading(tmp_path: Path) -> None:
    def stop(done: int) -> None:
        raise InterruptedError(done)

    with pytest.raises(InterruptedError, match="1"):
        scan(a_table(tmp_path / "t.parquet", group=3_000), ends(), 1, 2, stop)


def test_a_column_is_reckoned_over_all_its_row_groups(tmp_path: Path) -> None:
    told: list[int] = []

    found = scan(a_table(tmp_path / "t.parquet", group=777), ends(), 7, 2, told.append)

    there = X[np.arange(ROWS) % 10 != 3]
    number = found["c0"]
    assert number.counts == np.histogram(there, bins=20)[0].tolist()
    assert (number.distinct, number.exact, number.whole) == (len(np.unique(there)), True, False)
    assert number.mean == pytest.approx(there.mean(), rel=1e-12)
    assert number.deviation == pytest.approx(there.std(), rel=1e-9)
    assert number.picked.to_pylist()[:3] == [X[0], X[7], X[14]]
    assert found["c1"].picked.to_pylist()[:2] == [253_402_214_400.0, -631_054_555.0]
    assert (found["c1"].distinct, found["c1"].counts[0], found["c1"].counts[-1]) == (2, 5_000, 5_000)
    assert {len(text) for text in found["c2"].picked.to_pylist() if text} == {
        min(length, 500) for length in range(7, 700, 7) if length % 5
    }
    assert (found["c3"].distinct, found["c3"].mean, found["c3"].counts) == (0, None, None)
    assert told == [1, 2, 3, 4]


def test_the_hash_of_the_content_knows_nothing_of_row_groups(tmp_path: Path) -> None:
    one = scan(a_table(tmp_path / "one.parquet", group=777), ends(), 1, 1, lambda _: None)
    two = scan(a_table(tmp_path / "two.parquet", group=ROWS), ends(), 3, 2, lambda _: None)

    assert {id: each.digest for id, each in one.items()} == {id: each.digest for id, each in two.items()}
    assert len({each.digest for each in one.values()}) == 4
