"""Uploads: on their way in, being read, and for a while after that."""

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Owned


class Upload(Owned, Base):
    """Bytes that a person brought. The file's place is computed from the id, and how much has arrived is its length.

    The row outlives the bytes: as long as its dataset lives it counts in what the person has brought. The links have no
    foreign keys: on SQLite a column cannot be added with one. A link to what is gone is found by the janitor.
    """

    __tablename__ = "uploads"

    filename: Mapped[str] = mapped_column(String(255))
    size: Mapped[int] = mapped_column(BigInteger)
    delivery: Mapped[str | None] = mapped_column(String(32))
    """Files that were dropped together share it: they are imported together. Made by the browser, a label only."""
    dataset_id: Mapped[str | None] = mapped_column(String(16), index=True)
    """The dataset that it was imported as; None before."""
    job_id: Mapped[str | None] = mapped_column(String(16), index=True)
    """The import that reads it, or read it last: until it has ended, and some hours more, the bytes are kept."""
