"""Tables of many columns: their buffers are many, and still they are read in little memory."""

from pathlib import Path

import pytest

from tests.support.importing import a_csv, an_import, an_order
from trainer.work import carry_out, import_dataset


@pytest.mark.parametrize(("columns", "rows", "kind"), [(120, 20, "number"), (200, 2_000, "category")])
def test_a_table_of_many_columns_is_read(columns: int, rows: int, kind: str, tmp_path: Path) -> None:
    write = (lambda n: f"{n % 97}.5") if kind == "number" else (lambda n: f"k{n % 9}")
    lines = [",".join(write(row * column) for column in range(1, columns + 1)) for row in range(rows)]
    found = an_import(tmp_path, a_csv(",".join(f"n{column}" for column in range(columns)), *lines))
    assert (found.schema.rows, len(found.schema.columns)) == (rows, columns)
    assert found.types()["n0"] == kind


def test_too_little_memory_is_said_of_the_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def short(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(import_dataset, "read", short)
    outcome = carry_out(an_order(tmp_path, a_csv("a,b", "1,2", "3,4")).path)
    assert outcome.state == "failed"
    assert outcome.passing
    assert "Reading took more memory than there is" in outcome.sentence
    assert "train" not in outcome.sentence
