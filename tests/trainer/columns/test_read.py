"""Pictures by row."""

from pathlib import Path

import numpy as np
import pytest

from tests.support.importing import a_picture, a_zip, an_import
from trainer.columns import read_pictures


def test_pictures_come_by_row_in_any_order(tmp_path: Path) -> None:
    """More than one batch of the file, rows out of order and twice."""
    entries = {f"{'ab'[n % 2]}/{n}.png": a_picture(size=(n % 7 + 2, 3), seed=n) for n in range(600)}
    found = an_import(tmp_path, a_zip(entries))
    widths = [int(name.removesuffix(".png")) % 7 + 2 for name in found.cells()["photo"]]
    rows = [599, 0, 255, 256, 3, 3]
    pictures = list(read_pictures(found.version, "c0", rows))
    assert [picture.shape for picture in pictures] == [(3, widths[row], 3) for row in rows]
    assert all(picture.dtype == np.uint8 for picture in pictures)
    assert np.array_equal(pictures[4], pictures[5])


def test_previews_may_come_smaller(tmp_path: Path) -> None:
    found = an_import(tmp_path, a_zip({"a/1.jpg": a_picture("JPEG", (300, 200)), "b/2.png": a_picture()}))
    assert next(read_pictures(found.version, "c0", [0], thumbs=True)).shape == (85, 128, 3)
    small = next(read_pictures(found.version, "c0", [0], thumbs=True, side=16))
    assert 16 <= min(small.shape[:2]) < 85
    with pytest.raises(IndexError):
        next(read_pictures(found.version, "c0", [2]))
