"""What training will see: real examples before and after, drawn by the predictor with the functions of the loop."""

import base64
from dataclasses import dataclass, field
from typing import Annotated, Any
from urllib.parse import urlencode

import pyarrow as pa
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse

from app.datasets.engine import SOURCE, open_engine
from app.datasets.media import HEADERS, find_picture, open_arrow
from app.datasets.service import read_profile, read_schema
from app.datasets.tables import DatasetVersion
from app.errors import NotFound
from app.pages import Db, number, render, wants_fragment, words
from app.people.authorize import get_readable
from app.people.session import Person
from app.predictor import PredictorAway, ask_predictor
from app.projects.routes import find_facts
from app.projects.service import find_baseline_job, question_of
from app.projects.stations import Station, stations
from app.projects.tables import Project
from app.recipes.augment import augmentation_views, read_augmented, write_augmented
from app.storage import Store
from trainer.contract.augmentations import list_cards, on
from trainer.contract.dataset import Column, ColumnType, Schema
from trainer.contract.recipe import Augmentation, Encoding, Question

_ = words.gettext

router = APIRouter()

SHOWN: dict[ColumnType, int] = {"image": 3, "audio": 3, "text": 4, "number": 4}
"""Examples of a column."""
TURNS = range(1, 5)
"""Draws of each."""
LONGEST_TEXT = 400
KINDS: dict[ColumnType, str] = {"image": "png", "audio": "wav"}
DRAWN = {"png": "image/png", "wav": "audio/wav"}


@dataclass(frozen=True)
class Example:
    """One training example and how it is shown, drawn anew for each of the draws."""

    row: int
    original: str
    """Its cell, or the address of its picture or sound as it was brought."""
    encoded: str
    """A picture at the size of training."""
    draws: list[str] = field(default_factory=list)
    """Addresses of pictures or sounds, or changed texts and numbers."""


@dataclass(frozen=True)
class Ground:
    """The column that is looked at, and where it lies."""

    project: Project
    version: DatasetVersion
    schema: Schema
    column: Column
    question: Question | None
    augmentation: Augmentation
    errors: dict[str, str]


def column_ground(request: Request, db: Db, person: Person, project_id: str, column_id: str) -> Ground:
    """The column of this address with what is said in its query; raises NotFound where nothing can be changed in it."""
    project = get_readable(db, person, Project, project_id)
    version = db.get_one(DatasetVersion, project.version_id)
    schema = read_schema(request.app.state.store, version)
    column = next((column for column in schema.columns if column.id == column_id), None)
    if column is None or not list_cards(column.type):
        raise NotFound(_("This table has no column of that name in which training could change something."))
    asked = question_of(project) or Question(target="", inputs=[], task="classification", metric="accuracy")
    augmentation, _refused, errors = read_augmented(column.type, request.query_params, asked, on())
    return Ground(project, version, schema, column, question_of(project), augmentation, errors)


ColumnGround = Annotated[Ground, Depends(column_ground)]


@dataclass(frozen=True)
class Looked:
    """What was read of the data before the predictor is asked."""

    rows: list[int]
    cells: dict[int, Any]
    deviation: float
    stations: list[Station]


def look_at_column(request: Request, db: Db, ground: ColumnGround) -> Looked:
    """The examples to show, and their cells where these are drawn as words."""
    store: Store = request.app.state.store
    rows = example_rows(db, store, ground)
    cells = {} if ground.column.type in KINDS else read_cells(store, ground, rows)
    found = read_profile(store, ground.version).columns[ground.column.id]
    rail = [] if wants_fragment(request) else stations(db, store, ground.project, "model")
    return Looked(rows, cells, found.deviation or 1.0, rail)


@router.get("/projects/{project_id}/augmentation/{column_id}")
async def show(
    request: Request, ground: ColumnGround, looked: Annotated[Looked, Depends(look_at_column)]
) -> HTMLResponse:
    """What may be changed in a column, with previews; for htmx the previews alone."""
    store: Store = request.app.state.store
    away, examples = "", list[Example]()
    try:
        examples = await make_examples(store, ground, looked)
    except PredictorAway as refusal:
        away = refusal.sentence  # what can be changed is told all the same
    context: dict[str, Any] = {
        "project": ground.project,
        "column": ground.column,
        "away": away,
        "views": augmentation_views(ground.column.type, ground.augmentation, {}, ground.errors),
        "examples": examples,
        "size": Encoding().image_size,
        "augmentation": ground.augmentation,
        "stations": looked.stations,
        "running_count": 0,
    }
    block = "previews" if "previews" in request.headers.get("HX-Target", "") else None
    return render(request, "recipes/augmentation.html", context, block=block)


