"""Sounds with what is said in them: a text file of the same name, or LibriSpeech's ``.trans.txt`` of many lines."""

from collections.abc import Iterator
from functools import partial

from trainer.sources.brought import Entry
from trainer.sources.layouts.class_folders import text_of
from trainer.sources.layouts.plan import Cell, Field, Fit, Plan, Row
from trainer.sources.layouts.tree import NOTED, Tree, counted, decode, plain
from trainer.sources.rejects import Rejects
from trainer.sources.zips import Damaged

LISTS = (".trans.txt", "_trans.txt")
Said = str | Entry


def look(tree: Tree) -> Fit:
    """Fits where a sound has its text."""
    if not tree.sounds:
        return Fit("There are no sounds.")
    if not tree.texts:
        return Fit("There are no text files beside the sounds.")
    found = find_texts(tree)
    if not found:
        return Fit("No text file has the name of a sound.")
    return Fit(
        f"{counted(len(found), 'sound', 'sounds')} of {len(tree.sounds):,} with a text of its own.",
        partial(plan, tree, found),
    )


def find_texts(tree: Tree) -> dict[int, Said]:
    """Sound's place -> its text, or the file that holds it."""
    by_path: dict[str, Entry] = {}
    by_stem: dict[str, list[Entry]] = {}
    lines: dict[str, str] = {}
    for entry in tree.texts:
        if entry.name.endswith(LISTS):
            lines |= read_list(entry)
        else:
            by_path.setdefault(plain(entry.name.rpartition(".")[0]), entry)
            by_stem.setdefault(plain(entry.stem), []).append(entry)
    found: dict[int, Said] = {}
    for place, sound in enumerate(tree.sounds):
        path, stem = plain(sound.name.rpartition(".")[0]), plain(sound.stem)
        if path in by_path:
            found[place] = by_path[path]
        elif stem in lines:
            found[place] = lines[stem]
        elif len(by_stem.get(stem, ())) == 1:
            found[place] = by_stem[stem][0]
    return found


def read_list(entry: Entry) -> dict[str, str]:
    """``84-121123-0000 GO DO YOU HEAR`` a line: a sound's name, and what is said."""
    try:
        lines = decode(entry.read(NOTED)).splitlines()
    except Damaged:
        return {}
    pairs = (line.strip().partition(" ") for line in lines)
    return {plain(name): said.strip() for name, _, said in pairs if said.strip()}


def plan(tree: Tree, texts: dict[int, Said], rejects: Rejects) -> Plan:
    """A row for each sound that has a text."""
    lists = [entry for entry in tree.texts if entry.name.endswith(LISTS)]
    used = [*tree.sounds, *lists, *(said for said in texts.values() if isinstance(said, Entry))]
    findings = tree.reject_rest(rejects, used, "sounds and their texts")
    split = any(tree.part(sound) for sound in tree.sounds)

    def rows() -> Iterator[Row]:
        for place, sound in enumerate(tree.sounds):
            said = texts.get(place)
            if said is None:
                rejects.add(sound.label, None, "there is no text of its name")
                continue
            text = text_of(said, rejects) if isinstance(said, Entry) else said
            if text is not None:
                cells: list[Cell] = [sound, text]
                yield Row([*cells, *([tree.part(sound)] if split else [])], sound.label)

    fields = [Field("sound", "audio"), Field("text", "text", "what is said in the sounds")]
    if split:
        fields.append(Field("part", "part", "names of the folders"))
    return Plan(fields, rows(), len(texts), f"{tree.brought.words} of sounds with transcripts", findings)
