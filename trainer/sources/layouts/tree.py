"""The files of an archive as rules look at them: sorted, by kind, and found by name."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from itertools import count
from pathlib import Path
from typing import Any

from trainer.contract.dataset import Branch
from trainer.sources.brought import Brought, Entry
from trainer.sources.encoding import find_encoding
from trainer.sources.pictures import is_picture, what_is
from trainer.sources.refusal import Refused
from trainer.sources.rejects import Rejects
from trainer.sources.sounds import is_sound
from trainer.sources.zips import Damaged

PICTURE = frozenset(["jpg", "jpeg", "jpe", "jfif", "png", "webp", "bmp", "gif", "tif", "tiff", "mpo"])
SOUND = frozenset(["wav", "flac", "ogg", "oga", "mp3", "m4a", "aac", "opus", "wma", "aif", "aiff", "amr"])
TEXT = frozenset(
    {"txt", "text", "lab", "md", "markdown", "rst", "adoc", "org", "tex", "log", "asc", "srt", "vtt"}
)
TABLE = frozenset(
    [
        "csv",
        "tsv",
        "tab",
        "xlsx",
        "xls",
        "xlsm",
        "ods",
        "parquet",
        "feather",
        "arrow",
        "jsonl",
        "ndjson",
        "arff",
    ]
)
DOCUMENT_STEMS = frozenset(
    [
        "readme",
        "license",
        "licence",
        "copying",
        "notice",
        "changelog",
        "authors",
        "credits",
        "citation",
        "about",
        "_about",
    ]
)
DOCUMENT_ENDINGS = frozenset({"", "md", "txt", "rst", "html", "pdf"})
PARTS = {
    "train": "train", "training": "train", "validation": "validation", "valid": "validation", "val": "validation",
    "dev": "validation", "test": "test", "testing": "test", "eval": "test", "evaluation": "test",
}  # fmt: skip
"""What people call the parts of a split."""
PEEKED = 1_000
"""Files with an unknown ending whose first bytes are looked at."""
NOTED = 16 << 20
"""Largest annotation file that is read whole for one picture or sound."""
MOST_TEXT = 32 << 20
NUMBER = re.compile(r"(\d+)")
WORDS = re.compile(r"[^a-zA-Z]+")
DEPTH, WIDTH, EXAMPLES = 4, 12, 3
"""How much of the tree is shown."""


class Tree:
    """What was brought. ``scratch`` is for files that must lie on disk to be read."""

    def __init__(self, brought: Brought, scratch: Path) -> None:
        self.brought = brought
        self.scratch = scratch
        self._numbers = count()
        self.kept: dict[str, Any] = {}
        """What one rule found out and another may want."""
        self.files = sorted(brought.files, key=lambda entry: natural(entry.name))
        self.top = common_top(self.files)
        self.kinds: dict[str, list[Entry]] = defaultdict(list)
        peeks = PEEKED
        for entry in self.files:
            kind = self._kind(entry)
            if kind == "other" and peeks:
                peeks -= 1
                head = entry.head()
                kind = "picture" if is_picture(head) else "sound" if is_sound(head) else "other"
            self.kinds[kind].append(entry)
        if self.kinds.keys() == {
            "document"
        }:  # nothing is there that they could explain: they are what was brought
            alone = self.kinds.pop("document")
            for entry in alone:
                self.kinds["text" if entry.ending in TEXT else "other"].append(entry)
        self._tell_false("picture", is_picture)
        self._tell_false("sound", is_sound)

    def _tell_false(self, kind: str, is_one: Callable[[bytes], bool]) -> None:
        """Files that are called pictures or sounds, none of which is one, decide nothing beside others that can be
        read.
        """
        called = self.kinds[kind]
        others = any(self.kinds[other] for other in ("picture", "sound", "text", "table") if other != kind)
        if called and others and not any(is_one(entry.head()) for entry in called):
            self.kinds["other"] += called
            self.kinds[kind] = []

    def _kind(self, entry: Entry) -> str:
        ending = entry.ending
        outer = "/" not in self.below(entry)
        if outer and entry.stem.casefold() in DOCUMENT_STEMS and ending in DOCUMENT_ENDINGS:
            return "document"
        for kind, endings in (("picture", PICTURE), ("sound", SOUND), ("text", TEXT), ("table", TABLE)):
            if ending in endings:
                return kind
        return ending if ending in ("json", "xml", "yaml", "yml", "names") else "other"

    @property
    def pictures(self) -> list[Entry]:
        """Files that are pictures, by their ending or their first bytes."""
        return self.kinds["picture"]

    @property
    def sounds(self) -> list[Entry]:
        """Files that are sounds."""
        return self.kinds["sound"]

    @property
    def texts(self) -> list[Entry]:
        """Files of plain text that are no READMEs."""
        return self.kinds["text"]

    @property
    def tables(self) -> list[Entry]:
        """Files that are tables, by their ending."""
        return self.kinds["table"]

    def below(self, entry: Entry) -> str:
        """The name without the one folder that everything lies in."""
        return entry.name.removeprefix(self.top)

    def part(self, entry: Entry) -> str | None:
        """The part of a split that the entry's folders name, if they do."""
        folders = self.below(entry).split("/")[:-1]
        return next((PARTS[f.casefold()] for f in folders if f.casefold() in PARTS), None)

    def room(self) -> Path:
        """A new folder in the scratch folder."""
        folder = self.scratch / f"room-{next(self._numbers)}"
        folder.mkdir()
        return folder

    def on_disk(self, entry: Entry) -> Path:
        """The bytes of an entry in a file of the scratch folder. Raises Refused where they are broken."""
        key = f"disk {id(entry)}"
        if key not in self.kept:
            target = self.room() / "file"
            try:
                with target.open("wb") as out:
                    for piece in entry.pieces(1 << 20):
                        out.write(piece)
            except Damaged as error:
                raise Refused(
                    f"‘{entry.label}’ cannot be read: {error}. Make the {self.brought.words} again."
                ) from error
            self.kept[key] = target
        path: Path = self.kept[key]
        return path

    def reject_rest(self, rejects: Rejects, used: Iterable[Entry], kind: str) -> list[str]:
        """Tell every file that a rule did not take; what to say of those that only explain the rest."""
        taken = {id(entry) for entry in used}
        quiet = [entry for entry in self.kinds["document"] if id(entry) not in taken]
        taken |= {id(entry) for entry in quiet}
        for entry in self.files:
            if id(entry) not in taken:
                rejects.add(entry.label, None, self._no_use(entry, kind))
        if not quiet:
            return []
        more = f" and {len(quiet) - 1} more like it were" if len(quiet) > 1 else " was"
        return [f"‘{quiet[0].file}’{more} not read: it explains the data and is none."]

    def _no_use(self, entry: Entry, kind: str) -> str:
        head = entry.head()
        if not head:
            return "the file is empty" if entry.size == 0 else "its packed data is damaged"
        words = "a picture" if is_picture(head) else "a sound" if is_sound(head) else what_is(head)
        return f"it is {words}; this way of reading takes {kind} alone"


