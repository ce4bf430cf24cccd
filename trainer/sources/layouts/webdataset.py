"""WebDataset: files of one name are one example: ``0001.jpg``, ``0001.cls``, ``0001.json``."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import partial
from typing import Any

from trainer.sources.brought import Entry
from trainer.sources.layouts.class_folders import text_of
from trainer.sources.layouts.named_rows import as_text
from trainer.sources.layouts.plan import Field, Fit, Plan, Row
from trainer.sources.layouts.tree import NOTED, PICTURE, SOUND, Tree, counted
from trainer.sources.rejects import Rejects
from trainer.sources.zips import Damaged

LABELS = ("cls", "cls2", "index", "label")
TEXTS = ("txt", "text", "caption", "transcript")
MOST_KEYS = 200
LEAST = 0.8
"""Share of the files that must belong to an example of two files or more."""
Group = dict[str, Entry]


def look(tree: Tree) -> Fit:
    """Fits where nearly all files come in groups of one name, with a picture, a sound or a text in them."""
    groups = find_groups(tree)
    grouped = sum(len(group) for group in groups.values() if len(group) > 1)
    files = len(tree.files) - len(tree.kinds["document"])
    if not files or grouped < LEAST * files:
        return Fit("The files do not come in groups of one name with different endings.")
    endings = Counter(ending for group in groups.values() for ending in group)
    known = [ending for ending in endings if kind_of(ending) is not None]
    if not any(kind_of(ending) in ("image", "audio", "text") for ending in known):
        return Fit("There is no picture, sound or text among the files of one name.")
    listed = ", ".join(f".{ending}" for ending in known)
    many = counted(len(groups), "example", "examples")
    return Fit(f"{many} of files with one name: {listed}.", partial(plan, tree, groups, known))


def find_groups(tree: Tree) -> dict[str, Group]:
    """Name up to the first dot -> ending -> file."""
    groups: dict[str, Group] = defaultdict(dict)
    quiet = {id(entry) for entry in tree.kinds["document"]}
    for entry in tree.files:
        name = entry.name.rsplit("/", 1)[-1]
        stem, _, ending = name.partition(".")
        if id(entry) not in quiet and stem and ending:
            groups[f"{entry.folder}/{stem}"].setdefault(ending.casefold(), entry)
    return groups


def kind_of(ending: str) -> str | None:
    """What the files of an ending become; ``json`` becomes a column for each of its keys."""
    last = ending.rpartition(".")[2]
    if last in PICTURE or last in SOUND:
        return "image" if last in PICTURE else "audio"
    if last in LABELS:
        return "category"
    return "text" if last in TEXTS else "json" if last == "json" else None


def plan(tree: Tree, groups: dict[str, Group], endings: list[str], rejects: Rejects) -> Plan:
    """A row for each example. One that lacks its picture or sound is told; other holes stay holes."""
    words = [ending for ending in endings if kind_of(ending) in ("category", "text")]
    notes = [ending for ending in endings if kind_of(ending) == "json"]
    media = merged([ending for ending in endings if kind_of(ending) in ("image", "audio")], groups)
    keys = find_keys(groups, notes)
    known = set(endings)
    used = [entry for group in groups.values() for ending, entry in group.items() if ending in known]
    findings = tree.reject_rest(rejects, used, "examples of files with one name")

    def rows() -> Iterator[Row]:
        for group in groups.values():
            first = next(iter(group.values()))
            things = [next((group[e] for e in same if e in group), None) for same in media]
            if any(thing is None for thing in things):
                rejects.add(
                    first.label, None, f"the example has no file of the kind .{media[things.index(None)][0]}"
                )
                continue
            said = [text_of(group[e], rejects) if e in group else None for e in words]
            found = [read_keys(group[e], rejects) if e in group else {} for e in notes]
            merged_keys = {key: value for each in found for key, value in each.items()}
            yield Row([*things, *said, *(merged_keys.get(key) for key in keys)], first.label)

    names: Counter[str] = Counter()
    fields = [Field(free(names, column_name(same[0])), kind_of(same[0])) for same in media]  # type: ignore[arg-type]
    fields += [
        Field(free(names, "label" if kind_of(e) == "category" else e), kind_of(e), f"contents of .{e} files")  # type: ignore[arg-type]
        for e in words
    ]
    fields += [Field(free(names, key), "cell") for key in keys]
    source = f"{tree.brought.words} of examples with one name (WebDataset)"
    return Plan(fields, rows(), len(groups), source, findings)


def merged(media: list[str], groups: dict[str, Group]) -> list[list[str]]:
    """Endings that never stand in one example are one column: some pictures are .jpg, others .png."""
    result: list[list[str]] = []
    for ending in media:
        for same in result:
            together = any(ending in group and any(e in group for e in same) for group in groups.values())
            if kind_of(same[0]) == kind_of(ending) and not together:
                same.append(ending)
                break
        else:
            result.append([ending])
    return result


def column_name(ending: str) -> str:
    """``photo`` or ``sound``, before it what stands before the last dot of the ending."""
    before, _, last = ending.rpartition(".")
    return before or ("photo" if last in PICTURE else "sound")


def free(names: Counter[str], name: str) -> str:
    """The name, with a number where it is taken."""
    names[name] += 1
    return name if names[name] == 1 else f"{name} ({names[name]})"


def find_keys(groups: dict[str, Group], notes: list[str]) -> list[str]:
    """The keys of all JSON files, in the order of their first appearance, at most 200."""
    keys: dict[str, None] = {}
    for group in groups.values():
        for ending in notes:
            if ending in group and len(keys) < MOST_KEYS:
                keys |= dict.fromkeys(read_keys(group[ending], None))
    return list(keys)[:MOST_KEYS]


def read_keys(entry: Entry, rejects: Rejects | None) -> dict[str, str | None]:
    """A JSON object's keys with their values as text; a file that is none is told."""
    try:
        found: Any = json.loads(entry.read(NOTED))
        if isinstance(found, dict):
            return {str(key)[:100]: as_text(value) for key, value in found.items()}
    except (ValueError, RecursionError, Damaged):
        found = None
    if rejects is not None:
        rejects.add(entry.label, None, "it is not a JSON object")
    return {}
