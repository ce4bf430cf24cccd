"""The rows that a person picked on a page: some by their numbers, or all that a view shows."""

import re
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import parse_qsl

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy.orm import Session

from app.datasets.conditions import Picked
from app.datasets.grid import list_numbers
from app.datasets.picks import find_picked
from app.datasets.tables import DatasetVersion, RowSet
from app.datasets.view import View, read_view
from app.db import new_id
from app.errors import BadInput
from app.people.tables import User
from app.storage import Store
from trainer.contract.dataset import Profile, Schema, VersionFolder

MOST = 5_000_000
"""Rows of a set. More is nearly always the table itself."""
LONGEST_NAME = 100


class Sent(Protocol):
    """The fields by which a form says what is selected."""

    view: str
    """The view in which the rows were picked, as a query."""
    rows: str
    """Numbers of rows: ``3,17,…``."""
    all: str
    """``1``: all rows of the view."""


@dataclass(frozen=True)
class Selection:
    """Rows by number, ascending; or, with ``numbers`` None, all of ``view``."""

    view: View
    picked: Picked | None
    numbers: tuple[int, ...] | None


def read_selection(
    db: Session,
    store: Store,
    person: User,
    version: DatasetVersion,
    schema: Schema,
    profile: Profile,
    bar: Sent,
) -> Selection:
    """The rows that a form says; raises BadInput in words for none, and for some that are not there."""
    view = read_view(parse_qsl(bar.view, keep_blank_values=True), schema)
    picked = find_picked(db, store, person, version, profile, view)
    if bar.all == "1":
        return Selection(view, picked, None)
    text = bar.rows
    if not re.fullmatch(r"\s*\d{1,12}(\s*,\s*\d{1,12})*\s*", text):
        raise BadInput("No rows are selected. Tick some in the table first.")
    numbers = sorted({int(number) for number in text.split(",")})
    if numbers[-1] >= schema.rows:
        raise BadInput(f"There is no row {numbers[-1]:,}: the table has {schema.rows:,}, counted from 0.")
    return Selection(view, picked, tuple(numbers))


def numbers_of(folder: VersionFolder, schema: Schema, selection: Selection) -> list[int]:
    """The rows of a selection, ascending; raises BadInput in words where there are none."""
    if selection.numbers is not None:
        return list(selection.numbers)
    numbers = list_numbers(folder, schema, selection.view, selection.picked, most=MOST)
    if not numbers:
        raise BadInput("No row fits these filters, so there is nothing to select.")
    if len(numbers) > MOST:
        raise BadInput(f"A set may hold {MOST:,} rows; these filters show more. Narrow them first.")
    return numbers


def save_rows(
    db: Session, store: Store, owner: User, version: DatasetVersion, numbers: list[int], name: str, kind: str
) -> RowSet:
    """A named set of rows of this version."""
    name = name.strip()[:LONGEST_NAME] or f"{len(numbers):,} rows"
    saved = RowSet(
        id=new_id(), owner_id=owner.id, version_id=version.id, name=name, kind=kind, count=len(numbers)
    )
    path = store.row_set(saved.id)
    unscored = pa.nulls(len(numbers), pa.float64())
    pq.write_table(pa.table({"row": pa.array(numbers, pa.int64()), "score": unscored}), path)
    db.add(saved)
    db.flush()
    return saved
