"""Sittings: labels that wait for a version. The newest mark of a row counts; a batch is what undo takes away."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.datasets.engine import SOURCE, ask
from app.datasets.routes import Shown
from app.errors import BadInput, Conflict, NotFound
from app.jobs.tables import Job
from app.labels.tables import Mark, Sitting
from app.pages import whole, words
from app.people.tables import User
from app.versions.service import get_base
from app.versions.tables import Mending
from trainer.contract.dataset import Column
from trainer.contract.events import ENDED
from trainer.contract.plan import next_id

_ = words.gettext
KINDS = ("category", "tags", "boxes")
MOST_LABELS = 50
MOST_AT_ONCE = 1_000
EDGE = 1.000001
"""Where a box ends at the latest; sums of rounded shares are not exact."""
LONGEST = 20_000
"""Characters of a cell: some hundred boxes."""


@dataclass(frozen=True)
class Standing:
    """How far a sitting is."""

    labelled: int
    total: int
    pending: int

    @property
    def words(self) -> str:
        """In a sentence."""
        return _("{labelled} of {total} labelled").format(
            labelled=whole(self.labelled), total=whole(self.total)
        )


def begin(db: Session, shown: Shown, person: User, column: Column) -> Sitting:
    """Label this column: the sitting that waits, or a new one."""
    if column.type not in KINDS:
        raise BadInput(
            f"‘{column.name}’ holds {column.type}. Labels are categories, tags or boxes: choose such a column, or make "
            "one."
        )
    waiting = find_waiting(db, shown, column.id)
    if waiting is not None:
        return waiting
    return add(
        db,
        shown,
        person,
        column.id,
        column.name,
        column.type,
        column.of,
        list(column.categories or [])[:MOST_LABELS],
    )


def begin_new(
    db: Session, shown: Shown, person: User, name: str, kind: str, labels: Sequence[str]
) -> Sitting:
    """Label a column that is still to be made."""
    name = " ".join(name.split())[:100]
    if not name:
        raise BadInput("The new column needs a name. Say in one word what you label.")
    if any(column.name == name for column in shown.schema.columns):
        raise BadInput(f"There is a column ‘{name}’ already. Label that one, or choose another name.")
    if kind not in KINDS:
        raise BadInput(f"‘{kind[:40]}’ is no kind of label. It is one of {', '.join(KINDS)}.")
    picture = next((column.id for column in shown.schema.columns if column.type == "image"), None)
    if kind == "boxes" and picture is None:
        raise BadInput("Boxes lie on pictures, and this table has none. Choose category or tags.")
    known = [label for label in dict.fromkeys(" ".join(text.split())[:200] for text in labels) if label]
    id = next_free(db, shown)
    return add(db, shown, person, id, name, kind, picture if kind == "boxes" else None, known[:MOST_LABELS])


def next_free(db: Session, shown: Shown) -> str:
    """The id that the next column of this version gets."""
    steps = get_base(db, shown.dataset).steps
    taken = {sitting.column for sitting in list_waiting(db, shown)}
    id = next_id(shown.schema, steps)
    while id in taken:
        id = f"c{int(id[1:]) + 1}"
    return id


def add(
    db: Session,
    shown: Shown,
    person: User,
    column: str,
    name: str,
    kind: str,
    picture: str | None,
    labels: list[str],
) -> Sitting:
    """A new sitting."""
    sitting = Sitting(
        owner_id=person.id, dataset_id=shown.dataset.id, version_id=shown.version.id, column=column, name=name,
        kind=kind, picture=picture, labels=labels, growth=[],
    )  # fmt: skip
    db.add(sitting)
    db.flush()
    return sitting


def find_waiting(db: Session, shown: Shown, column: str) -> Sitting | None:
    """The sitting of a column on this version that is not saved."""
    return next((sitting for sitting in list_waiting(db, shown) if sitting.column == column), None)


def list_waiting(db: Session, shown: Shown) -> list[Sitting]:
    """Sittings on this version whose labels wait."""
    wanted = select(Sitting).where(
        Sitting.dataset_id == shown.dataset.id,
        Sitting.version_id == shown.version.id,
        Sitting.saved_version_id.is_(None),
    )
    return list(db.scalars(wanted.order_by(Sitting.created_at)))


def list_behind(db: Session, shown: Shown) -> list[Sitting]:
    """Sittings on other versions of this dataset whose labels still wait."""
    wanted = select(Sitting).where(
        Sitting.dataset_id == shown.dataset.id,
        Sitting.version_id != shown.version.id,
        Sitting.saved_version_id.is_(None),
        select(Mark.row).where(Mark.sitting_id == Sitting.id).exists(),
    )
    return list(db.scalars(wanted.order_by(Sitting.created_at)))


def reopen_failed(db: Session, shown: Shown) -> None:
    """Labels whose version could not be made wait again."""
    wanted = (
        select(Sitting)
        .join(Mending, Mending.id == Sitting.saved_version_id)
        .join(Job, Job.id == Mending.job_id)
        .where(Sitting.version_id == shown.version.id, Mending.version_id.is_(None), Job.state.in_(ENDED))
    )
    for sitting in db.scalars(wanted):
        sitting.saved_version_id = None
    db.flush()


def get_sitting(db: Session, shown: Shown, id: str) -> Sitting:
    """A sitting of this dataset; else NotFound."""
    found = db.get(Sitting, id) if "\x00" not in id else None
    if found is None or found.dataset_id != shown.dataset.id:
        raise NotFound
    return found


def marks_of(db: Session, sitting: Sitting) -> dict[int, Mark]:
    """Row -> the mark that counts."""
    marks = db.scalars(select(Mark).where(Mark.sitting_id == sitting.id).order_by(Mark.batch))
    return {mark.row: mark for mark in marks}


def mark(
    db: Session,
    shown: Shown,
    sitting: Sitting,
    rows: Sequence[int],
    value: str | None,
    *,
    excluded: bool = False,
) -> None:
    """Say the same of some rows; one batch. Raises BadInput in words."""
    if sitting.saved_version_id is not None:
        raise Conflict("These labels are in the table already. Reload the page to go on with the next.")
    if not rows or len(rows) > MOST_AT_ONCE:
        raise BadInput(f"Choose between 1 and {MOST_AT_ONCE:,} rows at once.")
    outside = next((row for row in rows if not 0 <= row < shown.schema.rows), None)
    if outside is not None:
        raise BadInput(f"There is no row {outside + 1:,}: the table has {shown.schema.rows:,}.")
    said = None if value is None else checked(sitting, value)
    last = db.scalar(select(func.max(Mark.batch)).where(Mark.sitting_id == sitting.id)) or 0
    for row in dict.fromkeys(rows):
        db.add(Mark(sitting_id=sitting.id, batch=last + 1, row=row, value=said, excluded=excluded))
    db.flush()


def checked(sitting: Sitting, value: str) -> str:
    """A cell as the column has it. Raises BadInput in words."""
    if len(value) > LONGEST:
        raise BadInput(f"A label holds at most {LONGEST:,} characters.")
    if sitting.kind == "category":
        if value not in sitting.labels:
            raise BadInput(f"‘{value[:40]}’ is not among the labels. Add it first.")
        return value
    try:
        found = json.loads(value)
    except ValueError:
        raise BadInput("This is no list of labels. Reload the page and label again.") from None
    if not isinstance(found, list) or not all(is_one(sitting, one) for one in found):
        raise BadInput("One of these labels is not known, or a box lies outside of its picture.")
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"))


def is_one(sitting: Sitting, one: object) -> bool:
    """Whether this may stand in a cell of tags, or of boxes."""
    if sitting.kind == "tags":
        return isinstance(one, str) and one in sitting.labels
    if (
        not isinstance(one, dict)
        or set(one) != {"label", "x", "y", "w", "h"}
        or one["label"] not in sitting.labels
    ):
        return False
    sides = [one[key] for key in "xywh"]
    if not all(isinstance(side, int | float) and 0 <= side <= 1 for side in sides):
        return False
    x, y, w, h = (float(side) for side in sides)
    return x + w <= EDGE and y + h <= EDGE and w > 0 and h > 0


def undo(db: Session, sitting: Sitting) -> list[int]:
    """Take the newest batch away; the rows that it was about."""
    last = db.scalar(select(func.max(Mark.batch)).where(Mark.sitting_id == sitting.id))
    if last is None or sitting.saved_version_id is not None:
        return []
    newest = (Mark.sitting_id == sitting.id, Mark.batch == last)
    rows = list(db.scalars(select(Mark.row).where(*newest)))
    db.execute(delete(Mark).where(*newest))
    db.flush()
    return rows


def add_label(db: Session, sitting: Sitting, text: str) -> None:
    """One more label, on the next number key."""
    label = " ".join(text.split())[:200]
    if not label:
        raise BadInput("A label needs a name. Type one, then press Enter.")
    if label in sitting.labels:
        raise BadInput(f"‘{label}’ is a label already.")
    if len(sitting.labels) >= MOST_LABELS:
        raise Conflict(f"A sitting has at most {MOST_LABELS} labels.")
    sitting.labels = [*sitting.labels, label]
    db.flush()


def standing(shown: Shown, sitting: Sitting, marks: dict[int, Mark]) -> Standing:
    """How many rows have a label, those that wait included."""
    excluded = sum(one.excluded for one in marks.values())
    there = any(column.id == sitting.column for column in shown.schema.columns)
    missing = shown.profile.columns[sitting.column].missing if there else shown.schema.rows
    before = set()
    if there and marks:
        condition = f'"{sitting.column}" IS NOT NULL AND file_row_number IN (SELECT unnest(?))'
        sql = f"SELECT file_row_number FROM {SOURCE} WHERE {condition}"  # noqa: S608 - our own column id
        found = ask(shown.folder.path.parent, sql, [str(shown.folder.table), list(marks)])
        before = {row for (row,) in found}
    labelled = shown.schema.rows - missing - len(before)
    labelled += sum(one.value is not None and not one.excluded for one in marks.values())
    return Standing(labelled, shown.schema.rows - excluded, len(marks))
