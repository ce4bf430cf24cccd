"""Uploads, datasets and their immutable versions."""

from sqlalchemy import BigInteger, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Owned


class Upload(Owned, Base):
    """Bytes on their way in. The file's place is computed from the id."""

    __tablename__ = "uploads"

    filename: Mapped[str] = mapped_column(String(255))
    size: Mapped[int] = mapped_column(BigInteger)


class Dataset(Owned, Base):
    """A named table."""

    __tablename__ = "datasets"

    name: Mapped[str] = mapped_column(String(200))
    sample: Mapped[str | None] = mapped_column(String(40))
    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id"), index=True)
    """The import that made its newest version."""
    upload_id: Mapped[str | None] = mapped_column(ForeignKey("uploads.id", ondelete="SET NULL"))
    """The raw bytes, while they are kept: until the import succeeded."""


class DatasetVersion(Owned, Base):
    """An immutable version, named by content hash. Two datasets with the same content share the folder."""

    __tablename__ = "dataset_versions"

    dataset_id: Mapped[str] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"), index=True)
    hash: Mapped[str] = mapped_column(String(64), index=True)
    rows: Mapped[int] = mapped_column(Integer)
    columns: Mapped[int] = mapped_column(Integer)
    rejects: Mapped[int] = mapped_column(Integer, default=0)
