"""Collections of examples on their way to a dataset, and labels on their way to a version."""

from typing import Any

from sqlalchemy import JSON, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Owned


class Collection(Owned, Base):
    """Examples that a person makes in the browser: classes of photos, sounds, drawings or texts, or points."""

    __tablename__ = "collections"

    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(20))
    dataset_id: Mapped[str | None] = mapped_column(ForeignKey("datasets.id", ondelete="SET NULL"), index=True)
    """The dataset that it was made into, and is made into again."""
    points: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """Of points: what ``app.labels.forms.Points`` says."""


class CollectedClass(Owned, Base):
    """A class of a collection, in the order they were made."""

    __tablename__ = "collected_classes"

    collection_id: Mapped[str] = mapped_column(ForeignKey("collections.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    place: Mapped[int] = mapped_column(Integer)


class Item(Owned, Base):
    """One example. A photo, sound or drawing lies in ``Store.item``; a text lies here."""

    __tablename__ = "items"

    collection_id: Mapped[str] = mapped_column(ForeignKey("collections.id", ondelete="CASCADE"), index=True)
    class_id: Mapped[str] = mapped_column(ForeignKey("collected_classes.id", ondelete="CASCADE"), index=True)
    number: Mapped[int] = mapped_column(Integer)
    """Counts up within the collection and is never given twice."""
    ending: Mapped[str] = mapped_column(String(8), default="")
    """What kind of file its first bytes say it is; empty for a text."""
    size: Mapped[int] = mapped_column(Integer, default=0)
    text: Mapped[str | None] = mapped_column(Text)


class Sitting(Owned, Base):
    """Labels that a person gives to the rows of one version, until they become steps of the next."""

    __tablename__ = "sittings"

    dataset_id: Mapped[str] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"), index=True)
    version_id: Mapped[str] = mapped_column(ForeignKey("dataset_versions.id", ondelete="CASCADE"), index=True)
    column: Mapped[str] = mapped_column(String(12))
    """The column that is labelled; the id of one to be made where the version has none of this id."""
    name: Mapped[str] = mapped_column(String(100))
    kind: Mapped[str] = mapped_column(String(20))
    """category, tags or boxes."""
    picture: Mapped[str | None] = mapped_column(String(12))
    """Of boxes: the column of the pictures that they lie on."""
    labels: Mapped[list[str]] = mapped_column(JSON, default=list)
    """In the order of the number keys."""
    growth: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    """What was learned from the labels each time the next were ranked: ``{"labelled": n, "accuracy": share}``."""
    ranking_job_id: Mapped[str | None] = mapped_column(String(16), index=True)
    """The job that ranks what to label next."""
    saved_version_id: Mapped[str | None] = mapped_column(String(16))
    """The version on its way (``Mending``) that its labels became; None while they wait."""


class Mark(Base):
    """What one stroke of a key said of one row. The newest of a row counts; undo takes the newest batch away."""

    __tablename__ = "marks"

    sitting_id: Mapped[str] = mapped_column(ForeignKey("sittings.id", ondelete="CASCADE"), primary_key=True)
    batch: Mapped[int] = mapped_column(Integer, primary_key=True)
    row: Mapped[int] = mapped_column(Integer, primary_key=True)
    """Row of the sitting's version, 0-based."""
    value: Mapped[str | None] = mapped_column(Text)
    """None: no label."""
    excluded: Mapped[bool] = mapped_column(default=False)
    """Leave the row out of the next version."""
