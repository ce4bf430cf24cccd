"""Every format of tables: the same cells from each, with the types that the file tells."""

import datetime
import gzip
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest

from tests.support.importing import a_zip, an_import

DAY = datetime.datetime.fromisoformat("2026-03-01")
ROWS: list[dict[str, Any]] = [
    {
        "name": f"pot {n}, large" if n % 2 else f"bowl {n}",
        "weight": None if n == 3 else n * 1.5,
        "fired": n % 3 == 0,
        "on": DAY + datetime.timedelta(days=n),
        "glaze": ["blue", "green", "clear"][n % 3],
    }
    for n in range(12)
]
NAMES = list(ROWS[0])


def as_csv() -> bytes:
    lines = [",".join(NAMES)]
    for row in ROWS:
        cells = [f'"{row["name"]}"', row["weight"], str(row["fired"]).lower(), row["on"].date(), row["glaze"]]
        lines.append(",".join("" if cell is None else str(cell) for cell in cells))
    return ("\n".join(lines) + "\n").encode()


def as_xlsx() -> bytes:
    book = openpyxl.Workbook()
    book.active.append(NAMES)
    for row in ROWS:
        book.active.append(list(row.values()))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_arrow() -> pa.Table:
    return pa.Table.from_pylist(ROWS)


def as_parquet() -> bytes:
    out = io.BytesIO()
    pq.write_table(as_arrow(), out)
    return out.getvalue()


def as_feather() -> bytes:
    out = io.BytesIO()
    pyarrow.feather.write_feather(as_arrow(), out)
    return out.getvalue()


def as_stream() -> bytes:
    out = io.BytesIO()
    with pa.ipc.new_stream(out, as_arrow().schema) as writer:
        writer.write_table(as_arrow(), max_chunksize=5)
    return out.getvalue()


def plain_rows() -> list[dict[str, Any]]:
    return [{**row, "on": row["on"].date().isoformat()} for row in ROWS]


def as_columns() -> bytes:
    return json.dumps({name: [row[name] for row in plain_rows()] for name in NAMES}).encode()


def as_arff() -> bytes:
    head = "% pots\n@RELATION pots\n@attribute name string\n@attribute 'weight' REAL\n@attribute fired {true,false}\n"
    head += '@attribute on date "yyyy-MM-dd"\n@attribute glaze {blue, green, clear}\n@data\n'
    lines = [
        f"'{row['name']}',{'?' if row['weight'] is None else row['weight']},{str(row['fired']).lower()},"
        f"{row['on'].date()},{row['glaze']}\n"
        for row in ROWS
    ]
    return (head + "".join(lines)).encode()


FORMS: dict[str, Callable[[], bytes]] = {
    "csv": as_csv,
    "csv.gz": lambda: gzip.compress(as_csv()),
    "csv.zip": lambda: a_zip({"pots.csv": as_csv()}),
    "xlsx": as_xlsx,
    "parquet": as_parquet,
    "feather": as_feather,
    "arrow stream": as_stream,
    "json": lambda: json.dumps(plain_rows(), indent=1).encode(),
    "json holder": lambda: json.dumps({"data": plain_rows(), "count": 12}).encode(),
    "json columns": as_columns,
    "json split": lambda: json.dumps(
        {"columns": NAMES, "data": [list(row.values()) for row in plain_rows()]}
    ).encode(),
    "json utf-16": lambda: json.dumps(plain_rows()).encode("utf-16"),
    "jsonl": lambda: "\n".join(map(json.dumps, plain_rows())).encode(),
    "arff": as_arff,
}


@pytest.mark.parametrize("form", FORMS)
def test_the_same_table_in_every_dress(form: str, tmp_path: Path) -> None:
    found = an_import(tmp_path, FORMS[form](), filename="pots")
    assert found.types() == {
        "name": "text", "weight": "number", "fired": "category", "on": "datetime", "glaze": "category",
    }  # fmt: skip
    assert found.cells() == {
        "name": [row["name"] for row in ROWS],
        "weight": [row["weight"] for row in ROWS],
        "fired": [str(row["fired"]).lower() for row in ROWS],
        "on": [row["on"] for row in ROWS],
        "glaze": [row["glaze"] for row in ROWS],
    }
    assert found.profile.rejects == 0
    assert all(column.reason for column in found.schema.columns)
