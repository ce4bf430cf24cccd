"""``skillet serve`` as a person meets it: refusals first."""

import os
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from pathlib import Path

import httpx2
import psutil
import pytest

from app.db import make_engine, migrate, open_session
from app.people.service import find_owner, make_entry_link
from app.settings import Settings
from tests.support.server import ROOT, AServer


def run(*arguments: str, words: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SKILLET_")}
    return subprocess.run(
        [sys.executable, "-m", "app.cli", *arguments],
        cwd=ROOT, env=environment | settings, input=words, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_an_open_address_is_refused_until_the_owner_has_a_password(tmp_path: Path) -> None:
    refused = run("serve", "--host", "0.0.0.0", "--port", "0", "--data", str(tmp_path))
    assert refused.returncode == 1
    assert "no password yet" in refused.stderr
    assert "--host 127.0.0.1" in refused.stderr


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with AServer(tmp_path) as server:
        port = server.base_url.rsplit(":", 1)[1]
        refused = run("serve", "--port", port, "--data", str(tmp_path / "other"))
    assert refused.returncode == 1
    assert f"Port {port} of 127.0.0.1 cannot be taken" in refused.stderr


def test_a_second_server_on_one_folder_is_refused(a_server: AServer) -> None:
    refused = run("serve", "--port", "0", "--data", str(a_server.data))
    assert refused.returncode == 1
    assert f"already served by process {a_server.pids['supervisor']}" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    refused = run("serve", "--port", "0", "--data", str(tmp_path / "file" / "data"))
    assert refused.returncode == 1
    assert str(tmp_path / "file" / "data") in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_wrong_setting_is_one_line(tmp_path: Path) -> None:
    refused = run("serve", SKILLET_PORT="eighty", SKILLET_CORES="0", SKILLET_DATA=str(tmp_path))
    assert refused.returncode == 1
    assert len(refused.stderr.strip().splitlines()) == 2
    assert "SKILLET_PORT = 'eighty' cannot be used" in refused.stderr


def test_starts_its_processes_and_ends_them_all(tmp_path: Path) -> None:
    with AServer(tmp_path) as server:
        pids = server.pids
        assert len(set(pids.values())) == 4
        lower = psutil.Process(pids["web"]).nice() + 5
        wait_until(
            lambda: [psutil.Process(pids[name]).nice() for name in ("worker", "predictor")] == [lower] * 2
        )
        environment = psutil.Process(pids["worker"]).environ()
        assert environment["OMP_WAIT_POLICY"] == "PASSIVE"
        assert environment["MALLOC_TRIM_THRESHOLD_"]
        assert server.stop() == 0
    assert not [pid for pid in pids.values() if psutil.pid_exists(pid)]
    assert not (server.data / "processes.json").exists()


def test_nothing_outlives_a_killed_supervisor(tmp_path: Path) -> None:
    with AServer(tmp_path) as server:
        pids = server.pids
        server.kill("supervisor")
        wait_until(lambda: not [pid for pid in pids.values() if psutil.pid_exists(pid)])
        server.start()  # and the folder is free for the next one
        assert server.pids["web"] not in pids.values()


@pytest.mark.parametrize("name", ["web", "worker", "predictor"])
def test_a_dead_process_is_started_again(a_server: AServer, name: str) -> None:
    killed = a_server.kill(name)
    wait_until(lambda: a_server.pids[name] != killed)
    assert psutil.pid_exists(a_server.pids[name])
    assert httpx2.get(f"{a_server.base_url}/healthz").status_code == 200


def test_no_token_reaches_the_log(a_server: AServer) -> None:
    browser = a_server.a_browser()
    assert browser.get("/account").status_code == 200
    log = a_server.log_file.read_text()
    assert '"route": "/enter/{token}"' in log
    assert a_server.entry_link.rsplit("/", 1)[1] not in log
    assert browser.cookies["skillet"] not in log


def test_a_link_is_printed_at_each_start_until_there_is_a_password(tmp_path: Path) -> None:
    with AServer(tmp_path) as server:
        first = server.entry_link
        browser = server.a_browser()
    with AServer(tmp_path) as server:
        assert server.entry_link.rsplit("/", 1)[1] != first.rsplit("/", 1)[1]
        token = browser.cookies["skillet"]
        headers = {"Sec-Fetch-Site": "same-origin", "Cookie": f"skillet={token}"}
        form = {"name": "Ada", "password": "correct horse"}
        assert httpx2.post(f"{server.base_url}/account", data=form, headers=headers).status_code == 303
    with AServer(tmp_path) as server:
        assert "/enter/" not in server.words


def test_with_a_password_the_server_may_be_opened(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data")
    settings.data.mkdir()
    engine = make_engine(settings)
    migrate(engine)
    with open_session(engine) as db:
        make_entry_link(db)
        owner = find_owner(db)
        assert owner is not None
        owner.password_hash = "a hash"
        db.commit()
    engine.dispose()
    with AServer(tmp_path, host="0.0.0.0", allowed_hosts="skillet.test") as server:
        assert httpx2.get(f"{server.base_url}/healthz", headers={"Host": "skillet.test"}).status_code == 200
        assert httpx2.get(f"{server.base_url}/healthz", headers={"Host": "evil.test"}).status_code == 400


@pytest.mark.parametrize("password", ["", "short", "password1"])
def test_a_weak_password_is_refused_at_the_terminal_too(tmp_path: Path, password: str) -> None:
    refused = run("password", "--data", str(tmp_path), words=password + "\n")
    assert refused.returncode == 1
    assert "This password" in refused.stderr


def test_a_password_chosen_at_the_terminal_opens_the_server(tmp_path: Path) -> None:
    saved = run("password", "--data", str(tmp_path / "data"), words="three quiet boats\n")
    assert (saved.returncode, saved.stdout) == (0, "Saved. Sign in as Owner.\n")
    with AServer(tmp_path, host="0.0.0.0") as server:
        assert "/enter/" not in server.words
        form = {"name": "Owner", "password": "three quiet boats"}
        headers = {"Sec-Fetch-Site": "same-origin"}
        assert httpx2.post(f"{server.base_url}/sign-in", data=form, headers=headers).status_code == 303


def test_version() -> None:
    stated = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert run("--version").stdout == f"skillet {stated}\n"


def wait_until(true: Callable[[], bool], within: float = 25) -> None:
    until = time.monotonic() + within
    while not true():
        assert time.monotonic() < until, "It did not become true in time."
        time.sleep(0.05)
