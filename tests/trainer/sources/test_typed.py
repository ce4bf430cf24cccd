"""Parquet, Arrow and JSON tell types: they are kept where they can be, and what cannot be is refused or said."""

import datetime
import decimal
import io
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.support.importing import Imported, a_csv, an_import
from trainer.sources.refusal import Refused

DAY = datetime.datetime.fromisoformat("2026-03-01")


def a_parquet(**columns: pa.Array) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out)
    return out.getvalue()


def brought(folder: Path, **columns: pa.Array) -> Imported:
    return an_import(folder, a_parquet(**columns))


REFUSED: dict[str, tuple[bytes, str]] = {
    "bytes": (a_parquet(n=pa.array([1]), raw=pa.array([b"\x00\x01"])), "‘raw’ holds bytes"),
    "long cell": (
        a_parquet(t=pa.array(["x", "y" * 1_100_000])),
        "‘t’ has a cell of 1,100,000 bytes in row 2",
    ),
    "no rows": (a_parquet(t=pa.array([], pa.string())), "columns but no rows"),
    "columns": (a_parquet(**{f"x{i}": pa.array([1]) for i in range(5_001)}), "5,001 columns"),
    "deep list": (b'[{"a": ' + b"[" * 100_000, "far too deep"),
    "deep object": (b'{"a": ' * 100_000, "damaged|far too deep"),
    "deep line": (b'{"a": 1}\n' + b'{"a":' * 100_000 + b"\n", ""),
    "text after a list": (b'[{"a": 1}] [{"a": 2}]', "something else follows"),
    "list of nothing": (b"[[],[]]", "no rows"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_in_words(case: str, tmp_path: Path) -> None:
    content, words = REFUSED[case]
    if not words:
        assert an_import(tmp_path, content).profile.rejects == 1
        return
    with pytest.raises(Refused, match=words):
        an_import(tmp_path, content)


def test_types_are_kept(tmp_path: Path) -> None:
    zoned = pa.array([DAY, None, DAY], pa.timestamp("ns", "Europe/Rome"))
    found = brought(
        tmp_path,
        small=pa.array([1, None, 3], pa.uint8()), half=pa.array([0.5, float("nan"), float("inf")]),
        money=pa.array([decimal.Decimal("1.25"), None, decimal.Decimal("3.50")]), yes=pa.array([True, False, None]),
        day=pa.array([DAY.date()] * 2 + [None]), zoned=zoned, took=pa.array([datetime.timedelta(seconds=90)] * 3),
        kind=pa.array(["a", "b", "a"]).dictionary_encode(), digits=pa.array(["007", "8", ""]),
        tags=pa.array([["x", "y"], [], None]), deep=pa.array([{"a": {"b": 1}, "c": 2}] * 3),
    )  # fmt: skip
    assert found.types() == {
        "small": "number", "half": "number", "money": "number", "yes": "category", "day": "datetime",
        "zoned": "datetime", "took": "number", "kind": "category", "digits": "category", "tags": "tags",
        "deep.a": "category", "deep.c": "number",
    }  # fmt: skip
    cells = found.cells()
    assert cells["half"] == [0.5, None, None]
    assert cells["money"] == [1.25, None, 3.5]
    assert cells["yes"] == ["true", "false", None]
    assert cells["zoned"][0] == DAY
    assert cells["took"] == [90.0] * 3
    assert cells["digits"] == ["007", "8", None]
    assert cells["tags"] == ['["x","y"]', "[]", None]
    assert cells["deep.a"][0] == '{"b":1}'
    assert "(uint8 in the file)" in found.schema.columns[0].reason


def test_whole_numbers_too_long_to_reckon_with_stay_text(tmp_path: Path) -> None:
    big = [2**60 + n for n in range(30)]
    found = brought(tmp_path, id=pa.array(big), n=pa.array(range(30)))
    assert found.types() == {"id": "text", "n": "number"}
    assert found.cells()["id"] == list(map(str, big))
    lines = "\n".join(json.dumps({"id": n, "x": n % 7}) for n in big)
    assert an_import(tmp_path, lines.encode()).cells()["id"] == list(map(str, big))


def test_columns_that_come_late_and_values_of_mixed_kinds(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [{"a": n, "b": {"c": n / 2}} for n in range(25_000)]
    rows += [{"a": n, "late": "x" if n % 2 else "y", "b": None} for n in range(100)]
    found = an_import(tmp_path, json.dumps(rows).encode())
    assert list(found.types()) == ["a", "b.c", "late"]
    assert found.cells()["late"][24_999:25_002] == [None, "y", "x"]
    mixed = an_import(
        tmp_path, b'[{"v": 1, "w": true}, {"v": "two", "w": 3}, {"v": 4.5, "w": null}, {"v": [1], "w": "x"}]'
    )
    assert mixed.cells() == {"v": ["1", "two", "4.5", "[1]"], "w": ["true", "3", None, "x"]}


def test_lines_that_are_no_records_are_rejected(tmp_path: Path) -> None:
    lines = [
        b'{"a": 1, "b": "x"}',
        b'{"a": 2, "b": ',
        b"[1, 2]",
        b'"text"',
        b"",
        b'{"a": 3, "b": "y"}',
    ]
    found = an_import(tmp_path, b"\n".join(lines), filename="log.jsonl")
    assert [reject["line"] for reject in found.rejects()] == [2]
    assert found.rejects()[0]["reason"].startswith("is no JSON")


def test_infinite_numbers_are_missing_and_said(tmp_path: Path) -> None:
    found = an_import(tmp_path, a_csv("n,m", "1.5,1", "inf,2", "2.5,3", "-inf,4", "1e999,5", "3.5,6"))
    assert found.types() == {"n": "number", "m": "number"}
    assert found.cells()["n"] == [1.5, None, 2.5, None, None, 3.5]
    said = [finding.sentence for finding in found.profile.findings]
    assert any("3 values of ‘n’ are infinite or too great" in sentence for sentence in said)