@router.get("/projects/{project_id}/previews/{column_id}/{row}")
async def draw(request: Request, ground: ColumnGround, row: int, draw: int = 0) -> Response:
    """One picture or sound as training would see it in this draw; draw 0 is without changes."""
    store: Store = request.app.state.store
    kind = KINDS.get(ground.column.type)
    if kind is None:
        raise NotFound(_("Only pictures and sounds are drawn one by one."))
    question = {"changes": ground.augmentation.changes, "seed": 0, "draw": min(max(draw, 0), 10_000)}
    path = store.version(ground.version.hash).media(ground.column.id)
    if kind == "png":
        picture = find_picture(path, row)
        if picture is None:
            raise NotFound(_("This row has no picture."))
        sent = base64.b64encode(picture.content).decode()
        question |= {"kind": "picture", "image": sent, "size": Encoding().image_size}
    else:
        question |= {"kind": "sound", "sound": base64.b64encode(find_sound(path, row)).decode()}
    answer = await ask_predictor(store.predictor_socket, {"preview": question})
    content = base64.b64decode(answer["preview"][kind])
    return Response(content, media_type=DRAWN[kind], headers=HEADERS)


def find_sound(path: Any, row: int) -> bytes:
    """The FLAC of a row; raises NotFound."""
    table: pa.Table | None = open_arrow(path) if path.is_file() else None
    if table is None or not 0 <= row < table.num_rows:
        raise NotFound(_("This table has no such sound."))
    content = table.column("bytes")[row].as_py()
    if content is None:
        raise NotFound(_("This row has no sound."))
    return bytes(content)


def example_rows(db: Db, store: Store, ground: Ground) -> list[int]:
    """Rows to show: of the training part where the split is counted, else the first with a cell."""
    facts = find_facts(find_baseline_job(db, ground.project))
    count = SHOWN[ground.column.type]
    wanted = facts.examples[: 4 * count] if facts else []
    cells = read_cells(store, ground, wanted)
    rows = [row for row in wanted if cells.get(row) is not None]
    if len(rows) < count:
        place = str(store.version(ground.version.hash).table)
        found = (
            open_engine(store.datasets)
            .cursor()
            .execute(
                f'SELECT file_row_number FROM {SOURCE} WHERE "{ground.column.id}" IS NOT NULL LIMIT ?',  # noqa: S608 - our id
                [place, count],
            )
            .fetchall()
        )
        rows += [int(row) for (row,) in found if row not in rows]
    return rows[:count]


def read_cells(store: Store, ground: Ground, rows: list[int]) -> dict[int, Any]:
    """The cells of the column in these rows."""
    numbers = ", ".join(str(int(row)) for row in rows) or "-1"
    found = (
        open_engine(store.datasets)
        .cursor()
        .execute(
            f'SELECT file_row_number, "{ground.column.id}" FROM {SOURCE} WHERE file_row_number IN ({numbers})',  # noqa: S608 - our ids
            [str(store.version(ground.version.hash).table)],
        )
        .fetchall()
    )
    return {int(row): cell for row, cell in found}


async def make_examples(store: Store, ground: Ground, looked: Looked) -> list[Example]:
    """The examples with their draws: addresses of media, cells as they become."""
    if ground.column.type in KINDS:
        return [
            media_example(ground.project, ground.version, ground.column, ground.augmentation, row)
            for row in looked.rows
        ]
    return [
        Example(
            row, shown(cell), "", [await ask_cell(store, ground, cell, looked.deviation, n) for n in TURNS]
        )
        for row, cell in looked.cells.items()
    ]


async def ask_cell(store: Store, ground: Ground, cell: Any, deviation: float, turn: int) -> str:
    """A text or number in one draw."""
    asked: dict[str, Any] = {"changes": ground.augmentation.changes, "seed": 0, "draw": turn}
    if ground.column.type == "text":
        answer = await ask_predictor(
            store.predictor_socket, {"preview": asked | {"kind": "text", "text": shown(cell)}}
        )
        return str(answer["preview"]["text"])
    asked |= {"kind": "numbers", "numbers": [float(cell)], "deviations": [deviation]}
    answer = await ask_predictor(store.predictor_socket, {"preview": asked})
    return number(answer["preview"]["numbers"][0])


def shown(cell: Any) -> str:
    """A cell in words."""
    return number(cell) if isinstance(cell, float) else str(cell)[:LONGEST_TEXT]


def media_example(
    project: Project, version: DatasetVersion, column: Column, augmentation: Augmentation, row: int
) -> Example:
    """A picture or sound by the addresses of its draws; the version's hash in them lets browsers keep them."""
    place = f"/projects/{project.id}/previews/{column.id}/{row}"
    kept = {"v": version.hash[:12]}
    draws = [
        f"{place}?{urlencode(kept | {'draw': str(turn)} | write_augmented(augmentation))}" for turn in TURNS
    ]
    plain = f"{place}?{urlencode(kept | {'draw': '0'})}"
    original = f"/datasets/{project.dataset_id}/media/{column.id}/{row}?v={version.hash[:12]}"
    return Example(row, original if column.type == "image" else plain, plain, draws)


def picture_examples(db: Db, store: Store, project: Project, version: DatasetVersion, schema: Schema, column: Column,
                     augmentation: Augmentation) -> list[Example]:  # fmt: skip
    """The examples of the Model page: pictures by their addresses."""
    ground = Ground(project, version, schema, column, question_of(project), augmentation, {})
    return [
        media_example(project, version, column, augmentation, row) for row in example_rows(db, store, ground)
    ]
