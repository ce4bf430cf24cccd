"""Pictures with masks: two folders whose files have the same names, or ``x.png`` beside ``x_mask.png``."""

import re
from collections.abc import Iterator
from functools import partial

from trainer.sources.brought import Entry
from trainer.sources.layouts.plan import Cell, Field, Fit, Plan, Row
from trainer.sources.layouts.tree import Tree, counted, plain
from trainer.sources.masks import MOST_CLASSES, mask_values
from trainer.sources.pictures import Unreadable, strict_pillow
from trainer.sources.rejects import Rejects
from trainer.sources.zips import Damaged

MASKS = re.compile(
    r"(masks?|labels?|annotations?|seg(mentation)?(class|maps?|masks?)?s?|gt|groundtruth|ground_truth|targets?|trimaps)"
)
SUFFIX = re.compile(r"[-_. ](mask|seg|label|gt|segmentation|trimap)$")
PICTURES = re.compile(r"(images?|imgs?|pictures?|photos?|jpegimages|inputs?)")


def look(tree: Tree) -> Fit:
    """Fits where at least one picture has a mask of its name."""
    masks, pictures = sort_out(tree)
    if not masks:
        return Fit("No folder is called masks or labels, and no picture ends in _mask.")
    pairs = pair(tree, masks, pictures)
    if not pairs:
        return Fit("There are masks, but no picture has the name of one.")
    return Fit(
        f"{counted(len(pairs), 'picture', 'pictures')} with a mask of the same name.",
        partial(plan, tree, masks, pictures, pairs),
    )


def sort_out(tree: Tree) -> tuple[list[Entry], list[Entry]]:
    """Which pictures are masks, by their folders and endings, and which are not."""
    masks: list[Entry] = []
    pictures: list[Entry] = []
    for entry in tree.pictures:
        folders = plain(tree.below(entry)).split("/")[:-1]
        is_mask = any(MASKS.fullmatch(folder) for folder in folders) or SUFFIX.search(plain(entry.stem))
        (masks if is_mask else pictures).append(entry)
    return masks, pictures


def pair(tree: Tree, masks: list[Entry], pictures: list[Entry]) -> list[tuple[Entry, Entry]]:
    """Picture and mask with the same name, in the same part of the tree."""
    known: dict[str, Entry] = {}
    for entry in masks:
        known.setdefault(key_of(tree, entry), entry)
    pairs = ((picture, known.get(key_of(tree, picture))) for picture in pictures)
    return [(picture, mask) for picture, mask in pairs if mask is not None]


def key_of(tree: Tree, entry: Entry) -> str:
    """What a picture and its mask have in common: their folders but for ``images`` and ``masks``, and the name."""
    folders = plain(tree.below(entry)).split("/")[:-1]
    rest = [folder for folder in folders if not (MASKS.fullmatch(folder) or PICTURES.fullmatch(folder))]
    return "/".join([*rest, SUFFIX.sub("", plain(entry.stem))])


def plan(
    tree: Tree, masks: list[Entry], pictures: list[Entry], pairs: list[tuple[Entry, Entry]], rejects: Rejects
) -> Plan:
    """A row for each pair. All masks are looked at first: a class has one number in all of them."""
    paired = {id(entry) for both in pairs for entry in both}
    for entry in pictures:
        if id(entry) not in paired:
            rejects.add(entry.label, None, "there is no mask of its name")
    for entry in masks:
        if id(entry) not in paired:
            rejects.add(entry.label, None, "there is no picture of its name")
    findings = tree.reject_rest(rejects, tree.pictures, "pictures and their masks")
    good, values = find_classes(pairs, rejects)
    split = any(tree.part(picture) for picture, _ in good)

    def rows() -> Iterator[Row]:
        for picture, mask in good:
            cells: list[Cell] = [picture, mask]
            yield Row([*cells, *([tree.part(picture)] if split else [])], picture.label)

    fields = [Field("photo", "image"), Field("mask", "mask", of=0, values=tuple(values))]
    if split:
        fields.append(Field("part", "part", "names of the folders"))
    source = f"{tree.brought.words} of pictures with masks, {len(values)} classes"
    return Plan(fields, rows(), len(good), source, findings)


def find_classes(
    pairs: list[tuple[Entry, Entry]], rejects: Rejects
) -> tuple[list[tuple[Entry, Entry]], list[int]]:
    """The pairs whose masks can be read, and the values of all classes. What makes more than 256 of them is told."""
    good: list[tuple[Entry, Entry]] = []
    values: set[int] = set()
    with strict_pillow():
        for picture, mask in pairs:
            try:
                found = mask_values(mask.read())
            except (Damaged, Unreadable) as error:
                rejects.add(mask.label, None, str(error))
                continue
            if len(values | found) > MOST_CLASSES:
                rejects.add(mask.label, None, f"with it the masks have more than {MOST_CLASSES} classes")
            else:
                values |= found
                good.append((picture, mask))
    return good, sorted(values)
