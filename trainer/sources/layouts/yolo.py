"""YOLO: beside each picture a text file with a line for each box: class, middle, width and height in shares."""

import math
import re
from collections.abc import Iterator
from functools import partial

from trainer.sources.brought import Entry
from trainer.sources.layouts.plan import Box, Boxes, Cell, Field, Fit, Plan, Row
from trainer.sources.layouts.tree import NOTED, Tree, counted, decode, plain
from trainer.sources.rejects import Rejects
from trainer.sources.zips import Damaged, label

LOOKED = 20
"""Label files whose first line is looked at."""
NAME_FILES = ("classes.txt", "obj.names", "_darknet.labels", "labels.txt")
CONFIGS = ("yaml", "yml")
MAPPED = re.compile(r"^\s+(\d+)\s*:\s*(.+?)\s*$")
LISTED = re.compile(r"^\s*-\s+(.+?)\s*$")
SLACK = 1e-3
"""Shares are rounded in such files: this much over the edge is on the edge."""


def look(tree: Tree) -> Fit:
    """Fits where text files of the right names hold lines of numbers."""
    if not tree.pictures:
        return Fit("There are no pictures.")
    pairs = find_labels(tree)
    if not pairs:
        return Fit("No picture has a text file of its own name, beside it or in a folder ‘labels’.")
    looked = 0
    for entry in list(pairs.values())[:LOOKED]:
        try:
            line = next((line for line in decode(entry.read(NOTED)).splitlines() if line.strip()), "")
            if line:
                read_line(line)
                looked += 1
        except Damaged as error:
            return Fit(f"‘{entry.file}’ is no label file: {error}.")
    if not looked:
        return Fit("The text files beside the pictures are empty.")
    return Fit(
        f"{counted(len(pairs), 'picture', 'pictures')} with a text file of class numbers and boxes.",
        partial(plan, tree, pairs),
    )


def find_labels(tree: Tree) -> dict[int, Entry]:
    """Picture's place in ``tree.pictures`` -> its label file: the same path with ``labels`` for ``images``."""
    texts = {plain(entry.name.rpartition(".")[0]): entry for entry in tree.texts}
    found: dict[int, Entry] = {}
    for place, picture in enumerate(tree.pictures):
        path = plain(picture.name.rpartition(".")[0])
        folders = path.split("/")
        for n in range(len(folders) - 1):
            if folders[n] in ("images", "img", "imgs"):
                other = "/".join([*folders[:n], "labels", *folders[n + 1 :]])
                if other in texts:
                    found[place] = texts[other]
        if place not in found and path in texts:
            found[place] = texts[path]
    return found


def plan(tree: Tree, pairs: dict[int, Entry], rejects: Rejects) -> Plan:
    """A row for each picture; one without a label file has no objects, as the format says."""
    names, config = find_names(tree)
    used = [*tree.pictures, *pairs.values(), *config]
    taken = {id(entry) for entry in used}
    for entry in tree.texts:
        if id(entry) not in taken and "labels" in plain(entry.folder).split("/"):
            rejects.add(entry.label, None, "there is no picture of this name")
            used.append(entry)
    findings = tree.reject_rest(rejects, used, "pictures and their label files")
    bare = len(tree.pictures) - len(pairs)
    if bare:
        findings.append(
            f"{counted(bare, 'picture has', 'pictures have')} no label file: in this format that means that nothing "
            "is to be seen on them."
        )
    if not names:
        findings.append(
            "No file names the classes (data.yaml or classes.txt): they are called by their numbers."
        )
    split = any(tree.part(picture) for picture in tree.pictures)

    def rows() -> Iterator[Row]:
        for place, picture in enumerate(tree.pictures):
            boxes = boxes_of(pairs[place], names, rejects) if place in pairs else Boxes([], pixels=False)
            cells: list[Cell] = [picture, boxes]
            yield Row([*cells, *([tree.part(picture)] if split else [])], picture.label)

    fields = [Field("photo", "image"), Field("boxes", "boxes", of=0)]
    if split:
        fields.append(Field("part", "part", "names of the folders"))
    return Plan(
        fields, rows(), len(tree.pictures), f"{tree.brought.words} of pictures with boxes (YOLO)", findings
    )


