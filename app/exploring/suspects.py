"""Labels that are likely wrong, with what each should perhaps be: those that are ticked are written anew."""

from dataclasses import dataclass
from typing import Annotated

import pyarrow.parquet as pq
from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.datasets import words as say
from app.datasets.grid import Row, read_numbers
from app.datasets.picks import get_row_set
from app.datasets.routes import Shown, get_shown
from app.datasets.tables import Audit, Dataset
from app.datasets.tabs import tabs
from app.datasets.view import read_page_number
from app.errors import BadInput, NotFound
from app.pages import Db, render, words
from app.people.authorize import authorize, get_changeable
from app.people.session import Person
from app.people.tables import User
from app.storage import Store
from app.versions.looks import find_counterpart
from app.versions.service import add_steps, root_rows
from trainer.contract.dataset import Column
from trainer.contract.steps import Exclude, Relabel, Step

router = APIRouter()

_ = words.gettext

PAGE = 50
VERY_SURE, RATHER_SURE = 0.6, 0.25
"""Scores of ``trainer.audit.confident``: 1 is as sure of the other label as of a typical row of it."""
MOST_SHOWN = 5
"""Columns of a table that are shown beside the label."""


@dataclass(frozen=True)
class Suspect:
    """A row, its label as it stands and as it should perhaps be."""

    row: Row
    label: str
    suggested: str
    score: float
    """How much likelier the models take the suggested label for than the one that stands there, each against what its
    class gets on average.
    """

    @property
    def sure(self) -> str:
        """How sure the models are, in words."""
        if self.score >= VERY_SURE:
            return _("very")
        return _("rather") if self.score >= RATHER_SURE else _("barely")


@dataclass(frozen=True)
class Suspects:
    """A page of suspects of one column."""

    column: Column
    lines: list[Suspect]
    total: int
    page: int

    @property
    def last(self) -> int:
        """1-based place of the last one shown."""
        return (self.page - 1) * PAGE + len(self.lines)


@router.get("/datasets/{dataset_id}/suspects/{set_id}")
def show(request: Request, db: Db, person: Person, dataset_id: str, set_id: str, page: str = "1") -> Response:
    """The suspects, the most doubtful first."""
    shown = get_shown(request, db, person, dataset_id)
    counterpart = find_counterpart(db, shown.version, set_id)
    if counterpart not in (None, set_id):  # the table went on since that address was made
        return RedirectResponse(f"{shown.base}/suspects/{counterpart}", status_code=303)
    return show_suspects(request, db, person, shown, set_id, page)


def show_suspects(
    request: Request, db: Session, person: User, shown: Shown, set_id: str, page: str, refusal: str = ""
) -> Response:
    """A page of the list, also after a refusal."""
    found = read_suspects(request, db, person, shown, set_id, read_page_number(page))
    beside = [c for c in shown.schema.columns if c.id != found.column.id and c.role != "constant"]
    image = next((c for c in beside if c.type == "image"), None)
    context = {
        "shown": shown,
        "tabs": tabs(shown.base, "table"),
        "suspects": found,
        "set_id": set_id,
        "refusal": refusal,
        "image": image,
        "beside": [c for c in beside if c.type not in ("image", "audio", "mask", "boxes")][:MOST_SHOWN],
        "cell": lambda row, column: row.cells[shown.schema.columns.index(column)],
        "text": say.cell_text,
    }
    return render(request, "exploring/suspects.html", context, status=422 if refusal else 200)


@router.post("/datasets/{dataset_id}/suspects/{set_id}")
def mend(
    request: Request,
    db: Db,
    person: Person,
    dataset_id: str,
    set_id: str,
    does: Annotated[str, Form(max_length=10)] = "",
    row: Annotated[list[int] | None, Form(max_length=PAGE)] = None,
    page: str = "1",
) -> Response:
    """Write the ticked labels as suggested, or leave their rows out; leads to the table that is made by that."""
    get_changeable(db, person, Dataset, dataset_id)
    shown = get_shown(request, db, person, dataset_id)
    authorize(person, "change", shown.dataset)
    if not row:
        none = _("No row was ticked. Tick those whose label is wrong.")
        return show_suspects(request, db, person, shown, set_id, page, none)
    store: Store = request.app.state.store
    path, target = find_set(request, db, person, shown, set_id)
    suggested = dict(
        zip(*(pq.read_table(path)[name].to_pylist() for name in ("row", "suggested")), strict=True)
    )
    strange = [number for number in row if number not in suggested]
    if strange:
        raise BadInput(_("Row {n} is not among these. Open the list again.").format(n=f"{strange[0] + 1:,}"))
    rows = sorted(set(row))
    roots = root_rows(store, shown.version, rows)
    step: Step
    if does == "exclude":
        step, note = (
            Exclude(rows=sorted(roots), reason=_("label likely wrong")),
            _("{n} with a wrong label left out"),
        )
    else:
        cells = {root: suggested[number] for root, number in zip(roots, rows, strict=True)}
        step, note = Relabel(column=target.id, cells=cells), _("{n} relabelled as suggested")
    said = _("1 row") if len(rows) == 1 else _("{n} rows").format(n=f"{len(rows):,}")
    add_steps(db, store, person, shown.dataset, [step], note.format(n=said), of=shown.version)
    return RedirectResponse(shown.base, status_code=303)


def read_suspects(
    request: Request, db: Session, person: User, shown: Shown, set_id: str, page: int
) -> Suspects:
    """A page of suspects; one past the end becomes the last."""
    path, column = find_set(request, db, person, shown, set_id)
    table = pq.read_table(path)
    page = min(page, max(1, -(-table.num_rows // PAGE)))
    some = table.slice((page - 1) * PAGE, PAGE)
    place = shown.schema.columns.index(column)
    rows = read_numbers(shown.folder, shown.schema, some["row"].to_pylist())
    lines = [
        Suspect(
            row,
            "" if row.cells[place] is None else say.cell_text(column, row.cells[place]),
            str(suggested),
            score,
        )
        for row, suggested, score in zip(
            rows, some["suggested"].to_pylist(), some["score"].to_pylist(), strict=True
        )
    ]
    return Suspects(column, lines, table.num_rows, page)


def find_set(request: Request, db: Session, person: Person, shown: Shown, set_id: str) -> tuple[str, Column]:
    """The file of a set of suspects, and the column whose labels they doubt; raises NotFound for any other set."""
    picked = get_row_set(db, request.app.state.store, person, shown.version, set_id)
    looks = db.scalars(select(Audit).where(Audit.version_id == shown.version.id))
    target = next((look.target for look in looks if set_id in look.sets.values()), None)
    if target is None or "suggested" not in pq.read_schema(picked.path).names:
        raise NotFound(_("Nothing is suggested for these rows."))
    return str(picked.path), shown.schema.column(target)
