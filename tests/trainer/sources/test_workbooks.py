"""Workbooks: which sheet, where the table is in it, and what is refused before it fills the memory."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.support.importing import an_import, an_order, run_order
from trainer.contract.dataset import Layout
from trainer.contract.documents import read_document, write_document
from trainer.sources.refusal import Refused


def a_workbook(sheets: dict[str, list[list[Any]]], hidden: tuple[str, ...] = ()) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        if name in hidden:
            sheet.sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def changed(workbook: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """The workbook with one of its files changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.namelist():
            new.writestr(entry, change(old.read(entry)) if entry == name else old.read(entry))
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
ROWS: list[list[Any]] = [["n", "t"], *[[i, f"x{i % 3}"] for i in range(30)]]


def test_no_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="No sheet of the workbook holds a table"):
        an_import(tmp_path, a_workbook({"Empty": [], "Title": [["only a title"]]}))


def test_cells_far_off_are_refused_before_memory_is_filled(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["A1"], book.active["XFD1048576"] = 1, 2
    out = io.BytesIO()
    book.save(out)
    with pytest.raises(Refused, match="reaches to row 1,048,576 and column 16,384"):
        an_import(tmp_path, out.getvalue())


def test_entities_are_not_unfolded(tmp_path: Path) -> None:
    """Billion laughs, and a file of the machine as an external entity."""
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    kind = f'<!DOCTYPE x [<!ENTITY l0 "lol">{laughs}<!ENTITY file SYSTEM "file:///etc/hostname">]>'.encode()

    def poison(data: bytes) -> bytes:
        return kind + data.replace(b"<t>x1</t>", b"<t>&l9;&file;</t>")

    try:
        found = an_import(tmp_path, changed(a_workbook({"One": ROWS}), SHEET, poison))
    except Refused:
        return
    assert max(len(str(cell)) for cell in found.cells()["t"]) < 100
    assert Path("/etc/hostname").read_text().strip() not in json.dumps(found.cells()["t"])


def test_the_first_sheet_with_a_table_is_read_and_the_others_are_told(tmp_path: Path) -> None:
    content = a_workbook(
        {"Read me": [["Written by nobody"]], "Data": ROWS, "Prices": [["p"], [1], [2], [4]], "Secret": ROWS},
        hidden=("Secret",),
    )
    found = an_import(tmp_path, content)
    assert found.types() == {"n": "number", "t": "category"}
    assert "sheet ‘Data’" in found.profile.source
    layout = read_document(found.version.layout, Layout)
    assert [(rule.key, rule.fits, rule.applied) for rule in layout.rules] == [
        ("sheet:Read me", False, False), ("sheet:Data", True, True), ("sheet:Prices", True, False),
    ]  # fmt: skip
    job = an_order(tmp_path, content)
    order = job.order()
    body = order.body.model_copy(update={"rule": "sheet:Prices"})
    write_document(job.order_file, order.model_copy(update={"body": body}))
    assert isinstance(run_order(job), dict)
    body = order.body.model_copy(update={"rule": "sheet:Wages"})
    write_document(job.order_file, order.model_copy(update={"body": body}))
    with pytest.raises(Refused, match="has no sheet ‘Wages’; it has ‘Read me’, ‘Data’, ‘Prices’"):
        run_order(job)


def test_titles_empty_rows_and_columns_are_left_out_and_said(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        [None, "Sales of the year", None, None], [None], [None, "who", None, "how many"], [None, "a", None, 1],
        [None, "b", None, 2.5], [], [None, "c", None, 4],
    ]  # fmt: skip
    found = an_import(tmp_path, a_workbook({"S": rows}))
    assert found.cells() == {"who": ["a", "b", "c"], "how many": [1.0, 2.5, 4.0]}
    said = [finding.sentence for finding in found.profile.findings if finding.kind == "other"]
    assert any("1 row above the table was left out, such as ‘Sales of the year’" in one for one in said)
    assert any("1 empty row" in one for one in said)
    assert "header in row 3" in found.profile.source


def test_errors_are_missing_and_said(tmp_path: Path) -> None:
    def spoil(data: bytes) -> bytes:
        return data.replace(b'<c r="A3" t="n"><v>1</v>', b'<c r="A3" t="e"><v>#DIV/0!</v>')

    found = an_import(tmp_path, changed(a_workbook({"One": ROWS}), SHEET, spoil))
    assert found.types()["n"] == "number"
    assert found.cells()["n"][:3] == [0.0, None, 2.0]
    assert any("1 cell of the workbook holds an error" in f.sentence for f in found.profile.findings)
