"""Class folders: the folder that directly holds a picture, a sound or a text is its label."""

from collections import Counter
from collections.abc import Iterator
from functools import partial

from trainer.sources.brought import Entry
from trainer.sources.layouts.plan import Cell, Field, Fit, Kind, Plan, Row
from trainer.sources.layouts.tree import MOST_TEXT, PARTS, Tree, counted, decode
from trainer.sources.rejects import Rejects
from trainer.sources.zips import Damaged, label

KINDS: dict[str, tuple[str, Kind, str]] = {
    "picture": ("photo", "image", "pictures"),
    "sound": ("sound", "audio", "sounds"),
    "text": ("text", "text", "texts"),
}
"""Kind of file -> the column's name, its type, and the plural."""
MOST_SHARE = 0.5
"""Texts in folders are documents of classes only where folders are few: at most one for two texts."""


def look(tree: Tree, kind: str, *, parts: bool) -> Fit:
    """Whether things of this kind lie in class folders; ``parts``: below folders called train and test."""
    _, _, plural = KINDS[kind]
    things = tree.kinds[kind]
    if not things:
        return Fit(f"There are no {plural}.")
    if kind == "text" and (tree.pictures or tree.sounds):
        return Fit("The texts stand beside pictures or sounds.")
    if parts:
        found = sorted(
            {part for entry in things if (part := tree.part(entry))}, key=list(PARTS.values()).index
        )
        if not found:
            return Fit("No folder is called train, validation or test.")
        outside = sum(tree.part(entry) is None for entry in things)
        if outside:
            return Fit(f"{outside:,} of the {plural} lie outside of the folders {' and '.join(found)}.")
    labels = Counter(label_of(entry, parts=parts) for entry in things)
    loose = labels.pop(None, 0)
    names = list(labels)
    if len(names) < 2 and not (names and loose):
        where = (
            f"All {plural} lie in one folder, ‘{names[0]}’" if names else f"The {plural} lie in no folders"
        )
        return Fit(f"{where}: there is no label to tell.")
    if kind == "text" and len(names) > MOST_SHARE * len(things):
        return Fit(f"{len(names):,} folders for {len(things):,} texts are too many to be classes.")
    shown = ", ".join(f"‘{name}’" for name in names[:3]) + (", …" if len(names) > 3 else "")
    why = f"{counted(len(things), KINDS[kind][0], plural)} in {counted(len(names), 'folder', 'folders')} ({shown})"
    if parts:
        why += f", under {' and '.join(found)}"
    return Fit(f"{why}.", partial(plan, tree, kind, parts))


def plan(tree: Tree, kind: str, parts: bool, rejects: Rejects) -> Plan:  # noqa: FBT001 - given by ``partial``
    """Every thing is a row with its label, and its part where there are parts."""
    name, type, plural = KINDS[kind]
    things = tree.kinds[kind]
    findings = tree.reject_rest(rejects, things, plural)
    labels = [label_of(entry, parts=parts) for entry in things]
    loose = labels.count(None)
    if loose:
        lie = f"1 {name} lies" if loose == 1 else f"{loose:,} {plural} lie"
        findings.append(f"{lie} in no folder; {'its' if loose == 1 else 'their'} label is missing.")
    classes = len(set(labels) - {None})
    fields = [Field(name, type), Field("label", "category", f"names of {classes:,} folders")]
    if parts:
        fields.append(Field("part", "part", "names of the outer folders"))

    def rows() -> Iterator[Row]:
        for entry, found in zip(things, labels, strict=True):
            cell = text_of(entry, rejects) if kind == "text" else entry
            if cell is not None:
                yield Row([cell, found, *([tree.part(entry)] if parts else [])], entry.label)

    source = f"{tree.brought.words} of {plural}, {classes:,} class folders{' in parts' if parts else ''}"
    return Plan(fields, rows(), len(things), source, findings)


def label_of(entry: Entry, *, parts: bool) -> str | None:
    """The folder that directly holds the entry; with ``parts``, unless that is the part itself."""
    folder = label(entry.folder.rsplit("/", 1)[-1]).strip()
    if parts and folder.casefold() in PARTS:
        return None
    return folder or None


def text_of(entry: Entry, rejects: Rejects) -> Cell:
    """The text of a file; None where it is none, which ``rejects`` is told."""
    try:
        text = decode(entry.read(MOST_TEXT)).strip()
    except Damaged as error:
        rejects.add(entry.label, None, str(error))
        return None
    if not text:
        rejects.add(entry.label, None, "the file is empty")
        return None
    return text
