"""A row as the tensors that a network is given: the predictor applies the encoders of training to each cell."""

import asyncio
import base64
import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from app.datasets import grid, media
from app.datasets.engine import SOURCE, ask
from app.datasets.routes import Shown, get_shown
from app.errors import NotFound, Refusal
from app.pages import Db, render, wants_fragment, words
from app.people.session import Person
from app.predictor import ask_predictor
from app.storage import Store
from trainer.contract.dataset import Column, ColumnProfile, VersionFolder

router = APIRouter()

_ = words.gettext
SIDE = 64
"""Pixels of the square that pictures become."""
MOST_COLUMNS = 60
MOST_CATEGORIES = 100
FILES = ("image", "audio", "mask")


@dataclass(frozen=True)
class Asking:
    """A row, and a question to the predictor for each of its columns that becomes a tensor."""

    shown: Shown
    row: int
    questions: list[tuple[Column, dict[str, Any]]]


def questions_of(request: Request, db: Db, person: Person, dataset_id: str, row: int) -> Asking:
    """What to ask of a row; NotFound in words where there is none."""
    shown = get_shown(request, db, person, dataset_id)
    found = grid.find_row(shown.folder, shown.schema, row)
    if found is None:
        raise NotFound(f"There is no row {row:,}: the table has {shown.schema.rows:,}, counted from 0.")
    pairs = zip(shown.schema.columns, found.cells, strict=True)
    kept = [(column, cell) for column, cell in pairs if column.role in ("input", "text")][:MOST_COLUMNS]
    asked = [(column, question(shown, column, row, cell)) for column, cell in kept]
    return Asking(shown, row, [(column, one) for column, one in asked if one is not None])


@router.get("/datasets/{dataset_id}/rows/{row}/tensors")
async def show_tensors(request: Request, asking: Annotated[Asking, Depends(questions_of)]) -> HTMLResponse:
    """Each cell of a row as a tensor: shape, kind, values and picture."""
    store: Store = request.app.state.store
    told = await asyncio.gather(
        *(ask_one(store, asked) for _, asked in asking.questions), return_exceptions=True
    )
    lines: list[dict[str, Any]] = []
    for (column, asked), answer in zip(asking.questions, told, strict=True):
        if isinstance(answer, Refusal):
            lines.append({"column": column, "refused": answer.sentence})
        elif isinstance(answer, BaseException):
            raise answer
        else:
            lines.append({"column": column, "tensor": answer, "note": note_of(column, asked)})
    context = {"shown": asking.shown, "row": asking.row, "lines": lines}
    block = "tensors" if wants_fragment(request) else None
    return render(request, "exploring/tensors.html", context, block=block)


async def ask_one(store: Store, asked: dict[str, Any]) -> dict[str, Any]:
    """The tensor of one cell."""
    reply = await ask_predictor(store.predictor_socket, {"tensor": asked})
    tensor: dict[str, Any] = reply["tensor"]
    return tensor


def question(shown: Shown, column: Column, row: int, cell: Any) -> dict[str, Any] | None:
    """What the predictor must know to encode a cell; None where there is no file to encode."""
    asked: dict[str, Any] = {"type": column.type, "spec": spec_of(shown, column)}
    if column.type in FILES:
        found = media.find_content(shown.folder.media(column.id), row)
        return None if found is None else asked | {"bytes": base64.b64encode(found).decode()}
    return asked | {"cell": cell.isoformat() if hasattr(cell, "isoformat") else cell}


def spec_of(shown: Shown, column: Column) -> dict[str, Any]:
    """The encoder's spec as it comes out when all rows are learned from. A run learns from its training part only."""
    found = shown.profile.columns[column.id]
    named: dict[str, Any] = {"kind": column.type, "column": column.id, "name": column.name}
    if column.type in ("category", "tags", "boxes"):
        return named | {"categories": (column.categories or [])[:MOST_CATEGORIES]}
    if column.type in ("image", "mask"):
        return named | {"size": SIDE}
    if column.type == "datetime":
        mean, deviation, median = days_of(shown.folder, column.id)
        return named | number_spec(found, mean, deviation, median)
    return named | number_spec(found, found.mean, found.deviation, found.median)


def number_spec(
    found: ColumnProfile, mean: float | None, deviation: float | None, median: float | None
) -> dict[str, Any]:
    """Standardised, with a mark where it was missing."""
    return {
        "mode": "standard",
        "missing": "median",
        "mean": mean or 0.0,
        "deviation": deviation or 1.0,
        "median": median or 0.0,
        "flag": found.missing > 0,
    }


@functools.lru_cache(maxsize=256)
def _days(table: Path, column: str) -> tuple[float | None, float | None, float | None]:
    day = f"(epoch(\"{column}\") - epoch(TIMESTAMP '2000-01-01')) / 86400"
    sql = f"SELECT avg({day}), stddev_pop({day}), median({day}) FROM {SOURCE}"  # noqa: S608
    found = ask(table.parent.parent, sql, [str(table)])[0]
    return found[0], found[1], found[2]


def days_of(folder: VersionFolder, column: str) -> tuple[float | None, float | None, float | None]:
    """Mean, deviation and median of a column of dates, in days since 2000."""
    return _days(folder.table, column)


def note_of(column: Column, asked: dict[str, Any]) -> str:
    """What happened to the cell, in words."""
    spec = asked.get("spec") or {}
    if column.type == "number":
        said = _("minus the mean {mean}, divided by the deviation {deviation}").format(
            mean=f"{spec['mean']:.4g}", deviation=f"{spec['deviation']:.4g}"
        )
        if asked.get("cell") is not None:
            return said
        stands = _("missing: the median {median} stands in").format(median=f"{spec['median']:.4g}")
        return f"{stands}, {said}"
    return NOTES.get(column.type, "")


NOTES = {
    "category": _("one value for each category, and one for any other: 1 where it is this one"),
    "datetime": _("days since 2000, standardised; then sine and cosine of the year, the week and the day"),
    "image": _("three planes of brightness; a network sees them standardised by colour"),
    "mask": _("the number of a class for each pixel"),
    "audio": _("how loud each of 64 bands of pitch is, every hundredth of a second, in decibels"),
    "text": _(
        "the bytes of the text, one id each. A network for text learns its own vocabulary and what each piece means"
    ),
    "tags": _("one value for each label: 1 where the row has it"),
    "boxes": _("a line for each box: class, place of its upper left corner, width and height as shares"),
}
