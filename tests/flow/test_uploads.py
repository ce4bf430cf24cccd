"""Files and folders on their way in, in a real browser: paused, after a reload, after a lost line, taken back."""

import hashlib
import os
import re
import tarfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import CDPSession, Page, expect

from tests.support.server import AServer

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(300),
    pytest.mark.expected("net::ERR_INTERNET_DISCONNECTED", "413"),
]
SOON = 60_000
SLOW = 3_000_000
"""Bytes a second that the slowed line carries."""
DATASET = re.compile(r"/datasets/(?!new$)\w+$")
SHARE = re.compile(r"(\d+) %")


@pytest.fixture(autouse=True)
def _upload_page(page: Page) -> None:
    """The page where files are brought."""
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("/datasets/new")
    expect(page.locator(".drop-limits")).to_contain_text("Up to")


@pytest.fixture
def line(page: Page) -> CDPSession:
    """The browser's line, to be slowed and cut."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    return session


def set_line(line: CDPSession, speed: int = -1, offline: bool = False) -> None:
    conditions = {"offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": speed}
    line.send("Network.emulateNetworkConditions", conditions)


def some_tables(folder: Path, count: int, rows: int) -> list[Path]:
    files = [folder / f"part {n}.csv" for n in range(count)]
    for n, file in enumerate(files):
        file.write_text("a,b\n" + f"{n},1\n" * rows)
    return files


def some_pictures(folder: Path) -> Path:
    """Noise in folders: what a browser must carry unchanged; names that no old tar can hold, and an empty file."""
    for kind in ("cats", "Hünde", "x" * 120):
        (folder / "pets" / kind).mkdir(parents=True)
        for n in range(5):
            (folder / "pets" / kind / f"{n}.png").write_bytes(os.urandom(600_000 + n))
    (folder / "pets" / "cats" / "empty.png").write_bytes(b"")
    return folder / "pets"


def hashes(files: list[Path]) -> set[str]:
    return {hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def arrived(server: AServer) -> list[Path]:
    return list((server.data / "uploads").iterdir())


def wait_until(holds: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < until, what
        time.sleep(0.05)


def share(page: Page) -> int:
    """How much of the first file has been sent, in per cent."""
    found = SHARE.search(page.locator(".drop-state").first.inner_text())
    return int(found.group(1)) if found else 0


def test_several_files_paused_reloaded_and_gone_on_with(
    page: Page, line: CDPSession, server: AServer, tmp_path: Path
) -> None:
    files = some_tables(tmp_path, 3, 700_000)
    set_line(line, SLOW)
    page.set_input_files("input[type=file]", files)
    expect(page.locator(".drop-files > li")).to_have_count(3)
    wait_until(lambda: share(page) >= 20, "nothing is sent")
    page.click("button:has-text('Pause')")
    expect(page.locator(".progress-words")).to_contain_text("paused at")
    before = share(page)
    page.wait_for_timeout(800)
    assert share(page) == before
    page.keyboard.press("Enter")  # the focus is on Resume
    wait_until(lambda: share(page) > before + 5, "it does not go on")
    sent = [path.stat().st_size for path in arrived(server)]

    page.reload()
    expect(page.locator(".unfinished-list > li")).to_have_count(1)
    expect(page.locator(".unfinished-list")).to_contain_text("part 0.csv and 2 more files")
    expect(page.locator(".unfinished-list")).to_contain_text("Drop the same files again: they go on at")
    with page.expect_request(lambda request: request.method == "PATCH") as first:
        page.set_input_files("input[type=file]", files)
    assert int(first.value.headers["upload-offset"]) >= min(sent) > 0
    set_line(line)
    page.wait_for_url(DATASET, timeout=SOON)
    assert len(arrived(server)) == 3
    assert hashes(arrived(server)) == hashes(files)
    page.goto("/datasets/new")
    expect(page.locator(".drop-limits")).to_contain_text("You have brought 8.4 MB")
    expect(page.locator(".unfinished-list")).to_have_count(0)


def test_a_lost_line_is_waited_out(page: Page, line: CDPSession, server: AServer, tmp_path: Path) -> None:
    [file] = some_tables(tmp_path, 1, 5_000_001)
    set_line(line, 2 * SLOW)
    page.set_input_files("input[type=file]", file)
    expect(page.locator(".progress-words")).to_contain_text(re.compile(r"[2-9](\.\d+)? MB of 20 MB sent"))
    set_line(line, offline=True)  # the request that is under way still ends
    expect(page.locator(".progress-words")).to_contain_text("Trying again by itself; nothing is lost.")
    expect(page.locator(".drop [role=status]")).to_contain_text("part 0.csv: the connection broke at")
    set_line(line)
    page.wait_for_url(DATASET, timeout=SOON)
    assert hashes([file]) <= hashes(arrived(server))


def test_a_folder_travels_as_one_archive_and_goes_on_after_a_reload(
    page: Page, line: CDPSession, server: AServer, tmp_path: Path
) -> None:
    folder, before = some_pictures(tmp_path), set(arrived(server))
    set_line(line, SLOW)
    page.set_input_files("input[webkitdirectory]", folder)
    expect(page.locator(".progress-words")).to_contain_text(
        re.compile(r"pets \(16 files\): [1-5].* MB of 9.02 MB")
    )
    page.reload()
    expect(page.locator(".unfinished-list")).to_contain_text("Drop the same folder again: it goes on at")
    set_line(line)
    drop(line, page, folder)
    page.wait_for_url(DATASET, timeout=SOON)
    [made] = set(arrived(server)) - before
    with tarfile.open(made) as archive:
        entries = {entry.name: entry for entry in archive}
        wanted = {str(path.relative_to(tmp_path)): path for path in folder.rglob("*") if path.is_file()}
        assert list(entries) == sorted(wanted, key=lambda name: name.encode("utf-16-be"))
        for name, path in wanted.items():
            content = archive.extractfile(entries[name])
            assert content is not None
            assert content.read() == path.read_bytes(), name


def drop(line: CDPSession, page: Page, *paths: Path) -> None:
    """As from the desktop."""
    box = page.locator(".drop-face").bounding_box()
    assert box is not None
    place = {"x": box["x"] + 50, "y": box["y"] + 50}
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        line.send("Input.dispatchDragEvent", {"type": kind, **place, "data": data})


def test_what_cannot_be_sent_says_why_and_cancelling_takes_back(
    page: Page, line: CDPSession, server: AServer, tmp_path: Path
) -> None:
    before = set(arrived(server))
    (tmp_path / "hollow" / "inside").mkdir(parents=True)
    drop(line, page, tmp_path / "hollow")
    expect(page.locator(".drop-said")).to_have_text("The folder hollow holds no files.")
    (tmp_path / "nothing.csv").write_bytes(b"")
    page.set_input_files("input[type=file]", tmp_path / "nothing.csv")
    expect(page.locator(".drop-said")).to_have_text("nothing.csv is empty, so it was left out.")
    huge = tmp_path / "huge.csv"
    with huge.open("wb") as file:
        file.truncate(22 * 10**9)
    page.set_input_files("input[type=file]", huge)
    expect(page.locator(".drop-said")).to_contain_text("huge.csv has 22 GB; this server takes files of up to")

    small, *_ = some_tables(tmp_path, 1, 10)
    page.set_input_files("input[type=file]", [small, huge])
    expect(page.locator("[data-state=refused]")).to_contain_text("huge.csv has 22 GB")
    expect(page.locator("[data-state=arrived]")).to_contain_text("part 0.csv")
    expect(page.locator(".progress-words")).to_have_text("1 of 2 files arrived.")
    page.click("[data-do=cancel]")
    expect(page.locator(".drop-face")).to_be_visible()
    wait_until(lambda: set(arrived(server)) == before, "what was cancelled is kept")

    [large] = some_tables(tmp_path, 1, 1_000_000)
    set_line(line, SLOW)
    page.set_input_files("input[type=file]", large)
    expect(page.locator(".progress-words")).to_contain_text("MB of 4 MB sent")
    page.click("[data-do=cancel]")
    wait_until(lambda: set(arrived(server)) == before, "what was cancelled is kept")
    page.wait_for_timeout(1500)
    assert set(arrived(server)) == before, "it was begun anew"
    page.set_input_files("input[type=file]", large)
    expect(page.locator(".progress-words")).to_contain_text("MB of 4 MB sent")
    page.reload()
    page.click(".unfinished-list button:has-text('Delete')")
    expect(page.locator(".unfinished-list")).to_have_count(0)
    assert set(arrived(server)) == before
