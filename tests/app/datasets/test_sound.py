"""Sounds as they are sent: FLAC of our own, in a fixed dress, whole or in parts."""

import io

import numpy as np
import pyarrow as pa
import pytest
import soundfile
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from app.people.tables import User
from app.storage import Store
from tests.support.datasets import a_dataset, a_version_folder


def a_flac() -> bytes:
    out = io.BytesIO()
    soundfile.write(out, np.linspace(-0.5, 0.5, 4000), 8000, format="FLAC", subtype="PCM_16")
    return out.getvalue()


FLAC = a_flac()


@pytest.fixture
def place(engine: Engine, store: Store, person: User) -> str:
    """The address of a column of three sounds: one right, one that is none, one missing."""
    changes = {"sound": {"type": "audio", "role": "input", "categories": None}}
    folder = a_version_folder(store, {"sound": ["a.wav", "b.wav", None]}, changes=changes)
    table = pa.table(
        {
            "bytes": pa.array([FLAC, b"<script>alert(1)</script>", None], pa.large_binary()),
            "rate": pa.array([8000, 8000, None], pa.int32()),
            "frames": pa.array([4000, 1, None], pa.int64()),
        }
    )
    with pa.OSFile(str(folder.media("c0")), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    return f"/datasets/{a_dataset(engine, store, person, folder).id}/media/c0"


@pytest.mark.parametrize("row", [1, 2, 3, -1])
def test_what_is_no_sound_is_not_sent(browser: TestClient, place: str, row: int) -> None:
    answer = browser.get(f"{place}/{row}")
    assert answer.status_code == 404
    assert "alert(1)" not in answer.text


def test_a_sound_in_its_fixed_dress(browser: TestClient, place: str) -> None:
    answer = browser.get(f"{place}/0")
    assert answer.status_code == 200
    assert answer.content == FLAC
    assert answer.headers["Content-Type"] == "audio/flac"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert "Content-Encoding" not in answer.headers


@pytest.mark.parametrize(
    ("wanted", "status", "first", "last"),
    [
        ("bytes=0-", 206, 0, len(FLAC) - 1), ("bytes=10-19", 206, 10, 19),
        ("bytes=-5", 206, len(FLAC) - 5, len(FLAC) - 1),
        ("bytes=5-99999999", 206, 5, len(FLAC) - 1), ("bytes=99999999-", 416, 0, 0), ("bytes=9-3", 416, 0, 0),
        ("bytes=-0", 416, 0, 0), ("bytes=0-1,3-4", 200, 0, len(FLAC) - 1), ("lines=1-2", 200, 0, len(FLAC) - 1),
        ("bytes=-", 200, 0, len(FLAC) - 1), (f"bytes={'9' * 400}-", 200, 0, len(FLAC) - 1),
    ],
)  # fmt: skip
def test_a_part_of_a_sound(
    browser: TestClient, place: str, wanted: str, status: int, first: int, last: int
) -> None:
    answer = browser.get(f"{place}/0", headers={"Range": wanted})
    assert answer.status_code == status
    if status == 416:
        assert answer.headers["Content-Range"] == f"bytes */{len(FLAC)}"
        return
    assert answer.content == FLAC[first : last + 1]
    if status == 206:
        assert answer.headers["Content-Range"] == f"bytes {first}-{last}/{len(FLAC)}"
