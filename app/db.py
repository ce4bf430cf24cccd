"""The database: one engine, one session per request or job step, two dialects (SQLite, PostgreSQL)."""

import secrets
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, ForeignKey, MetaData, String
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column
from sqlalchemy.types import TypeDecorator

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

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: D102, ARG002
        if value is not None and value.tzinfo is None:
            raise ValueError("A time without a zone cannot be stored.")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: D102, ARG002
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
    """What every thing of a person has: id, owner, birth. Rights are decided by ``app.people.authorize`` alone."""

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    created_at: Mapped[datetime] = mapped_column(default=now)

    @declared_attr
    @classmethod
    def owner_id(cls) -> Mapped[str]:
        """The person it belongs to."""
        return mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
