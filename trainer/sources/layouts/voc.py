"""Pascal VOC: an XML file for each picture, with boxes in pixels."""

from collections.abc import Iterator
from functools import partial
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from trainer.sources.brought import Entry
from trainer.sources.layouts.plan import Box, Boxes, Cell, Field, Fit, Plan, Row
from trainer.sources.layouts.tree import NOTED, PARTS, Finder, Tree, counted, decode, plain
from trainer.sources.rejects import Rejects
from trainer.sources.zips import Damaged, label

LOOKED = 20


def look(tree: Tree) -> Fit:
    """Fits where an XML file is an ``annotation`` and pictures are there."""
    notes = tree.kinds["xml"]
    if not notes:
        return Fit("There are no XML files.")
    if not tree.pictures:
        return Fit("There are no pictures.")
    why = ""
    for entry in notes[:LOOKED]:
        try:
            read_note(entry)
        except Damaged as error:
            why = f"‘{entry.file}’: {error}."
        else:
            return Fit(
                f"{counted(len(notes), 'XML file', 'XML files')} of annotations and "
                f"{counted(len(tree.pictures), 'picture', 'pictures')}.",
                partial(plan, tree),
            )
    return Fit(f"The XML files are no annotations. {why}")


def read_note(entry: Entry) -> Element:
    """The root of an annotation. Raises Damaged in words, also for XML that declares entities."""
    try:
        root: Element = fromstring(entry.read(NOTED), forbid_dtd=True)
    except DefusedXmlException:
        raise Damaged("it declares entities, which data has no use for") from None
    except (ParseError, ValueError, LookupError) as error:
        if isinstance(error, Damaged):
            raise
        raise Damaged("it is not valid XML") from error
    if root.tag != "annotation":
        raise Damaged(f"it starts with <{label(str(root.tag))[:40]}>, not with <annotation>")
    return root


def plan(tree: Tree, rejects: Rejects) -> Plan:
    """A row for each annotation whose picture is there."""
    finder = Finder(tree, tree.pictures, stems=True)
    pairs: list[tuple[Entry, Entry]] = []
    for note in tree.kinds["xml"]:
        picture = find_picture(finder, note)
        if isinstance(picture, str):
            rejects.add(note.label, None, f"its picture is missing: {picture}")
        else:
            pairs.append((picture, note))
    seen = {id(picture) for picture, _ in pairs}
    for picture in tree.pictures:
        if id(picture) not in seen:
            rejects.add(picture.label, None, "no XML file belongs to the picture")
    lists = find_lists(tree)
    used = [*tree.pictures, *tree.kinds["xml"], *(entry for entry, _ in lists)]
    findings = tree.reject_rest(rejects, used, "pictures and their XML files")
    parts = read_lists(lists)
    split = bool(parts) or any(tree.part(picture) for picture, _ in pairs)

    def rows() -> Iterator[Row]:
        for picture, note in pairs:
            try:
                boxes = boxes_of(note, rejects)
            except Damaged as error:
                rejects.add(note.label, None, str(error))
                continue
            part = parts.get(plain(picture.stem)) or tree.part(picture)
            cells: list[Cell] = [picture, boxes]
            yield Row([*cells, *([part] if split else [])], picture.label)

    fields = [Field("photo", "image"), Field("boxes", "boxes", of=0)]
    if split:
        fields.append(Field("part", "part", "the lists in ImageSets" if parts else "names of the folders"))
    source = f"{tree.brought.words} of pictures with boxes (Pascal VOC)"
    return Plan(fields, rows(), len(pairs), source, findings)


def find_picture(finder: Finder, note: Entry) -> Entry | str:
    """The picture of the annotation's own name, or else the one that it names."""
    found = finder.find(note.stem)
    if not isinstance(found, str):
        return found
    try:
        named = (read_note(note).findtext("filename") or "").strip()
    except Damaged:
        return found
    return finder.find(named) if named else found


def boxes_of(note: Entry, rejects: Rejects) -> Boxes:
    """The boxes of an annotation; objects that are none are told."""
    root = read_note(note)
    width, height = number(root.find("size"), "width"), number(root.find("size"), "height")
    size = (int(width), int(height)) if width and height and min(width, height) >= 1 else None
    found: list[Box] = []
    for thing in root.findall("object"):
        name = label((thing.findtext("name") or "").strip())
        box = thing.find("bndbox")
        left, top, right, bottom = (number(box, side) for side in ("xmin", "ymin", "xmax", "ymax"))
        if not name or left is None or top is None or right is None or bottom is None:
            rejects.add(
                note.label, None, f"an object{f' (‘{name}’)' if name else ''} has no name or no whole box"
            )
        else:
            found.append((name, left, top, right - left, bottom - top))
    return Boxes(found, pixels=True, size=size, file=note.file)


def number(element: Element | None, name: str) -> float | None:
    """The number in a child; None where there is none."""
    try:
        return float((element.findtext(name) if element is not None else None) or "")
    except ValueError:
        return None


def find_lists(tree: Tree) -> list[tuple[Entry, str]]:
    """``ImageSets/Main/train.txt`` and its like, with their parts."""
    return [
        (entry, PARTS[entry.stem.casefold()])
        for entry in tree.texts
        if "imagesets" in plain(entry.folder).split("/") and entry.stem.casefold() in PARTS
    ]


def read_lists(lists: list[tuple[Entry, str]]) -> dict[str, str]:
    """Picture's stem -> part."""
    parts: dict[str, str] = {}
    for entry, part in lists:
        try:
            lines = decode(entry.read(NOTED)).splitlines()
        except Damaged:
            continue
        parts |= {plain(line.split()[0]): part for line in lines if line.strip()}
    return parts
