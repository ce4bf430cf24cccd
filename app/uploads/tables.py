"""Uploads on their way in."""

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Owned


class Upload(Owned, Base):
    """Bytes on their way in. The file's place is computed from the id."""

    __tablename__ = "uploads"

    filename: Mapped[str] = mapped_column(String(255))
    size: Mapped[int] = mapped_column(BigInteger)
