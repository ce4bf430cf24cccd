"""Writes ``static/examples``: one small file for each format in ``trainer/contract/formats.py``.

Run it after a format was added: ``python tools/examples.py``. The table is invented, and the same in all of them.
"""

import csv
import datetime
import gzip
import io
import json
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import example_folders
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

PLACE = Path(__file__).resolve().parents[1] / "static" / "examples"
GLAZES = ("celadon", "tenmoku", "clear")
MARKS = ("crack", "glaze run", "signed", "wonky")
DAY = datetime.date(2026, 3, 2)
EPOCH = (1980, 1, 1, 0, 0, 0)


def pots() -> list[dict[str, Any]]:
    """24 pots; two heights are missing."""
    draw = random.Random(7)  # noqa: S311 - invented data, not secrets
    return [
        {
            "pot": f"{draw.choice(('Tall vase', 'Wide bowl', 'Small cup'))} no. {n + 1}, of batch {n % 5 + 1}",
            "height": None if n in (5, 17) else round(draw.uniform(4, 40), 1),
            "glaze": GLAZES[draw.randrange(3)],
            "fired": DAY + datetime.timedelta(days=3 * n),
            "marks": sorted(draw.sample(MARKS, 2 if n % 3 else 1)),
            "sold": bool(draw.randrange(2)),
        }
        for n in range(24)
    ]


def as_cells(row: dict[str, Any]) -> list[str]:
    """A row as text."""
    return [
        row["pot"], "" if row["height"] is None else str(row["height"]), row["glaze"], row["fired"].isoformat(),
        ";".join(row["marks"]), "yes" if row["sold"] else "no",
    ]  # fmt: skip


def as_csv(rows: list[dict[str, Any]]) -> bytes:
    """Comma, UTF-8."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([list(rows[0]), *map(as_cells, rows)])
    return out.getvalue().encode()


def as_german(rows: list[dict[str, Any]]) -> bytes:
    """Semicolon, decimal comma, Windows-1252."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(list(rows[0]))
    for row in rows:
        cells = as_cells(row)
        cells[0] = cells[0].replace("Wide bowl", "Große Schüssel")
        cells[1] = cells[1].replace(".", ",")
        cells[3] = f"{row['fired']:%d.%m.%Y}"
        cells[4] = "|".join(row["marks"])
        writer.writerow(cells)
    return out.getvalue().encode("cp1252")


def as_xlsx(rows: list[dict[str, Any]]) -> bytes:
    """A title above the table, and a second sheet."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Pots"
    sheet.append(["Pots of this spring"])
    sheet.append([])
    sheet.append(list(rows[0]))
    for row in rows:
        sheet.append(
            [row["pot"], row["height"], row["glaze"], row["fired"], ";".join(row["marks"]), row["sold"]]
        )
    prices = book.create_sheet("Prices")
    for line in (["glaze", "price"], ["celadon", 40], ["tenmoku", 45], ["clear", 32]):
        prices.append(line)
    book.properties.created = book.properties.modified = datetime.datetime(2026, 3, 2)  # noqa: DTZ001 - as Excel has it
    out = io.BytesIO()
    book.save(out)
    return repacked(out.getvalue())


def as_ods(rows: list[dict[str, Any]]) -> bytes:
    """A workbook of LibreOffice, written by hand."""
    lines = [cells_of(list(rows[0]))]
    lines += [
        cells_of([row["pot"], row["height"], row["glaze"], row["fired"], ";".join(row["marks"]), row["sold"]])
        for row in rows
    ]
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces} office:version="1.3"><office:body>'
        f'<office:spreadsheet><table:table table:name="Pots">{"".join(lines)}</table:table></office:spreadsheet>'
        "</office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    listed = (
        '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest '
        'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.3">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
    )
    return packed(
        {"mimetype": kind.encode(), "content.xml": content.encode(), "META-INF/manifest.xml": listed.encode()}
    )


def cells_of(values: list[Any]) -> str:
    """A row of an OpenDocument table."""
    return f"<table:table-row>{''.join(map(cell_of, values))}</table:table-row>"


def cell_of(value: Any) -> str:
    """A cell with its type."""
    if value is None:
        return "<table:table-cell/>"
    kind, attribute = "string", ""
    if isinstance(value, bool):
        kind, value = "boolean", str(value).lower()
        attribute = f' office:boolean-value="{value}"'
    elif isinstance(value, float):
        kind, attribute = "float", f' office:value="{value}"'
    elif isinstance(value, datetime.date):
        kind, attribute = "date", f' office:date-value="{value}"'
    return (
        f'<table:table-cell office:value-type="{kind}"{attribute}><text:p>{value}</text:p></table:table-cell>'
    )


def packed(entries: dict[str, bytes]) -> bytes:
    """A zip whose bytes do not depend on the day."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in entries.items():
            archive.writestr(
                zipfile.ZipInfo(name, EPOCH),
                data,
                zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED,
            )
    return out.getvalue()


def repacked(data: bytes) -> bytes:
    """The same zip with all times set to one."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return packed({name: archive.read(name) for name in archive.namelist()})


def as_parquet(rows: list[dict[str, Any]]) -> bytes:
    """With the types of Arrow."""
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), out)
    return out.getvalue()


def as_arrow(rows: list[dict[str, Any]]) -> bytes:
    """An IPC file."""
    table = pa.Table.from_pylist(rows)
    out = io.BytesIO()
    with pa.ipc.new_file(out, table.schema) as writer:
        writer.write_table(table)
    return out.getvalue()


def as_records(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """With dates as text."""
    return [{**row, "fired": row["fired"].isoformat()} for row in rows]


def as_arff(rows: list[dict[str, Any]]) -> bytes:
    """The tables of Weka have no lists: marks are text there."""
    head = (
        "% 24 invented pots\n@relation pots\n\n@attribute pot string\n@attribute height numeric\n"
        "@attribute glaze {celadon,tenmoku,clear}\n@attribute fired date 'yyyy-MM-dd'\n@attribute marks string\n"
        "@attribute sold {yes,no}\n\n@data\n"
    )
    lines = []
    for row in rows:
        pot, height, glaze, fired, marks, sold = as_cells(row)
        lines.append(f"'{pot}',{height or '?'},{glaze},{fired},'{marks}',{sold}\n")
    return (head + "".join(lines)).encode()


WRITERS: dict[str, Callable[[list[dict[str, Any]]], bytes]] = {
    "pots.csv": as_csv,
    "pots-german.csv": as_german,
    "pots.csv.gz": lambda rows: gzip.compress(as_csv(rows), mtime=0),
    "pots.xlsx": as_xlsx,
    "pots.ods": as_ods,
    "pots.parquet": as_parquet,
    "pots.arrow": as_arrow,
    "pots.json": lambda rows: (json.dumps(as_records(rows), indent=1) + "\n").encode(),
    "pots.jsonl": lambda rows: "".join(json.dumps(row) + "\n" for row in as_records(rows)).encode(),
    "pots.arff": as_arff,
}


def main() -> None:
    """Write them all."""
    PLACE.mkdir(exist_ok=True)
    rows = pots()
    for name, write in WRITERS.items():
        (PLACE / name).write_bytes(write(rows))
    for name, files in example_folders.ZIPPED.items():
        (PLACE / name).write_bytes(packed(files()))
    for name, make in example_folders.OTHERS.items():
        (PLACE / name).write_bytes(make())


if __name__ == "__main__":
    main()
