"""COCO: JSON files that list pictures, categories and boxes in pixels. Several files are the parts of a split."""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from trainer.sources.brought import Entry
from trainer.sources.layouts.plan import Box, Boxes, Cell, Field, Fit, Plan, Row
from trainer.sources.layouts.tree import Finder, Tree, counted, part_in
from trainer.sources.rejects import Rejects
from trainer.sources.zips import Damaged, label

MOST_NOTES = 128 << 20
LISTS = ("images", "annotations", "categories")


@dataclass(frozen=True)
class Notes:
    """One annotation file, as far as it is understood."""

    entry: Entry
    images: list[dict[str, Any]]
    boxes: dict[Any, list[dict[str, Any]]]
    """Picture's id -> its annotations."""
    names: dict[Any, str]
    """Category's id -> its name."""


def look(tree: Tree) -> Fit:
    """Fits where a JSON file has COCO's three lists and pictures are there."""
    if not tree.kinds["json"]:
        return Fit("There is no JSON file.")
    if not tree.pictures:
        return Fit("There are no pictures.")
    found, why = find_notes(tree)
    if not found:
        return Fit(why)
    images = sum(len(notes.images) for notes in found)
    boxes = sum(len(listed) for notes in found for listed in notes.boxes.values())
    names = {name for notes in found for name in notes.names.values()}
    files = ", ".join(f"‘{notes.entry.file}’" for notes in found[:3])
    return Fit(
        f"{files} {'lists' if len(found) == 1 else 'list'} {counted(images, 'picture', 'pictures')}, "
        f"{counted(boxes, 'box', 'boxes')} and {counted(len(names), 'category', 'categories')}.",
        partial(plan, tree, found),
    )


def find_notes(tree: Tree) -> tuple[list[Notes], str]:
    """The annotation files, and why the last one is none."""
    found: list[Notes] = []
    why = ""
    for entry in tree.kinds["json"]:
        try:
            found.append(read_notes(entry))
        except Damaged as error:
            why = f"‘{entry.file}’ is no COCO file: {error}."
    return found, why


def read_notes(entry: Entry) -> Notes:
    """A COCO file of boxes. Raises Damaged in words."""
    try:
        read = json.loads(entry.read(MOST_NOTES))
    except (ValueError, RecursionError) as error:
        if isinstance(error, Damaged):
            raise
        raise Damaged("it is not valid JSON") from error
    lists = [read.get(key) if isinstance(read, dict) else None for key in LISTS]
    missing = next(
        (key for key, value in zip(LISTS, lists, strict=True) if not isinstance(value, list)), None
    )
    if missing:
        raise Damaged(f"it has no list ‘{missing}’")
    images, annotations, categories = (
        [one for one in value if isinstance(one, dict)] for value in lists if value is not None
    )
    if annotations and not any("bbox" in one for one in annotations):
        raise Damaged("its annotations have no ‘bbox’")
    boxes: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    for one in annotations:
        boxes[key_of(one.get("image_id"))].append(one)
    names = {key_of(one.get("id")): label(str(one.get("name", one.get("id")))) for one in categories}
    return Notes(entry, images, boxes, names)


def key_of(id: object) -> object:
    """An id as the key of a dictionary: lists and objects are no ids."""
    return id if isinstance(id, int | str) else str(id)


def plan(tree: Tree, found: list[Notes], rejects: Rejects) -> Plan:
    """A row for each picture that is listed and there."""
    finder = Finder(tree, tree.pictures)
    parts = [part_in(notes.entry.file) or tree.part(notes.entry) for notes in found]
    split = len(found) > 1 and any(parts)
    listed: list[tuple[Entry, Notes, dict[str, Any], str | None]] = []
    for notes, part in zip(found, parts, strict=True):
        for image in notes.images:
            picture = finder.find(str(image.get("file_name", "")), near=notes.entry.folder)
            if isinstance(picture, str):
                rejects.add(notes.entry.label, None, f"a picture that it lists is missing: {picture}")
            else:
                listed.append((picture, notes, image, part))
    used = [notes.entry for notes in found] + [picture for picture, *_ in listed]
    tell_unlisted(tree, rejects, used)
    findings = tree.reject_rest(rejects, [*used, *tree.pictures], "pictures and their COCO files")

    def rows() -> Iterator[Row]:
        for picture, notes, image, part in listed:
            cells: list[Cell] = [picture, boxes_of(notes, image, picture, rejects)]
            yield Row([*cells, *([part] if split else [])], picture.label)

    fields = [Field("photo", "image"), Field("boxes", "boxes", of=0)]
    if split:
        fields.append(Field("part", "part", "names of the annotation files"))
    source = f"{tree.brought.words} of pictures with boxes (COCO)"
    return Plan(fields, rows(), len(listed), source, findings)


def tell_unlisted(tree: Tree, rejects: Rejects, used: list[Entry]) -> None:
    """Pictures that no annotation file lists."""
    taken = {id(entry) for entry in used}
    for entry in tree.pictures:
        if id(entry) not in taken:
            rejects.add(entry.label, None, "no annotation file lists the picture")


def boxes_of(notes: Notes, image: dict[str, Any], picture: Entry, rejects: Rejects) -> Boxes:
    """The boxes of a picture, in its pixels; those that are no boxes are told."""
    found: list[Box] = []
    for one in notes.boxes.get(key_of(image.get("id")), []):
        place = one.get("bbox")
        name = notes.names.get(key_of(one.get("category_id")))
        numbers = isinstance(place, list) and len(place) == 4 and all(is_number(value) for value in place)
        if not numbers:
            rejects.add(
                picture.label, None, f"a box of it in ‘{notes.entry.file}’ is not four numbers", str(place)
            )
        elif name is None:
            said = f"a box of it in ‘{notes.entry.file}’ names category {one.get('category_id')!r}, which is not listed"
            rejects.add(picture.label, None, said, str(place))
        else:
            found.append((name, *(float(value) for value in place)))  # type: ignore[arg-type, union-attr]
    width, height = image.get("width"), image.get("height")
    size = (
        (width, height)
        if isinstance(width, int) and isinstance(height, int) and width > 0 and height > 0
        else None
    )
    return Boxes(found, pixels=True, size=size, file=notes.entry.file)


def is_number(value: object) -> bool:
    """A whole or broken number, no truth value."""
    return isinstance(value, int | float) and not isinstance(value, bool)
