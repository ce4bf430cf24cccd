"""``skillet doctor``: each thing that is wrong has its line, with what to do."""

import subprocess
from pathlib import Path

import pytest

from app.command import doctor
from app.command.doctor import examine
from app.db import make_engine, migrate
from app.settings import Settings
from tests.app.cli.test_serve import run
from tests.support.postgresql import free_port
from tests.support.server import AServer


def lines(settings: Settings) -> dict[bool, list[str]]:
    found: dict[bool, list[str]] = {True: [], False: []}
    for check in examine(settings):
        found[check.ok].append(check.sentence)
    return found


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    bad = lines(Settings(data=tmp_path / "not" / "there"))[False]
    assert [sentence for sentence in bad if f"{tmp_path / 'not' / 'there'} cannot be written" in sentence]


def test_a_full_disk_is_named(tmp_path: Path) -> None:
    [sentence] = lines(Settings(data=tmp_path, free_space=2**60))[False]
    assert "SKILLET_FREE_SPACE" in sentence


def test_a_database_that_is_away_is_named(tmp_path: Path) -> None:
    url = f"postgresql+psycopg://me:hunter2@127.0.0.1:{free_port()}/skillet"
    [sentence] = lines(Settings(data=tmp_path, database=url))[False]
    assert "does not answer" in sentence
    assert "SKILLET_DATABASE" in sentence
    assert "hunter2" not in sentence


def test_tables_of_another_version_are_named(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    make_engine(settings).connect().close()
    [sentence] = lines(settings)[False]
    assert "tables are of another version" in sentence


def test_changed_libraries_of_the_browser_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "STATIC", tmp_path / "static")
    [sentence] = lines(Settings(data=tmp_path))[False]
    assert "tools/vendor.py" in sentence
    vendor = tmp_path / "static" / "vendor"
    vendor.mkdir(parents=True)
    (vendor / "manifest.json").write_text('{"files": {"htmx.min.js": {"sha256": "0"}}}')
    (vendor / "htmx.min.js").write_text("changed")
    [sentence] = lines(Settings(data=tmp_path))[False]
    assert "htmx.min.js is missing or changed" in sentence


def test_a_misspelt_setting_is_named(tmp_path: Path) -> None:
    done = run("doctor", "--data", str(tmp_path), SKILLET_PROT="1")
    assert done.returncode == 1
    assert "Did you mean SKILLET_PORT?" in done.stdout
    assert "1 to see to." in done.stdout


def test_a_silent_predictor_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(data=tmp_path)
    monkeypatch.setattr(doctor, "ANSWER_TIME", 0.1)
    (tmp_path / "processes.json").write_text("{}")
    [sentence] = lines(settings)[False]
    assert "predictor does not answer" in sentence


def test_all_is_well(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    engine = make_engine(settings)
    migrate(engine)
    engine.dispose()
    assert lines(settings)[False] == []
    done: subprocess.CompletedProcess[str] = run("doctor", "--data", str(tmp_path))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("All is well.\n")


def test_the_predictor_of_a_running_server_answers(a_server: AServer) -> None:
    done = run("doctor", "--data", str(a_server.data))
    assert "The predictor answers" in done.stdout, done.stdout
