"""Fixtures for every test: databases, data, a running server, a signed-in browser."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine

from app.db import make_engine, migrate
from app.main import create_app
from app.settings import Settings
from tests.support.needs import missing
from tests.support.postgresql import PostgreSQL, find_postgresql
from tests.support.server import AServer

ROOT = Path(__file__).parent.parent


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--database postgresql``: the app's tests once more, on the other database."""
    parser.addoption("--database", choices=["sqlite", "postgresql"], default="sqlite")


def pytest_configure(config: pytest.Config) -> None:
    """A developer's own settings must not change what the tests see."""
    for name in list(os.environ):
        if name.startswith("SKILLET_") and name not in ("SKILLET_SHARED_DATA", "SKILLET_TEST_COMPLETE"):
            del os.environ[name]


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("shared_data") is not None:
        find_shared_data()


def find_shared_data() -> Path:
    folder = Path(os.environ.get("SKILLET_SHARED_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        missing(f"The real datasets are not at {folder}. Set SKILLET_SHARED_DATA to their folder.")
    return folder


@pytest.fixture
def shared_data() -> Path:
    """The folder of real datasets."""
    return find_shared_data()


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgreSQL]:
    """A PostgreSQL server on loopback, ours alone, for the whole session."""
    programs = find_postgresql()
    if programs is None:
        missing(
            "PostgreSQL's server is not installed (Debian: postgresql): its half of the tests is left out."
        )
    with PostgreSQL(programs) as server:
        yield server


@pytest.fixture
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """Settings of a server with an empty data folder and an empty database."""
    made = Settings(data=tmp_path / "data", port=0)
    if request.config.getoption("database") == "sqlite":
        yield made
        return
    with request.getfixturevalue("postgresql").database() as url:
        yield made.model_copy(update={"database": url})


@pytest.fixture
def engine(settings: Settings) -> Iterator[Engine]:
    """A migrated database: SQLite in the test's own data folder, or what ``--database`` says."""
    settings.data.mkdir(parents=True, exist_ok=True)
    engine = make_engine(settings)
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def any_engine(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Engine]:
    """The same, once on each database."""
    if request.param == "sqlite":
        yield request.getfixturevalue("engine")
        return
    server: PostgreSQL = request.getfixturevalue("postgresql")
    with server.database() as url:
        engine = make_engine(settings.model_copy(update={"database": url}))
        migrate(engine)
        yield engine
        engine.dispose()


@pytest.fixture
def a_server(tmp_path: Path) -> Iterator[AServer]:
    """The real server in processes of its own, ready."""
    with AServer(tmp_path) as server:
        yield server


@pytest.fixture
def app(settings: Settings, engine: Engine) -> Iterator[FastAPI]:
    """The whole web server in this process, with an empty database."""
    made = create_app(settings)
    yield made
    made.state.engine.dispose()
