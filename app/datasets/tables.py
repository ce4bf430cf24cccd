"""Datasets, their immutable versions, and sets of rows in them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Owned


class Dataset(Owned, Base):
    """A named table."""

    __tablename__ = "datasets"

    name: Mapped[str] = mapped_column(String(200))
    sample: Mapped[str | None] = mapped_column(String(40))
    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id"), index=True)
    """The import that made its newest version."""
    upload_id: Mapped[str | None] = mapped_column(ForeignKey("uploads.id", ondelete="SET NULL"))
    """Of old: uploads name their dataset (``Upload.dataset_id``). SQLite cannot drop a column with a foreign key."""
    adding_id: Mapped[str | None] = mapped_column(String(16))
    """The job that adds rows to it, until it is done; where it failed, until that was read."""
    version_id: Mapped[str | None] = mapped_column(String(16))
    """The version that is shown: undo goes back by it. None: the newest. No foreign key: the tables would need each
    other.
    """
    deleted_at: Mapped[datetime | None] = mapped_column()
    """Since when it is out of sight. For some days that can be undone."""


class DatasetVersion(Owned, Base):
    """An immutable version, named by content hash. Two datasets with the same content share the folder."""

    __tablename__ = "dataset_versions"

    dataset_id: Mapped[str] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"), index=True)
    hash: Mapped[str] = mapped_column(String(64), index=True)
    rows: Mapped[int] = mapped_column(Integer)
    columns: Mapped[int] = mapped_column(Integer)
    rejects: Mapped[int] = mapped_column(Integer, default=0)
    parent_id: Mapped[str | None] = mapped_column(String(16))
    """The version that this one was made from; None for an import. It may be gone."""
    root_hash: Mapped[str | None] = mapped_column(String(64))
    """The folder that ``steps`` start from; None where this is one."""
    steps: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    """All steps from the root to here, as ``trainer.contract.steps.Steps`` has them."""
    note: Mapped[str] = mapped_column(String(300), default="")
    """What changed against the parent, in words."""
    deleted_at: Mapped[datetime | None] = mapped_column()
    """As of a dataset."""


class RowSet(Owned, Base):
    """Rows of one version that a person, a finding or an audit picked. They lie in ``Store.row_set(id)``: Parquet with
    ``row`` (BIGINT) and ``score`` (DOUBLE, greater comes first; null without an order).
    """

    __tablename__ = "row_sets"

    version_id: Mapped[str] = mapped_column(ForeignKey("dataset_versions.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(20))
    """selection, slice, or the kind of finding."""
    count: Mapped[int] = mapped_column(Integer)


class Audit(Owned, Base):
    """A deeper look at a version. Its state and its findings are its job's."""

    __tablename__ = "audits"

    dataset_id: Mapped[str] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"), index=True)
    version_id: Mapped[str] = mapped_column(ForeignKey("dataset_versions.id", ondelete="CASCADE"), index=True)
    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id"), index=True)
    target: Mapped[str | None] = mapped_column(String(20))
    """The column whose labels are doubted."""
    project_id: Mapped[str | None] = mapped_column(String(16))
    """The project whose question was asked about, by whose split. No foreign key: projects come later."""
    sets: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    """Name of a finding's rows -> the ``RowSet`` that they became."""


class Dismissal(Owned, Base):
    """A finding that somebody called no problem."""

    __tablename__ = "dismissals"

    dataset_id: Mapped[str] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"), index=True)
    key: Mapped[str] = mapped_column(String(40))
    """``app.datasets.findings.key_of``."""
