"""From the labels that wait to a version: one step a sitting, on whatever steps there are by then."""

from sqlalchemy.orm import Session

from app.datasets.routes import Shown
from app.datasets.tables import DatasetVersion
from app.errors import Conflict
from app.labels.sittings import marks_of
from app.labels.tables import Sitting
from app.pages import whole, words
from app.people.tables import User
from app.storage import Store
from app.versions.service import add_steps, get_base, root_hash, root_rows
from trainer.contract.plan import next_id
from trainer.contract.steps import Exclude, MakeColumn, Relabel, Step

_ = words.gettext


def save(db: Session, store: Store, person: User, shown: Shown, sitting: Sitting) -> bool:
    """Make a version of the labels that wait, as one step a sitting; whether there were any."""
    marks = marks_of(db, sitting)
    if not marks or sitting.saved_version_id is not None:
        return False
    version = db.get_one(DatasetVersion, sitting.version_id)
    base = get_base(db, shown.dataset)
    if base.root_hash != root_hash(version):
        raise Conflict("The table was read anew meanwhile, so its rows may be others. Label the new table.")
    rows = sorted(marks)
    roots = dict(zip(rows, root_rows(store, version, rows), strict=True))
    steps: list[Step] = []
    there = any(
        column.id == sitting.column and column.name == sitting.name for column in shown.schema.columns
    )
    made = sitting.column if there else next_id(shown.schema, base.steps)
    if not there:
        steps.append(
            MakeColumn(
                made=made, name=sitting.name, expression="missing", labels=sitting.kind, of=sitting.picture
            )
        )
    cells = {roots[row]: one.value for row, one in marks.items() if not one.excluded}
    if cells:
        steps.append(Relabel(column=made, cells=cells))
    gone = sorted(roots[row] for row, one in marks.items() if one.excluded)
    if gone:
        steps.append(Exclude(rows=gone, reason=_("left out while labelling")))
    note = words.ngettext("{n} label given: {name}", "{n} labels given: {name}", len(cells))
    said = note.format(n=whole(len(cells)), name=sitting.name)
    mending = add_steps(db, store, person, shown.dataset, steps, said, of=version)
    sitting.saved_version_id = mending.id
    db.flush()
    return True