def boxes_of(entry: Entry, names: dict[int, str], rejects: Rejects) -> Boxes:
    """The boxes of a label file; lines that are none are told."""
    found: list[Box] = []
    try:
        lines = decode(entry.read(NOTED)).splitlines()
    except Damaged as error:
        rejects.add(entry.label, None, str(error))
        lines = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            kind, *place = read_line(line)
        except Damaged as error:
            rejects.add(entry.label, number, str(error), line)
        else:
            found.append((names.get(int(kind), str(int(kind))), *place))  # type: ignore[arg-type]
    return Boxes(found, pixels=False, file=entry.file)


def read_line(line: str) -> tuple[float, float, float, float, float]:
    """Class, x, y, width and height of a line: of a box, or of the box around an outline. Raises Damaged in words."""
    try:
        kind, *numbers = (float(word) for word in line.split())
    except ValueError:
        raise Damaged("a line is not made of numbers") from None
    if kind != int(kind) or kind < 0 or not all(map(math.isfinite, numbers)):
        raise Damaged("a line does not start with the number of a class")
    if len(numbers) in (4, 5):
        x, y, width, height = numbers[:4]
        left, top = x - width / 2, y - height / 2
    elif len(numbers) > 5 and len(numbers) % 2 == 0:
        xs, ys = numbers[::2], numbers[1::2]
        left, top = min(xs), min(ys)
        width, height = max(xs) - left, max(ys) - top
    else:
        raise Damaged(f"a line has {len(numbers) + 1} numbers; a box has 5: class, x, y, width, height")
    if min(left, top) < -SLACK or left + width > 1 + SLACK or top + height > 1 + SLACK:
        raise Damaged("the box lies outside of the picture: its numbers are no shares from 0 to 1")
    if width <= 0 or height <= 0:
        raise Damaged("the box has no area")
    return kind, left, top, width, height


def find_names(tree: Tree) -> tuple[dict[int, str], list[Entry]]:
    """What the classes are called, and the files that say so."""
    config = [entry for ending in CONFIGS for entry in tree.kinds[ending]]
    listed = [
        entry
        for entry in [*tree.texts, *tree.kinds["names"], *tree.kinds["other"]]
        if entry.file.casefold() in NAME_FILES
    ]
    names: dict[int, str] = {}
    for entry in [*config, *listed]:
        try:
            text = decode(entry.read(NOTED))
        except Damaged:
            continue
        if not names:
            lines = [line.strip() for line in text.splitlines() if line.strip()]
            names = names_of(text) if entry in config else {n: label(line) for n, line in enumerate(lines)}
    return names, config + listed


def names_of(text: str) -> dict[int, str]:
    """The ``names`` of a data.yaml: a list or a mapping, in either of YAML's ways to write them.

    Only this one key is read; YAML's references and types are not.
    """
    lines = text.splitlines()
    start = next((n for n, line in enumerate(lines) if line.startswith("names:")), None)
    if start is None:
        return {}
    rest = lines[start].removeprefix("names:").split(" #")[0].strip()
    if rest.startswith(("[", "{")):
        return flow_names(" ".join([rest, *lines[start + 1 :]]))
    found: dict[int, str] = {}
    for line in lines[start + 1 :]:
        if line.strip() and not line.startswith((" ", "-", "\t")):
            break
        if mapped := MAPPED.match(line):
            found[int(mapped[1])] = unquoted(mapped[2])
        elif listed := LISTED.match(line):
            found[len(found)] = unquoted(listed[1])
    return found


def flow_names(text: str) -> dict[int, str]:
    """``[cat, 'dog']`` or ``{0: cat, 1: dog}``."""
    inside = text[1:].partition("]" if text.startswith("[") else "}")[0]
    found: dict[int, str] = {}
    for place, item in enumerate(part.strip() for part in inside.split(",") if part.strip()):
        number, colon, name = item.partition(":")
        if text.startswith("{") and colon and number.strip().isdecimal():
            found[int(number)] = unquoted(name)
        else:
            found[place] = unquoted(item)
    return found


def unquoted(text: str) -> str:
    """A name without its quotes."""
    return label(text.strip().strip("'\""))