class Finder:
    """Files by the names that tables and annotations call them: a whole path, or the file's name alone."""

    def __init__(self, tree: Tree, files: list[Entry], *, stems: bool = False) -> None:
        self._tree = tree
        self._paths: dict[str, Entry] = {}
        self._names: dict[str, list[Entry]] = defaultdict(list)
        for entry in files:
            for path in {entry.name, tree.below(entry)}:
                self._paths.setdefault(path, entry)
            name = entry.name.rsplit("/", 1)[-1]
            self._names[plain(name)].append(entry)
            if stems:
                self._names[plain(entry.stem)].append(entry)

    def find(self, called: str, near: str = "") -> Entry | str:
        """The file, or why there is none in words. ``near``: a folder in which it is looked for first."""
        called = called.strip().replace("\\", "/").removeprefix("./")
        for path in (f"{near}/{called}" if near else called, called):
            if path in self._paths:
                return self._paths[path]
        name = called.rsplit("/", 1)[-1]
        found = self._names.get(plain(name), [])
        if len(found) > 1:
            exact = [entry for entry in found if name in (entry.name.rsplit("/", 1)[-1], entry.stem)]
            ending = [entry for entry in exact or found if f"/{entry.name}".endswith(f"/{called}")]
            close = [entry for entry in ending or exact if near and entry.name.startswith(f"{near}/")]
            found = close or ending or exact or found
        if not found:
            return f"‘{called[-100:]}’ is not there"
        if len(found) > 1:
            return f"{len(found)} files are called ‘{name[-100:]}’"
        return found[0]


def plain(name: str) -> str:
    """A name as it is compared where it is not found as it stands: composed letters, lower case."""
    return unicodedata.normalize("NFC", name).casefold()


def natural(name: str) -> list[tuple[int, int | str]]:
    """Sort key that puts 2 before 10."""
    return [
        (0, int(part)) if part.isdecimal() and len(part) < 19 else (1, part) for part in NUMBER.split(name)
    ]


def common_top(files: list[Entry]) -> str:
    """The one folder that everything lies in, with its slash; ``""`` where there is none. Only the outermost."""
    if not files or "/" not in files[0].name:
        return ""
    top = files[0].name.split("/", 1)[0] + "/"
    if top[:-1].casefold() in PARTS or not all(entry.name.startswith(top) for entry in files):
        return ""
    return top


def part_in(name: str) -> str | None:
    """The part that a file's name speaks of: instances_train2017 is train."""
    return next((PARTS[word.casefold()] for word in WORDS.split(name) if word.casefold() in PARTS), None)


def decode(data: bytes) -> str:
    """Plain text in whatever alphabet it is written. Raises Damaged in words where it is none."""
    if not data:
        return ""
    try:
        encoding, _ = find_encoding(data)
    except Refused:
        raise Damaged("it is not text: it holds binary zeros") from None
    return data.decode(encoding, errors="replace").replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")


def branch(tree: Tree) -> Branch:
    """The tree as the page shows it: folders with how many files of which kind, and some names."""
    held: dict[str, list[Entry]] = defaultdict(list)
    inner: dict[str, dict[str, None]] = defaultdict(dict)
    for entry in tree.files:
        held[entry.folder].append(entry)
    for folder in list(held):
        while folder:
            outer = folder.rpartition("/")[0]
            inner[outer][folder] = None
            folder = outer

    def grow(folder: str, depth: int) -> Branch:
        files = held.get(folder, [])
        below = list(inner.get(folder, ()))
        shown = below[:WIDTH] if depth < DEPTH else []
        return Branch(
            name=folder.rsplit("/", 1)[-1][-100:],
            files=len(files),
            kinds=dict(Counter(entry.ending[:20] for entry in files).most_common(WIDTH)),
            examples=[entry.file for entry in files[:EXAMPLES]],
            branches=[grow(one, depth + 1) for one in shown],
            more=len(below) - len(shown),
        )

    return grow("", 0)


def counted(number: int, one: str, many: str) -> str:
    """``1 picture``, ``2,000 pictures``."""
    return f"{number:,} {one if number == 1 else many}"
