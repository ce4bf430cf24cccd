"""Paths come from ids and nothing else; a folder has one server."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.db import new_id
from app.storage import FolderInUse, Store

ROOMS = ["upload", "version", "job"]


@pytest.mark.parametrize("room", ROOMS)
@pytest.mark.parametrize(
    "id",
    ["", "..", ".", "a/b", "../x", "/etc/passwd", "a\\b", "a\x00", "a b", "é", "x" * 65, "a\n", "~", "%2e"],
)
def test_what_is_no_id_never_becomes_a_path(room: str, id: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="is not an id"):
        getattr(Store(tmp_path), room)(id)


@given(id=st.text(max_size=80))
def test_no_name_leaves_its_room(id: str) -> None:
    store = Store(Path("/data"))
    try:
        path = store.upload(id)
    except ValueError:
        return
    assert path.parent == store.uploads
    assert path.resolve() == path


def test_each_thing_has_its_place(tmp_path: Path) -> None:
    store = Store(tmp_path / "data")
    store.create()
    id = new_id()
    assert store.upload(id) == tmp_path / "data" / "uploads" / id
    assert store.version("0af3").path == tmp_path / "data" / "datasets" / "0af3"
    assert store.job(id).path == tmp_path / "data" / "jobs" / id
    assert store.prepared.is_dir()
    assert store.root.stat().st_mode & 0o077 == 0


def test_a_second_server_is_refused_with_the_name_of_the_first(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.create()
    with store.lock():
        code = (
            f"from pathlib import Path; from app.storage import Store; Store(Path({str(tmp_path)!r})).lock()"
        )
        other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        assert "FolderInUse" in other.stderr
        with pytest.raises(FolderInUse, match=r"already served by process \d+ on .*--data"):
            store.lock()
    store.lock().close()
