"""Jobs and their events: the truth about what happened. State lives here and nowhere else."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Float, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Owned


class Job(Owned, Base):
    """A unit of background work. ``term`` numbers its claims: a write with an older one is refused."""

    __tablename__ = "jobs"

    verb: Mapped[str] = mapped_column(String(20))
    lane: Mapped[str] = mapped_column(String(10), default="cpu")
    state: Mapped[str] = mapped_column(String(10), default="queued")
    sentence: Mapped[str] = mapped_column(Text, default="Waiting for a free core.")
    wants: Mapped[str | None] = mapped_column(String(10))
    """What its owner asked for: pause | stop."""
    term: Mapped[int] = mapped_column(Integer, default=0)
    worker: Mapped[str | None] = mapped_column(String(80))
    lease_until: Mapped[float | None] = mapped_column(Float)
    """Seconds since 1970 by the database's clock."""
    losses: Mapped[int] = mapped_column(Integer, default=0)
    """How often its process was lost; after 3 it fails in words."""
    seq: Mapped[int] = mapped_column(Integer, default=0)
    """Of its last stored event."""
    offset: Mapped[int] = mapped_column(BigInteger, default=0)
    """Bytes of ``events.jsonl`` already stored."""
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[dict[str, Any] | None] = mapped_column(JSON)

    __table_args__ = (Index("ix_jobs_lane_state", "lane", "state"),)


class JobEvent(Base):
    """One event. The primary key is the id of the event stream."""

    __tablename__ = "events"

    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True)
    owner_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    time: Mapped[float] = mapped_column(Float)
    kind: Mapped[str] = mapped_column(String(10))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
