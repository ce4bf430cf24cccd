"""The rows that come up for labelling: without a label first, or those of a set, or what a job ranked."""

from dataclasses import dataclass, replace
from typing import Any

import pyarrow.parquet as pq
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.datasets.audits import find_suspects
from app.datasets.engine import SOURCE, ask
from app.datasets.routes import Shown
from app.datasets.tables import RowSet
from app.datasets.words import cell_text
from app.errors import NotFound
from app.labels.tables import Mark, Sitting
from app.pages import words
from app.storage import Store
from trainer.contract.dataset import Column

_ = words.gettext
AT_ONCE = 48
FACTS = 8
"""Cells of a row that are shown where it has neither picture, nor sound, nor text."""


@dataclass(frozen=True)
class Candidate:
    """A row to label."""

    number: int
    value: str | None
    excluded: bool
    facts: list[tuple[str, str]]
    """Names and cells in words."""
    text: str
    present: bool
    """Whether it has the picture or sound that its face is."""
    suggested: str | None = None
    """What its label should perhaps be, says a deeper look."""


@dataclass(frozen=True)
class Source:
    """Where rows may come from."""

    key: str
    title: str


def face_of(shown: Shown, sitting: Sitting) -> Column | None:
    """The column by which a row is recognised: its picture, sound or text."""
    columns = [column for column in shown.schema.columns if column.id != sitting.column]
    if sitting.picture is not None:
        return next((column for column in columns if column.id == sitting.picture), None)
    for type in ("image", "audio", "text"):
        found = next((c for c in columns if c.type == type and c.role != "id"), None)
        if found is not None:
            return found
    return None


def list_sources(db: Session, shown: Shown, sitting: Sitting, *, ranked: bool) -> list[Source]:
    """All there are for this version."""
    sources = [Source("unlabelled", _("Without a label")), Source("all", _("All rows"))]
    suspects = find_suspects(db, shown.version, sitting.column)
    if suspects is not None:
        sources.append(Source(suspects.id, _("Likely wrong")))
    if torn_rows(shown, sitting) is not None:
        sources.append(Source("torn", _("Under several labels")))
    if ranked:
        sources.append(Source("next", _("Worth most")))
    sets = db.scalars(select(RowSet).where(RowSet.version_id == shown.version.id).order_by(RowSet.created_at))
    return sources + [Source(one.id, one.name) for one in sets if one is not suspects]


def torn_rows(shown: Shown, sitting: Sitting) -> str | None:
    """The name of the rows that stand more than once, under different labels of this column."""
    found = (f for f in shown.profile.findings if f.kind == "labels" and sitting.column in f.columns)
    return next((finding.rows for finding in found), None)


def read_candidates(
    db: Session, store: Store, shown: Shown, sitting: Sitting, marks: dict[int, Mark], key: str, after: int,
    ranked: list[int],
) -> list[Candidate]:  # fmt: skip
    """The next rows of a source. ``after``: the place in it, or for rows without a label the row, to go on from."""
    there = any(column.id == sitting.column for column in shown.schema.columns)
    where, order, bound = "true", "file_row_number", list[Any]()
    if key == "unlabelled":
        where = "file_row_number >= ? AND NOT (file_row_number IN (SELECT unnest(?::BIGINT[])))"
        bound = [after, [row for row, one in marks.items() if one.value is not None or one.excluded]]
        where += f' AND "{sitting.column}" IS NULL' if there else ""
        after = 0
    elif key == "next":
        wanted = [row for row in ranked if row not in marks][after : after + AT_ONCE]
        by_number = {
            one.number: one
            for one in query(
                shown, sitting, marks, "file_row_number IN (SELECT unnest(?::BIGINT[]))", order, [wanted], 0
            )
        }
        return [by_number[row] for row in wanted if row in by_number]
    elif key != "all":
        place = find_set(db, store, shown, sitting, key)
        where = "file_row_number IN (SELECT row FROM read_parquet(?))"
        score = "(SELECT any_value(score) FROM read_parquet(?) AS s WHERE s.row = version.file_row_number)"
        order = f"{score} DESC NULLS LAST, file_row_number"
        found = query(shown, sitting, marks, where, order, [place, place], after)
        return suggest(db, shown, sitting, key, place, found)
    return query(shown, sitting, marks, where, order, bound, after)


def find_set(db: Session, store: Store, shown: Shown, sitting: Sitting, key: str) -> str:
    """The file with the rows of a set, or of those that stand under several labels."""
    torn = torn_rows(shown, sitting) if key == "torn" else None
    if torn is not None:
        return str(shown.folder.rows(torn))
    found = db.get(RowSet, key) if "\x00" not in key else None
    if found is None or found.version_id != shown.version.id:
        raise NotFound("There is no such set of rows in this version.")
    return str(store.row_set(found.id))


def suggest(
    db: Session, shown: Shown, sitting: Sitting, key: str, place: str, candidates: list[Candidate]
) -> list[Candidate]:
    """The same, with what a deeper look suggests where the rows are its suspects."""
    suspects = find_suspects(db, shown.version, sitting.column)
    if suspects is None or suspects.id != key:
        return candidates
    table = pq.read_table(place, columns=["row", "suggested"])
    suggested = dict(zip(table["row"].to_pylist(), table["suggested"].to_pylist(), strict=True))
    known = {row: label for row, label in suggested.items() if label in sitting.labels}
    return [replace(one, suggested=known.get(one.number)) for one in candidates]


def query(
    shown: Shown,
    sitting: Sitting,
    marks: dict[int, Mark],
    where: str,
    order: str,
    bound: list[Any],
    skip: int,
) -> list[Candidate]:
    """Rows of the version by a condition of ours, with the labels that wait."""
    columns = shown.schema.columns
    names = ", ".join(f'"{column.id}"' for column in columns)
    sql = f"SELECT file_row_number, {names} FROM {SOURCE} AS version WHERE {where} ORDER BY {order} LIMIT ? OFFSET ?"  # noqa: S608
    rows = ask(shown.folder.path.parent, sql, [str(shown.folder.table), *bound, AT_ONCE, skip])
    face = face_of(shown, sitting)
    found = []
    for number, *cells in rows:
        by_id = {column.id: cell for column, cell in zip(columns, cells, strict=True)}
        waiting = marks.get(number)
        value = waiting.value if waiting is not None else by_id.get(sitting.column)
        facts = [
            (column.name, "–" if by_id[column.id] is None else cell_text(column, by_id[column.id])[:200])
            for column in columns
            if column.id != sitting.column
            and column is not face
            and column.type not in ("image", "audio", "mask", "boxes")
        ]
        said = by_id.get(face.id) if face is not None else None
        found.append(
            Candidate(
                int(number),
                value,
                bool(waiting and waiting.excluded),
                facts[:FACTS],
                str(said or ""),
                said is not None,
            )
        )
    return found
