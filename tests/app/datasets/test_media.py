"""Pictures, masks and sounds of a row: what is sent, what lies on a picture, and what never leaves."""

import io
import json

import numpy as np
import pyarrow as pa
import pytest
import soundfile
from fastapi.testclient import TestClient
from PIL import Image
from sqlalchemy import Engine

from app.datasets.tables import Dataset
from app.people.tables import User
from app.storage import Store
from tests.support.datasets import a_dataset, a_picture, a_version_folder, write_arrow
from trainer.contract.dataset import VersionFolder


def a_sound(seconds: float = 0.5, rate: int = 8000) -> bytes:
    file = io.BytesIO()
    tone = np.sin(np.arange(int(seconds * rate)) / 5).astype(np.float32)
    soundfile.write(file, tone, rate, format="FLAC")
    return file.getvalue()


def a_mask() -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.arange(16, dtype=np.uint8).reshape(4, 4) % 3).save(file, "PNG")
    return file.getvalue()


def write_sounds(folder: VersionFolder, column: str, content: list[bytes | None]) -> None:
    there = [one is not None for one in content]
    table = pa.table({
        "bytes": pa.array(content, pa.large_binary()),
        "rate": pa.array([8000 if one else None for one in there], pa.int32()),
        "frames": pa.array([4000 if one else None for one in there], pa.int64()),
    })  # fmt: skip
    with pa.OSFile(str(folder.media(column)), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)


@pytest.fixture
def everything(engine: Engine, store: Store, person: User) -> Dataset:
    """Three rows with a picture, boxes and a mask on it, a sound, tags and a long text; the last has no files."""
    boxes = json.dumps(
        [
            {"label": "car", "x": 0.25, "y": 0.5, "w": 0.5, "h": 0.25},
            {"label": "<b>", "x": 0, "y": 0, "w": 1, "h": 1},
        ]
    )
    folder = a_version_folder(
        store,
        {
            "photo": ["a.png", "b.png", None],
            "boxes": [boxes, "[]", None],
            "mask": ["a.png", "b.png", None],
            "sound": ["a.wav", "b.wav", None],
            "tags": ['["red", "round"]', "[]", None],
            "text": ["word " * 500, "short", None],
        },
        changes={
            "photo": {"type": "image", "categories": None},
            "boxes": {"type": "boxes", "of": "c0", "categories": ["car", "<b>"]},
            "mask": {"type": "mask", "of": "c0", "categories": ["ground", "cell", "edge"]},
            "sound": {"type": "audio", "categories": None},
            "tags": {"type": "tags", "categories": ["red", "round"]},
            "text": {"type": "text", "categories": None, "role": "text"},
        },
    )  # fmt: skip
    folder.thumbs("c0").parent.mkdir()
    for column, content in (("c0", a_picture("red")), ("c2", a_mask())):
        write_arrow(folder.media(column), [content, content, None], 40)
        write_arrow(folder.thumbs(column), [content, content, None], 40)
    write_sounds(folder, "c3", [a_sound(), b"RIFF<script>", None])
    return a_dataset(engine, store, person, folder)


@pytest.mark.parametrize(("path", "status"), [
    ("media/c3/1", 404), ("media/c3/2", 404), ("media/c3/3", 404), ("media/c5/0", 404), ("media/c9/0", 422),
    ("thumbs/c3/0", 404),
])  # fmt: skip
def test_only_what_the_import_wrote_is_sent(
    browser: TestClient, everything: Dataset, path: str, status: int
) -> None:
    assert browser.get(f"/datasets/{everything.id}/{path}").status_code == status


def test_a_sound_is_sent_as_what_it_is(browser: TestClient, everything: Dataset) -> None:
    answer = browser.get(f"/datasets/{everything.id}/media/c3/0")
    assert (answer.headers["content-type"], answer.content) == ("audio/flac", a_sound())
    assert "immutable" in answer.headers["cache-control"]


def test_a_row_shows_sound_boxes_mask_tags_and_long_text(browser: TestClient, everything: Dataset) -> None:
    page = browser.get(f"/datasets/{everything.id}/rows/0").text
    assert 'data-island="player"' in page
    assert "of 0.5 s" in page
    assert '<rect class="tone-0" x="10.0" y="20.0" width="20.0" height="10.0"><title>car</title>' in page
    assert "<title>&lt;b&gt;</title>" in page
    assert 'data-mask="/datasets/' in page
    assert '<span class="chip">round</span>' in page
    assert "2,499 characters: show all" in page or "2,500 characters: show all" in page


def test_a_row_without_files_shows_holes(browser: TestClient, everything: Dataset) -> None:
    page = browser.get(f"/datasets/{everything.id}/rows/2").text
    assert 'data-island="player"' not in page
    assert "<canvas" not in page
    assert page.count('class="missing"') == 6


def test_the_table_and_the_wall_show_them(browser: TestClient, everything: Dataset) -> None:
    table = browser.get(f"/datasets/{everything.id}").text
    assert table.count("data-play=") == 2
    assert "car, &lt;b&gt;" in table
    wall = browser.get(f"/datasets/{everything.id}?view=wall").text
    assert wall.count('<svg class="layer"') == 2
    assert wall.count('class="layer mask"') == 2
    assert 'data-shows="c1"' in wall


def test_labels_filter(browser: TestClient, everything: Dataset) -> None:
    base = f"/datasets/{everything.id}"
    assert "1 of 3 rows" in browser.get(f"{base}?filter.c4=round").text
    assert "1 of 3 rows" in browser.get(f"{base}?filter.c1=car").text
    assert "No row fits" in browser.get(f"{base}?filter.c4=roun").text


def test_without_a_predictor_the_tensors_say_so(browser: TestClient, everything: Dataset) -> None:
    answer = browser.get(f"/datasets/{everything.id}/rows/0/tensors")
    assert answer.status_code == 200
    assert answer.text.count("The predictor is not running") == 6
    assert browser.get(f"/datasets/{everything.id}/rows/9/tensors").status_code == 404
