"""Categories that are one, written in several ways: "male", "Male ", "MALE"; and likely slips: "femlae"."""

import re
import unicodedata
from collections import defaultdict

from trainer.contract.dataset import Column, Finding, Fix
from trainer.contract.steps import Merge
from trainer.profile.look import Look, counted
from trainer.sources.engine import literal

MOST = 1_000
TOLD = 3
LONG_ENOUGH = 6
"""Letters of a word whose slips are looked for: short words differ by a letter anyway."""
RARER = 20
"""A slip is so many times rarer than the word."""
LEAST = 20


def spellings(look: Look) -> list[Finding]:
    """Columns with values that differ only in case, blanks, punctuation or the form of their letters."""
    findings = []
    for column in look.of_type("category"):
        counts = count_values(look, column)
        groups: dict[str, list[str]] = defaultdict(list)
        for value in counts:
            groups[plain(value)].append(value)
        several = [
            sorted(group, key=lambda v: (-counts[v], v)) for group in groups.values() if len(group) > 1
        ]
        if several:
            findings.append(describe(look, column, counts, several, "written in several ways"))
    return findings[:TOLD]


def slips(look: Look) -> list[Finding]:
    """Columns with rare values that are one letter away from a frequent one."""
    findings = []
    for column in look.of_type("category"):
        counts = count_values(look, column)
        words = [v for v in counts if len(v) >= LONG_ENOUGH and v.replace(" ", "").isalpha()]
        found: dict[str, list[str]] = defaultdict(list)
        for rare in words:
            near = [
                v
                for v in words
                if counts[v] >= max(LEAST, RARER * counts[rare]) and one_slip(plain(rare), plain(v))
            ]
            if len(near) == 1:
                found[near[0]].append(rare)
        if found:
            groups = [[word, *rares] for word, rares in found.items()]
            findings.append(describe(look, column, counts, groups, "perhaps misspelt"))
    return findings[:TOLD]


def count_values(look: Look, column: Column) -> dict[str, int]:
    """The values of a category column with their counts; none where they are too many."""
    if look.found[column.id].distinct > MOST:
        return {}
    return {
        str(value): int(count)
        for value, count in look.ask(
            f"SELECT {column.id}, count(*) FROM {look.source} WHERE {column.id} IS NOT NULL GROUP BY 1"
        )
    }


def plain(value: str) -> str:
    """What stays of a value when case, blanks and punctuation between letters are taken away."""
    folded = unicodedata.normalize("NFKC", value).casefold()
    return re.sub(r"(?<=[^\W\d])[-_.'’]+(?=[^\W\d]|$)|\s+", " ", folded).strip() or folded


def one_slip(one: str, other: str) -> bool:
    """Whether one letter more, less or other, or two neighbours swapped, make one of the other."""
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    rest, more = one[start:], other[start:]
    if len(rest) != len(more):
        return rest[1:] == more if len(rest) > len(more) else more[1:] == rest
    return rest[1:] == more[1:] or (rest[:2] == more[1::-1] and rest[2:] == more[2:])


def describe(
    look: Look, column: Column, counts: dict[str, int], groups: list[list[str]], what: str
) -> Finding:
    """The sentence, the rows of all but the most frequent spelling, and the merge."""
    others = [value for group in groups for value in group[1:]]
    wanted = ", ".join(literal(value) for value in others)
    rows = [
        r for (r,) in look.ask(f"SELECT file_row_number FROM {look.source} WHERE {column.id} IN ({wanted})")
    ]
    group = groups[0]
    said = " and ".join(f"‘{value}’ ({counts[value]:,})" for value in group[:3])
    more = "" if len(groups) == 1 else f", and {counted(len(groups) - 1, 'value', 'values')} more"
    steps = [
        Merge(column=column.id, into=group[0], values=group[1:]) for group in groups if len(group[0]) <= 200
    ]
    return Finding(
        kind="spelling", column=column.id, count=len(rows),
        sentence=f"‘{column.name}’ has values that are {what}: {said}{more}.",
        rows=look.keep(f"spelling-{column.id}-{len(what)}", rows),
        fix=Fix(label=f"Write {'it' if len(groups) == 1 else 'each'} one way", steps=list(steps)),
    )  # fmt: skip
