"""Transactions on both databases: writers wait for one another, readers write nothing."""

import sqlite3
import threading
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from app.db import is_at_head, make_engine, make_sqlite_engine, migrate, now, open_session, sqlite_warning
from app.people.tables import SignIn, User
from app.settings import Settings
from tests.support.people import a_user


def test_a_reader_cannot_write(any_engine: Engine) -> None:
    with open_session(any_engine, write=False) as db:
        db.add(User(name="Ada"))
        with pytest.raises(DBAPIError, match=r"readonly|read-only"):
            db.flush()
    with open_session(any_engine) as db:  # and the same connection can again
        db.add(User(name="Ada"))
        db.commit()


def test_what_is_not_committed_is_not_there(any_engine: Engine) -> None:
    with open_session(any_engine) as db:
        db.add(User(name="Ada"))
        db.flush()
    with open_session(any_engine, write=False) as db:
        assert db.scalar(select(func.count()).select_from(User)) == 0


def test_a_thing_of_nobody_is_refused(any_engine: Engine) -> None:
    with open_session(any_engine) as db:
        db.add(SignIn(token_hash="x", owner_id="nobody", expires_at=now()))
        with pytest.raises(IntegrityError):
            db.flush()


def test_a_time_without_a_zone_is_refused(any_engine: Engine) -> None:
    user = a_user(any_engine)
    with open_session(any_engine) as db:
        db.add(SignIn(token_hash="x", owner_id=user.id, expires_at=now().replace(tzinfo=None)))
        with pytest.raises(StatementError, match="without a zone"):
            db.flush()


def test_times_come_back_as_they_went(any_engine: Engine) -> None:
    user = a_user(any_engine)
    with open_session(any_engine, write=False) as db:
        assert db.get_one(User, user.id).created_at == user.created_at


def test_many_writers_lose_nothing(any_engine: Engine) -> None:
    """Each reads, then writes what it read plus one: without the lock at the start some would be lost or
    refused.
    """
    user = a_user(any_engine, "0")
    errors: list[Exception] = []

    def count() -> None:
        try:
            for _ in range(15):
                with open_session(any_engine) as db:
                    found = db.get_one(User, user.id, with_for_update=True)
                    found.name = str(int(found.name) + 1)
                    db.commit()
        except Exception as error:  # noqa: BLE001 -- told by the assertion below
            errors.append(error)

    threads = [threading.Thread(target=count) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with open_session(any_engine, write=False) as db:
        assert db.get_one(User, user.id).name == "90"


def test_a_reader_does_not_wait_for_a_writer(any_engine: Engine) -> None:
    user = a_user(any_engine, "before")
    with open_session(any_engine) as writer:
        writer.get_one(User, user.id).name = "after"
        writer.flush()
        with open_session(any_engine, write=False) as reader:
            assert reader.get_one(User, user.id).name == "before"
        writer.commit()


def test_sqlite_is_set_up_to_last(engine: Engine) -> None:
    with engine.connect() as connection:
        found = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 15000}
    assert sqlite_warning(engine) is None


def test_an_old_sqlite_gets_another_journal_and_a_warning(tmp_path: Path) -> None:
    class Old:
        """The standard library's SQLite, as if it were older than the mended one."""

        sqlite_version_info = (3, 40, 1)

        def __getattr__(self, name: str) -> object:
            return getattr(sqlite3, name)

    engine = make_sqlite_engine(make_url(f"sqlite:///{tmp_path / 'old.db'}"), Old())  # type: ignore[arg-type]
    with engine.connect() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "delete"
    assert "SQLite 3.40.1 can damage a database" in (sqlite_warning(engine) or "")
    migrate(engine)
    a_user(engine)
    engine.dispose()


def test_two_that_start_at_once_migrate_once(settings: Settings) -> None:
    settings.data.mkdir()
    engines = [make_engine(settings) for _ in range(3)]
    errors: list[Exception] = []

    def start(engine: Engine) -> None:
        try:
            migrate(engine)
        except Exception as error:  # noqa: BLE001 -- told by the assertion below
            errors.append(error)

    threads = [threading.Thread(target=start, args=(engine,)) for engine in engines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert is_at_head(engines[0])
    for engine in engines:
        engine.dispose()


def test_an_empty_database_is_not_at_head(settings: Settings) -> None:
    settings.data.mkdir()
    engine = make_engine(settings)
    assert not is_at_head(engine)
    engine.dispose()
