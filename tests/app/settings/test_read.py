"""Every wrong setting is refused in one line that names it; the table has a row for every setting."""

from pathlib import Path

import pytest

from app.settings import Settings, SettingsRefused, list_unknown, read_settings

WRONG = [
    ("data", "{file}", "this is a file"),
    ("database", "mysql://localhost/skillet", "expected sqlite:///FILE"),
    ("database", "skillet.db", "expected sqlite:///FILE"),
    ("database", "sqlite://", "expected sqlite:///FILE"),
    ("database", "postgresql://localhost", "expected sqlite:///FILE"),
    ("host", "http://127.0.0.1", "expected an address"),
    ("host", "127.0.0.1:8000", "expected an address"),
    ("host", "a b", "expected an address"),
    ("host", "-", "expected an address"),
    ("port", "eighty", "valid integer"),
    ("port", "65536", "less than or equal to 65535"),
    ("port", "-1", "greater than or equal to 0"),
    ("port", "80.5", "valid integer"),
    ("allowed_hosts", "https://school.example", "is not a host name"),
    ("allowed_hosts", "school.example:8000", "is not a host name"),
    ("allowed_hosts", "*", "is not a host name"),
    ("allowed_hosts", "good.example,bad host", "is not a host name"),
    ("secure_cookies", "perhaps", "valid boolean"),
    ("cores", "0", "greater than or equal to 1"),
    ("cores", "many", "valid integer"),
    ("cores", "5000", "less than or equal to 4096"),
    ("memory_limit", "1 MB", "greater than or equal to"),
    ("memory_limit", "much", "expected a size in bytes"),
    ("upload_limit", "0", "greater than or equal to"),
    ("upload_limit", "5 bananas", "such as 500 MB or 20 GB"),
    ("person_bytes", "1 kB", "greater than or equal to"),
    ("person_bytes", "plenty", "expected a size in bytes"),
    ("person_files", "0", "greater than or equal to 1"),
    ("unfinished_hours", "0", "greater than or equal to 1"),
    ("unfinished_hours", "a week", "valid integer"),
    ("raw_hours", "-1", "greater than or equal to 0"),
    ("url_import", "perhaps", "valid boolean"),
    ("trusted_hosts", "http://files.example", "is not HOST or HOST:PORT"),
    ("trusted_hosts", "files.example:http", "is not HOST or HOST:PORT"),
    ("s3_bucket", "Not_A_Bucket", "match"),
    ("sql_connection", "mysql://u@h/n", "expected sqlite:///FILE"),
    ("sql_rows", "0", "greater than or equal to 1"),
    ("hub", "huggingface.co", "match"),
    ("fetch_minutes", "0", "greater than or equal to 1"),
    ("fetch_minutes", "soon", "valid integer"),
    ("free_space", "-5", "expected a size in bytes"),
    ("free_space", "half", "expected a size in bytes"),
    ("lease_seconds", "1", "greater than or equal to 3"),
    ("lease_seconds", "soon", "valid integer"),
    ("lease_seconds", "4000", "less than or equal to 3600"),
    ("session_days", "0", "greater than or equal to 1"),
    ("session_days", "401", "less than or equal to 400"),
    ("log_level", "loud", "'debug', 'info', 'warning' or 'error'"),
]


@pytest.mark.parametrize(("name", "value", "expected"), WRONG)
def test_a_wrong_value_is_refused_in_one_line(
    name: str, value: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "file"
    file.write_text("")
    monkeypatch.setenv(f"SKILLET_{name.upper()}", value.format(file=file))
    with pytest.raises(SettingsRefused) as refused:
        read_settings()
    [sentence] = refused.value.sentences
    assert sentence.startswith(f"SKILLET_{name.upper()} = ")
    assert expected in sentence
    assert "\n" not in sentence
    description = Settings.model_fields[name].description
    assert description
    assert sentence.endswith(description)


def test_no_setting_is_forgotten_in_the_table() -> None:
    assert {name for name, _, _ in WRONG} == set(Settings.model_fields)


def test_every_wrong_value_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKILLET_PORT", "eighty")
    monkeypatch.setenv("SKILLET_CORES", "0")
    with pytest.raises(SettingsRefused) as refused:
        read_settings()
    assert len(refused.value.sentences) == 2


def test_a_password_in_a_refused_database_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKILLET_DATABASE", "mysql://me:hunter2@localhost/skillet")
    with pytest.raises(SettingsRefused) as refused:
        read_settings()
    assert "hunter2" not in refused.value.sentences[0]


def test_a_misspelt_setting_is_noticed() -> None:
    found = list_unknown(
        {"SKILLET_PROT": "80", "SKILLET_PORT": "80", "SKILLET_SHARED_DATA": "/x", "HOME": "/"}
    )
    assert found == ["SKILLET_PROT is not a setting and changes nothing. Did you mean SKILLET_PORT?"]


def test_defaults_are_for_one_person_on_one_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = read_settings()
    assert settings.data == tmp_path / "data"
    assert settings.database == f"sqlite:///{tmp_path / 'data' / 'skillet.db'}"
    assert settings.is_local
    assert settings.port == 8000
    assert settings.allowed_hosts == []
    assert settings.lease_seconds == 30
    assert not settings.secure_cookies


def test_right_values_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKILLET_DATA", str(tmp_path))
    monkeypatch.setenv("SKILLET_DATABASE", "postgresql://me@db/skillet")
    monkeypatch.setenv("SKILLET_ALLOWED_HOSTS", "School.example, 192.168.1.5 ,::1")
    monkeypatch.setenv("SKILLET_HOST", "0.0.0.0")
    monkeypatch.setenv("SKILLET_UPLOAD_LIMIT", "5 GB")
    monkeypatch.setenv("SKILLET_LOG_LEVEL", "DEBUG")
    settings = read_settings(port=9000)
    assert settings.database == "postgresql+psycopg://me@db/skillet"
    assert settings.allowed_hosts == ["school.example", "192.168.1.5", "::1"]
    assert not settings.is_local
    assert settings.upload_limit == 5_000_000_000
    assert settings.log_level == "debug"
    assert settings.port == 9000


def test_settings_do_not_change(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    with pytest.raises(ValueError, match="frozen"):
        settings.port = 1  # type: ignore[misc]
