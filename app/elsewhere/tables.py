"""What is being fetched from elsewhere."""

from datetime import datetime

from sqlalchemy import BigInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Owned

ENDED = ("done", "failed", "stopped")


class Fetch(Owned, Base):
    """A wish to bring data from elsewhere, and how far it is. A worker takes it up (``app.elsewhere.runner``)."""

    __tablename__ = "fetches"

    kind: Mapped[str] = mapped_column(String(10))
    """url | s3 | sql | hub"""
    source: Mapped[str] = mapped_column(Text)
    """The address, path, query or name, as the person wrote it."""
    state: Mapped[str] = mapped_column(String(10), default="queued")
    """queued | running | stopping | done | failed | stopped"""
    sentence: Mapped[str] = mapped_column(Text, default="")
    done: Mapped[int] = mapped_column(BigInteger, default=0)
    """Bytes that have come."""
    total: Mapped[int | None] = mapped_column(BigInteger)
    seen_at: Mapped[datetime | None]
    """The last sign of life of who fetches it."""
    dataset_id: Mapped[str | None] = mapped_column(String(16))
    """What it became."""
