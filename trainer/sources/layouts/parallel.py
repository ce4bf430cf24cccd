"""Parallel text: files whose n-th lines say the same in different languages, such as ``news.en`` and ``news.fr``."""

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from itertools import zip_longest

from trainer.sources.brought import Entry
from trainer.sources.layouts.documents import lines_of
from trainer.sources.layouts.plan import Cell, Field, Fit, Plan, Row
from trainer.sources.layouts.tree import Tree, counted, part_in
from trainer.sources.rejects import Rejects
from trainer.sources.zips import Damaged

LANGUAGE = re.compile(r"(?:^|(?P<stem>.+)[._-])(?P<code>[a-z]{2,3}(?:[-_][A-Z]{2,4})?)(?:\.txt)?$")
"""``news.en``, ``news.en.txt``, ``news_en.txt`` or ``en.txt``."""
Group = dict[str, Entry]


def look(tree: Tree) -> Fit:
    """Fits where every language of a text has the same number of lines."""
    groups = find_groups(tree)
    if not groups:
        return Fit(
            "No two files of text have names that differ in a language alone, such as news.en and news.fr."
        )
    languages = sorted({code for group in groups.values() for code in group})
    for group in groups.values():
        if sorted(group) != languages:
            return Fit(f"Not every text is there in {', '.join(languages)}.")
        counts = {entry.file: count_lines(entry) for entry in group.values()}
        if len(set(counts.values())) > 1:
            said = ", ".join(f"{name} has {count:,} lines" for name, count in counts.items())
            return Fit(f"{said}: line for line they cannot say the same.")
    total = sum(count_lines(next(iter(group.values()))) for group in groups.values())
    files = counted(len(groups), "text", "texts")
    return Fit(
        f"{files} in {' and '.join(languages)}, {total:,} lines each.",
        partial(plan, tree, groups, languages, total),
    )


def find_groups(tree: Tree) -> dict[str, Group]:
    """Texts by what their names have in common: language -> file. Only those in two languages or more."""
    if tree.pictures or tree.sounds:
        return {}
    groups: dict[str, Group] = defaultdict(dict)
    for entry in [*tree.texts, *tree.kinds["other"]]:
        name = entry.name.rsplit("/", 1)[-1]
        found = LANGUAGE.match(name)
        if found is None or found["code"] in ("txt", "lab", "md") or entry.ending in ("lab", "md"):
            continue
        if entry.ending not in ("txt", found["code"]) and not name.endswith(found["code"]):
            continue
        groups[f"{entry.folder}/{found['stem'] or ''}"].setdefault(found["code"], entry)
    return {key: group for key, group in groups.items() if len(group) > 1}


def count_lines(entry: Entry) -> int:
    """Lines of a file, by its line ends; -1 where it is broken."""
    count, last = 0, b"\n"
    try:
        for piece in entry.pieces(1 << 20):
            count += piece.count(b"\n")
            last = piece
    except Damaged:
        return -1
    return count + (not last.endswith(b"\n"))


def plan(tree: Tree, groups: dict[str, Group], languages: list[str], total: int, rejects: Rejects) -> Plan:
    """A row for each line, a column for each language."""
    used = [entry for group in groups.values() for entry in group.values()]
    findings = tree.reject_rest(rejects, used, "texts in several languages")
    parts = {key: part_in(key.rsplit("/", 1)[-1]) or part_in(key) for key in groups}
    split = len(groups) > 1 and any(parts.values())
    fields = [Field(code, "text", f"lines of {next(iter(groups.values()))[code].file}") for code in languages]
    if split:
        fields.append(Field("part", "part", "names of the files"))

    def rows() -> Iterator[Row]:
        for key, group in groups.items():
            sides = [lines_of(tree, group[code], rejects) for code in languages]
            first = group[languages[0]].label
            for number, line in enumerate(zip_longest(*sides, fillvalue=""), 1):
                cells: list[Cell] = [text.strip() or None for text in line]
                if None not in cells:
                    yield Row([*cells, *([parts[key]] if split else [])], first)
                elif any(cells):
                    blank = languages[cells.index(None)]
                    rejects.add(first, number, f"the line is blank in {blank}", " | ".join(line))

    return Plan(fields, rows(), total, f"parallel text in {', '.join(languages)}", findings)
