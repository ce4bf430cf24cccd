"""Every example that people can take is read as its format says: made from the list of formats itself."""

from pathlib import Path

import pytest

from tests.support.importing import an_import
from trainer.contract.formats import FORMATS

EXAMPLES = Path(__file__).resolve().parents[3] / "static" / "examples"


@pytest.mark.parametrize("key", FORMATS)
def test_an_example_is_read_as_it_says(key: str, tmp_path: Path) -> None:
    form = FORMATS[key]
    found = an_import(tmp_path, EXAMPLES / form.example, filename=form.example)
    assert found.schema.rows == form.rows
    assert found.types() == form.types
    assert found.profile.rejects == 0
    if form.kind == "table":
        plain = an_import(tmp_path, EXAMPLES / "pots.csv", filename="pots.csv")
        cells, expected = found.cells(), plain.cells()
        for name in ("height", "glaze", "fired", "marks"):
            assert cells[name] == expected[name]


def test_no_example_is_left_over() -> None:
    assert {path.name for path in EXAMPLES.iterdir()} == {form.example for form in FORMATS.values()}
