"""The rows of a plan -> the files of a version: decoded in a pool, written in order, few in memory at a time."""

from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from trainer.contract.dataset import Profile, Schema
from trainer.sources.brought import Entry
from trainer.sources.layouts.plan import MEDIA, Box, Boxes, Field, Plan, Row
from trainer.sources.masks import read_mask
from trainer.sources.media import Thing
from trainer.sources.pictures import Picture, Unreadable, read_picture, strict_pillow
from trainer.sources.refusal import Refused
from trainer.sources.rejects import Rejects
from trainer.sources.sounds import read_sound
from trainer.sources.zips import Damaged
from trainer.work.desk import Desk
from trainer.work.reading.boxes import place_boxes
from trainer.work.reading.sheet import Sheet

IN_FLIGHT = 8
"""Rows decoded ahead per thread, and"""
FLYING_BYTES = 256 << 20
"""bytes of files in memory at once: whatever comes first bounds it."""
UNITS = {"image": "pictures", "audio": "sounds"}


class Failed(Exception):
    """A file of a row cannot be read: its name and why."""

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(f"{file}: {reason}")
        self.file = file
        self.reason = reason


@dataclass(frozen=True)
class Decoded:
    """What the files of a row hold, by the place of their column."""

    things: dict[int, Thing]
    boxes: dict[int, list[Box]]
    outside: list[str]
    """Boxes that lie outside of their picture, in words."""
    cut: int
    """Boxes that were cut at its edge."""


def read_plan(plan: Plan, desk: Desk, rejects: Rejects) -> tuple[Schema, Profile]:
    """Read every row; those whose files cannot be read are told. Raises Refused where none is left."""
    first = plan.fields[0].kind
    unit = UNITS.get(first, "files")
    total = max(1, plan.total)
    desk.begin(unit, total, unit)
    cut = 0
    told: Counter[str] = Counter()
    with Sheet(plan, desk) as sheet:
        with strict_pillow(), ThreadPoolExecutor(max_workers=desk.threads) as pool:
            for done, (row, found) in enumerate(decode(plan, pool, desk.threads), 1):
                try:
                    decoded = found.result()
                except Failed as error:
                    rejects.add(error.file, None, error.reason)
                else:
                    for words in decoded.outside:
                        rejects.add(row.file, None, words)
                    cut += decoded.cut
                    told["rows"] += 1
                    sheet.add(row, decoded.things, decoded.boxes, rejects)
                desk.progress(unit, min(done, total - 1), total, unit)
        desk.progress(unit, total, total, unit)
        if not told["rows"]:
            raise Refused(nothing_left(unit, rejects))
        if cut:
            reach = "1 box reaches" if cut == 1 else f"{cut:,} boxes reach"
            plan.findings.append(
                f"{reach} over the edge of the picture and {'was' if cut == 1 else 'were'} cut there."
            )
        return sheet.finish(rejects)


def nothing_left(unit: str, rejects: Rejects) -> str:
    """Why there is no row at all."""
    what = {"pictures": "a picture", "sounds": "a sound"}.get(unit, "something")
    if not rejects.count:
        return "There is nothing in the files that were brought."
    return f"None of the {rejects.count:,} files is {what} that can be read; for example {rejects.first}."


def decode(plan: Plan, pool: ThreadPoolExecutor, threads: int) -> Iterator[tuple[Row, "Future[Decoded]"]]:
    """Read files in this thread, decode in the pool, give back in order; few are in flight at a time."""
    waiting: deque[tuple[Row, Future[Decoded], int]] = deque()
    flying = 0
    for row in plan.rows:
        future: Future[Decoded]
        size = 0
        try:
            files = {
                place: read_file(cell) for place, cell in enumerate(row.cells) if isinstance(cell, Entry)
            }
        except Failed as error:
            future = Future()
            future.set_exception(error)
        else:
            size = sum(map(len, files.values()))
            future = pool.submit(decode_row, plan.fields, row, files)
        waiting.append((row, future, size))
        flying += size
        while len(waiting) >= IN_FLIGHT * threads or (flying > FLYING_BYTES and waiting):
            row, future, size = waiting.popleft()
            flying -= size
            yield row, future
    for row, future, _ in waiting:
        yield row, future


def read_file(entry: Entry) -> bytes:
    """The bytes of a file. Raises Failed."""
    try:
        return entry.read()
    except Damaged as error:
        raise Failed(entry.label, str(error)) from error


def decode_row(fields: list[Field], row: Row, files: dict[int, bytes]) -> Decoded:
    """Everything of a row that must be decoded: pictures first, for masks and boxes lie on them. Raises Failed."""
    things: dict[int, Thing] = {}
    boxes: dict[int, list[Box]] = {}
    outside: list[str] = []
    cut = 0
    order = sorted(range(len(fields)), key=lambda place: fields[place].kind not in ("image", "audio"))
    for place in order:
        field, cell = fields[place], row.cells[place]
        try:
            if field.kind in MEDIA and isinstance(cell, Entry):
                things[place] = decode_file(field, files[place], things)
            elif isinstance(cell, Boxes) and field.of is not None:
                placed = place_boxes(cell, picture_of(field, things))
                boxes[place] = placed.boxes
                outside += placed.outside
                cut += placed.cut
        except Unreadable as error:
            raise Failed(cell.label if isinstance(cell, Entry) else row.file, str(error)) from error
    return Decoded(things, boxes, outside, cut)


def decode_file(field: Field, data: bytes, things: dict[int, Thing]) -> Thing:
    """One file as its column has it. Raises Unreadable."""
    if field.kind == "image":
        return read_picture(data)
    if field.kind == "audio":
        return read_sound(data)
    picture = picture_of(field, things)
    source = (picture.source_width, picture.source_height)
    return read_mask(data, list(field.values), source, (picture.width, picture.height))


def picture_of(field: Field, things: dict[int, Thing]) -> Picture:
    """The picture that a mask or boxes lie on."""
    picture = things[field.of] if field.of is not None else None
    assert isinstance(picture, Picture), field
    return picture
