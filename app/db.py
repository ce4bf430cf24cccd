"""The database: one engine, one session per request or job step, two dialects (SQLite, PostgreSQL)."""

import secrets
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import (
    JSON,
    Connection,
    DateTime,
    Engine,
    ForeignKey,
    MetaData,
    String,
    create_engine,
    event,
    text,
)
from sqlalchemy.engine import make_url
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, declared_attr, mapped_column
from sqlalchemy.types import TypeDecorator

from app.settings import Settings

# the wheel brings its own, mended SQLite; where there is no wheel the standard library's is what we have
try:
    import pysqlite3.dbapi2 as sqlite
except ImportError:
    import sqlite3 as sqlite

MIGRATIONS = Path(__file__).parent / "migrations"
MENDED_SQLITE = (3, 51, 3)
MIGRATION_LOCK = 7_555_382

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcTime(TypeDecorator[datetime]):
    """Aware UTC datetimes in and out of both dialects; a naive one is a bug and is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Any) -> datetime | None:
        """As UTC."""
        if value is not None and value.tzinfo is None:
            raise ValueError("A time without a zone cannot be stored.")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Any) -> datetime | None:
        """Aware again: SQLite keeps no zone."""
        return None if value is None else value.replace(tzinfo=UTC) if value.tzinfo is None else value


class Base(DeclarativeBase):
    """Every table: a name, typed columns."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: UtcTime(), dict[str, Any]: JSON, list[str]: JSON}  # noqa: RUF012


def new_id() -> str:
    """An unguessable id of 16 URL-safe characters (96 bits)."""
    return secrets.token_urlsafe(12).replace("-", "x").replace("_", "y")


def now() -> datetime:
    """The time, aware, UTC."""
    return datetime.now(UTC)


class Owned:
    """What every thing of a person has: id, owner, birth. Rights are decided by
    ``app.people.authorize`` alone.
    """

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    created_at: Mapped[datetime] = mapped_column(default=now)

    @declared_attr
    @classmethod
    def owner_id(cls) -> Mapped[str]:
        """The person it belongs to."""
        return mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)


def make_engine(settings: Settings) -> Engine:
    """The engine of a process. Threads may share it; a forked child may not."""
    url = make_url(settings.database)
    if url.get_backend_name() == "sqlite":
        return make_sqlite_engine(url, sqlite)
    engine = create_engine(url, pool_size=20, max_overflow=20, pool_pre_ping=True)
    event.listen(engine, "begin", _begin_postgresql)
    return engine


def make_sqlite_engine(url: Any, module: ModuleType) -> Engine:
    """SQLite for many threads and processes: a writer takes its lock at the start of its transaction and
    waits for it.

    Write-ahead logging lets readers go on meanwhile. SQLite before 3.51.3 can corrupt a database in that mode
    (the WAL-reset race), so an older library gets a rollback journal. ``synchronous=FULL``: what a person was
    told is saved survives a loss of power; the price is one fsync a commit, and few things are committed.
    """
    engine = create_engine(url, module=module, pool_size=40, max_overflow=20, pool_timeout=30)
    journal = "WAL" if module.sqlite_version_info >= MENDED_SQLITE else "DELETE"

    def connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver must not begin transactions: it does so too late
        for pragma in (
            "busy_timeout=15000",
            f"journal_mode={journal}",
            "synchronous=FULL",
            "foreign_keys=ON",
        ):
            connection.execute(f"PRAGMA {pragma}").fetchall()

    event.listen(engine, "connect", connect)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def sqlite_warning(engine: Engine) -> str | None:
    """A sentence when the SQLite library is older than the mended one."""
    if engine.dialect.name != "sqlite":
        return None
    found = engine.dialect.dbapi.sqlite_version_info  # type: ignore[union-attr]
    if found >= MENDED_SQLITE:
        return None
    return (
        f"SQLite {'.'.join(map(str, found))} can damage a database that several processes write in WAL mode, "
        "so a slower journal is used. Install the pysqlite3 wheel, which brings 3.51.3 or later."
    )


def open_session(engine: Engine, *, write: bool = True) -> Session:
    """A session for one transaction, used with ``with``; the caller commits.

    With ``write=False`` it only reads, never waits for a writer, and a write in it is refused by the
    database.
    """
    return Session(engine if write else engine.execution_options(skillet_read=True), expire_on_commit=False)


def _begin_sqlite(connection: Connection) -> None:
    read = connection.get_execution_options().get("skillet_read", False)
    if connection.info.get("query_only", False) != read:
        connection.exec_driver_sql(f"PRAGMA query_only={int(read)}")
        connection.info["query_only"] = read
    connection.exec_driver_sql("BEGIN" if read else "BEGIN IMMEDIATE")


def _begin_postgresql(connection: Connection) -> None:
    if connection.get_execution_options().get("skillet_read", False):
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")


def migrate(engine: Engine) -> None:
    """Bring the tables to the newest revision, in this process, in one transaction; safe when two
    start at once.
    """
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
        config = _alembic()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def is_at_head(engine: Engine) -> bool:
    """Whether the tables are those that this code knows."""
    with engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_heads()
    return set(found) == set(ScriptDirectory.from_config(_alembic()).get_heads())


def _alembic() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config
