"""The findings of a version as lines of a page: the way to their rows, what mends them, and those set aside."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.datasets.tables import Dataset, Dismissal
from app.datasets.view import Filter, View
from app.pages import words
from trainer.contract.dataset import Finding, Schema
from trainer.contract.documents import digest

_ = words.gettext

GRAVE = frozenset({"rejects"})
QUIET = frozenset({"id", "constant", "other", "correlation", "layout"})
LENGTH = 16
SUSPECTS = "label-suspects"
"""The rows of a deeper look that come with a suggestion each."""


@dataclass(frozen=True)
class FindingLine:
    """A finding; ``href`` is None where there are no rows to show, ``fix`` the words on the button that mends it."""

    key: str
    sentence: str
    href: str | None
    kind: str
    action: str
    fix: str | None
    place: int | None = None
    """In the profile; None for what a deeper look found."""


def key_of(finding: Finding) -> str:
    """What a finding is about, whatever its numbers are: who set it aside has set it aside in later versions too."""
    about = finding.sentence if finding.kind in ("other", "layout") else finding.column
    return digest([finding.kind, about, finding.columns, finding.rows or ""])[:LENGTH]


def finding_lines(
    base: str, schema: Schema, findings: list[Finding], sets: Mapping[str, str] | None = None
) -> list[FindingLine]:
    """The findings in their order, rejects first. ``sets``: the set of rows (``RowSet.id``) of each name, where they
    are no part of the version.
    """
    lines = [finding_line(base, schema, finding, sets) for finding in findings]
    if sets is not None:
        return lines
    placed = [replace(line, place=place) for place, line in enumerate(lines)]
    return sorted(
        placed, key=lambda line: line.kind != "bad"
    )  # the table lacks the rows that could not be read


def finding_line(
    base: str, schema: Schema, finding: Finding, sets: Mapping[str, str] | None = None
) -> FindingLine:
    """One finding with the way to its rows."""
    kind = "bad" if finding.kind in GRAVE else "info" if finding.kind in QUIET else "warn"
    href, action = way_to(base, schema, finding, sets)
    label = finding.fix.label if finding.fix else None
    return FindingLine(key_of(finding), finding.sentence, href, kind, action, label)


def way_to(
    base: str, schema: Schema, finding: Finding, sets: Mapping[str, str] | None
) -> tuple[str | None, str]:
    """The address that shows a finding, and what it shows."""
    if finding.kind == "rejects":
        return f"{base}/rejects", _("See the lines")
    if finding.rows is not None and sets is not None:
        return way_to_set(base, finding.rows, sets)
    view = rows_of(schema, finding)
    if view is not None:
        return f"{base}?{view.query()}", _("See the rows")
    if finding.kind in ("correlation", "leak") and len(finding.columns) > 1:
        return f"{base}/relations", _("See how they go together")
    return (f"{base}/columns/{finding.column}", _("See the column")) if finding.column else (None, "")


def way_to_set(base: str, name: str, sets: Mapping[str, str]) -> tuple[str | None, str]:
    """The address of rows that a deeper look found."""
    if name not in sets:
        return None, ""
    if name == SUSPECTS:
        return f"{base}/suspects/{sets[name]}", _("See and mend")
    return f"{base}?set={sets[name]}", _("See the rows")


def rows_of(schema: Schema, finding: Finding) -> View | None:
    """The view of the rows that a finding of the profile speaks of."""
    if finding.rows is not None:
        return View(rows=finding.rows)
    if finding.kind == "duplicates" and not any(c.type in ("image", "audio") for c in schema.columns):
        return View(duplicates=True)
    if finding.kind == "missing" and finding.column is not None:
        return View(filters=(Filter(finding.column, missing=True),))
    return None


def set_aside(db: Session, dataset: Dataset, key: str) -> None:
    """It is no problem, says somebody. Twice changes nothing."""
    if key not in list_set_aside(db, dataset):
        db.add(Dismissal(owner_id=dataset.owner_id, dataset_id=dataset.id, key=key))
        db.flush()


def put_back(db: Session, dataset: Dataset, key: str) -> None:
    """It shall be seen again."""
    for found in db.scalars(
        select(Dismissal).where(Dismissal.dataset_id == dataset.id, Dismissal.key == key)
    ):
        db.delete(found)
    db.flush()


def list_set_aside(db: Session, dataset: Dataset) -> set[str]:
    """The keys of what was set aside."""
    return set(db.scalars(select(Dismissal.key).where(Dismissal.dataset_id == dataset.id)))
