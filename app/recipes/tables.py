"""Frozen recipes."""

from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Owned


class FrozenRecipe(Owned, Base):
    """A ``trainer.contract.recipe.Recipe`` as JSON, never changed after it was used."""

    __tablename__ = "recipes"

    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), index=True)
    digest: Mapped[str] = mapped_column(String(64), index=True)
    document: Mapped[dict[str, Any]] = mapped_column(JSON)
