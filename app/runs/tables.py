"""One training of one recipe. Its state is its job's."""

from sqlalchemy import Float, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Owned


class Run(Owned, Base):
    """``number`` counts the runs of a project from 1. Scores are copied from the result event for sorting."""

    __tablename__ = "runs"

    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), index=True)
    recipe_id: Mapped[str] = mapped_column(ForeignKey("recipes.id"), index=True)
    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id"), index=True)
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("runs.id"))
    """The run it was cloned from."""
    number: Mapped[int] = mapped_column(Integer)
    learner: Mapped[str] = mapped_column(String(40))
    note: Mapped[str] = mapped_column(String(500), default="")
    test_score: Mapped[float | None] = mapped_column(Float)
    test_low: Mapped[float | None] = mapped_column(Float)
    test_high: Mapped[float | None] = mapped_column(Float)
    """The 95 % interval of the test score."""
    validation_score: Mapped[float | None] = mapped_column(Float)
    seconds: Mapped[float | None] = mapped_column(Float)
    model_bytes: Mapped[int | None] = mapped_column(Integer)
    parameters: Mapped[int | None] = mapped_column(Integer)
    batch: Mapped[str | None] = mapped_column(String(16), index=True)
    """Runs of the same recipe on all folds of a split share it."""
    fold: Mapped[int | None] = mapped_column(Integer)
    """Which fold of the split validates; None where there are none."""
    form_key: Mapped[str | None] = mapped_column(String(40))
    """One-time key of the form that started it: pressing Train twice gives one run."""

    __table_args__ = (
        UniqueConstraint("project_id", "number"),
        UniqueConstraint("project_id", "form_key", name="uq_runs_project_form_key"),
    )


class Look(Owned, Base):
    """Somebody (its owner) saw scores or rows of the locked test part of a project."""

    __tablename__ = "looks"

    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), index=True)
    run_id: Mapped[str | None] = mapped_column(ForeignKey("runs.id", ondelete="SET NULL"))
    """Whose report; None for the scoreboard."""
