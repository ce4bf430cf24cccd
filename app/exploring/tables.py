"""Maps of data: which job made, or makes, which map of which version."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Owned


class DataMap(Owned, Base):
    """A map that was asked for. Its state is its job's; its places lie in the job's results."""

    __tablename__ = "data_maps"

    version_id: Mapped[str] = mapped_column(ForeignKey("dataset_versions.id", ondelete="CASCADE"), index=True)
    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id"), index=True)
    method: Mapped[str] = mapped_column(String(10))
