"""A project: one question asked of a dataset version. All its runs are comparable."""

from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Owned


class Project(Owned, Base):
    """``question`` is a ``trainer.contract.recipe.Question`` as JSON, or None while no column is chosen."""

    __tablename__ = "projects"

    name: Mapped[str] = mapped_column(String(200))
    dataset_id: Mapped[str] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"), index=True)
    version_id: Mapped[str] = mapped_column(ForeignKey("dataset_versions.id", ondelete="CASCADE"), index=True)
    question: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    baseline_job_id: Mapped[str | None] = mapped_column(ForeignKey("jobs.id"))
    fixed: Mapped[bool] = mapped_column(default=False)
    """Set by its first run: from then on the question stays, so that all runs compare."""
