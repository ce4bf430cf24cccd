"""Versions on their way: steps that were asked for and whose version is being made."""

from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Owned


class Mending(Owned, Base):
    """A version that was asked for. Its state is its job's."""

    __tablename__ = "mendings"

    dataset_id: Mapped[str] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"), index=True)
    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id"), index=True)
    base_id: Mapped[str] = mapped_column(String(16))
    """The version that it follows, which becomes the parent of the new one."""
    after_id: Mapped[str | None] = mapped_column(String(16))
    """The mending whose steps these go on from, where that one was not ready when this one was asked for."""
    root_hash: Mapped[str] = mapped_column(String(64))
    steps: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """All steps from the root on."""
    note: Mapped[str] = mapped_column(String(300), default="")
    version_id: Mapped[str | None] = mapped_column(String(16))
    """The version that it became."""
    wanted: Mapped[bool] = mapped_column(default=True)
    """False after somebody went back meanwhile, or has read why it failed."""
