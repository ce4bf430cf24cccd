"""Near duplicates, put into groups and words: what nearly repeats another row, across parts, and under other labels."""

import hashlib

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from trainer.audit.hashing import combine
from trainer.audit.job import Look
from trainer.audit.near_pictures import near_pictures
from trainer.audit.near_rows import as_codes, near_rows
from trainer.audit.near_texts import near_texts
from trainer.columns import read_columns
from trainer.columns.settle import ID_NAME
from trainer.contract.dataset import Column, Finding, Fix
from trainer.contract.steps import Exclude
from trainer.features import Rows, stream
from trainer.profile.copies import group_scores, is_code
from trainer.profile.look import MOST_NAMED, counted, root_rows, write_set

MOST_PICTURES, MOST_TEXTS, MOST_ROWS = 100_000, 200_000, 2_000_000
PARTS = ("train", "validation", "test")
WORDS = {
    "image": ("picture", "the same picture smaller, brighter, mirrored, lightly cropped or saved again"),
    "text": ("text", "at least 0.7 of their letters in fours are the same"),
    "row": ("row", "all cells but one agree, or every number is a hair's breadth away"),
}
Pairs = npt.NDArray[np.int64]


def near_duplicates(look: Look) -> list[Finding]:
    """What is nearly there twice, with what follows from it for parts and labels."""
    kind, rows, pairs = find_pairs(look)
    if not len(pairs):
        return []
    groups = join(len(rows), pairs)
    members, numbers = rows[groups >= 0], groups[groups >= 0]
    order = np.lexsort((members, numbers))
    members, numbers = members[order], numbers[order]
    noun, how = WORDS[kind]
    follows = [*across(look, noun, members, numbers), *torn(look, noun, members, numbers)]
    members, numbers = without_copies(look, kind, members, numbers)
    if not len(members):
        return follows
    extra = len(members) - len(np.unique(numbers))
    repeats = np.delete(members, np.unique(numbers, return_index=True)[1])
    of = "" if len(rows) == look.schema.rows else f" (of {len(rows):,} looked at)"
    return [
        *follows,
        Finding(
            kind="near_duplicates", count=extra,
            sentence=f"{counted(extra, f'{noun} nearly repeats', f'{noun}s nearly repeat')} another{of}: {how}.",
            rows=keep(look, "near-duplicates", members, numbers),
            fix=leave_out(look, repeats, f"nearly repeats another {noun}"),
        ),
    ]  # fmt: skip


def without_copies(
    look: Look, kind: str, members: Rows, numbers: npt.NDArray[np.int64]
) -> tuple[Rows, npt.NDArray[np.int64]]:
    """Without groups of nothing but exact copies, which the profile tells of."""
    if kind == "image":
        path = look.version.media(look.of_type("image")[0].id)
        keys = np.unique(
            [hashlib.sha256(c or b"").hexdigest() for c in stream(path, members)], return_inverse=True
        )[1]
    else:
        compared = [c for c in look.of_type("number", "category", "datetime", "text") if c.role != "id"]
        cells = read_columns(look.version, [c.id for c in compared], members)
        keys = combine([as_codes(column) for column in cells.values()], len(members)).view(np.int64)
    kinds = {number: len(set(keys[numbers == number].tolist())) for number in np.unique(numbers).tolist()}
    kept = np.array([kinds[number] > 1 for number in numbers.tolist()], bool)
    return members[kept], numbers[kept]


def find_pairs(look: Look) -> tuple[str, Rows, Pairs]:
    """What is compared, in which rows, and pairs of places in them."""
    rows = np.arange(look.schema.rows, dtype=np.int64)
    images = look.of_type("image")
    if images:
        rows = thin(rows, MOST_PICTURES)
        return "image", rows, near_pictures(look.version, images[0].id, rows, look.tell)
    if any(c.type in ("audio", "mask") for c in look.schema.columns):
        return "row", rows, np.zeros((0, 2), np.int64)  # sounds are compared by content, at import
    texts = [c for c in look.schema.columns if c.type == "text" and c.role == "text"]
    if len(texts) == 1 and len(look.of_type("number", "datetime")) <= 1:
        rows = thin(rows, MOST_TEXTS)
        cells = read_columns(look.version, [texts[0].id], rows)[texts[0].id]
        return "text", rows, near_texts(cells.tolist(), look.tell)
    rows = thin(rows, MOST_ROWS)
    if has_names(look):
        return "row", rows, np.zeros((0, 2), np.int64)
    compared = [c for c in look.of_type("number", "category", "datetime", "text") if c.role != "id"]
    return "row", rows, near_rows(look.version, compared, rows, look.tell)


def has_names(look: Look) -> bool:
    """Whether each row has a name of its own, which is no mere code: such rows are somebody else however alike."""
    named = [
        c for c in look.schema.columns if c.type == "text" and c.role == "id" and not ID_NAME.search(c.name)
    ]
    first = np.arange(min(200, look.schema.rows), dtype=np.int64)
    return any(not is_code(read_columns(look.version, [c.id], first)[c.id].tolist()) for c in named)


def thin(rows: Rows, most: int) -> Rows:
    """At most so many, at equal distances."""
    return rows if len(rows) <= most else rows[np.linspace(0, len(rows) - 1, most).astype(np.int64)]


def join(n: int, pairs: Pairs) -> npt.NDArray[np.int64]:
    """The group of each place, -1 for those in no pair."""
    links = coo_array((np.ones(len(pairs), np.int8), (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    group_N = connected_components(links, directed=False)[1]
    alone = np.bincount(group_N)[group_N] == 1
    found: npt.NDArray[np.int64] = np.where(alone, -1, group_N).astype(np.int64)
    return found


def keep(look: Look, name: str, members: Rows, numbers: npt.NDArray[np.int64]) -> str:
    """Keep groups so that their rows stand together; the name."""
    write_set(look.folder / f"{name}.parquet", members, group_scores(numbers))
    return name


def leave_out(look: Look, rows: Rows, reason: str) -> Fix | None:
    """The step that leaves rows out; None where they are too many."""
    if not 0 < len(rows) <= MOST_NAMED:
        return None
    step = Exclude(rows=np.sort(root_rows(look.version, rows)).tolist(), reason=reason)
    return Fix(label=f"Leave out {counted(len(rows), 'row', 'rows')}", steps=[step])


def across(look: Look, noun: str, members: Rows, numbers: npt.NDArray[np.int64]) -> list[Finding]:
    """Groups with rows in two parts: what is tested was learned from, nearly."""
    if look.parts is None:
        return []
    part_of = np.full(look.schema.rows, -1, np.int64)
    for number_of_part, name in enumerate(PARTS):
        part_of[look.parts.get(name, np.zeros(0, np.int64))] = number_of_part
    part_N = part_of[members]
    number, place = np.unique(numbers, return_inverse=True)
    lowest, highest = np.full(len(number), 9), np.full(len(number), -1)
    known = part_N >= 0
    np.minimum.at(lowest, place[known], part_N[known])
    np.maximum.at(highest, place[known], part_N[known])
    torn_N = ((lowest < highest)[place]) & known
    if not torn_N.any():
        return []
    later = torn_N & (part_N > 0)
    earlier = members[torn_N & (part_N < highest[place])]
    count = int(later.sum())
    return [
        Finding(
            kind="leak", count=count,
            sentence=f"{counted(count, f'{noun} of a later part repeats', f'{noun}s of later parts repeat')} (nearly) "
            "one in an earlier part: what was learned by heart will be counted as understood.",
            rows=keep(look, "near-across-parts", members[torn_N], numbers[torn_N]),
            fix=leave_out(look, earlier, "nearly repeats a row of a later part"),
        )
    ]  # fmt: skip


def torn(look: Look, noun: str, members: Rows, numbers: npt.NDArray[np.int64]) -> list[Finding]:
    """Nearly equal rows with different labels."""
    label: Column | None = look.target
    if (
        label is None or label.type != "category" or noun == "row"
    ):  # rows of a table may well differ in their answer
        return []
    values = read_columns(look.version, [label.id], members)[label.id]
    kinds: dict[int, set[str]] = {}
    for number, value in zip(numbers.tolist(), values.tolist(), strict=True):
        if value is not None:
            kinds.setdefault(number, set()).add(str(value))
    bad = [number for number, names in kinds.items() if len(names) > 1]
    if not bad:
        return []
    inside = np.isin(numbers, bad)
    return [
        Finding(
            kind="labels", column=label.id, count=int(inside.sum()),
            sentence=f"{counted(len(bad), 'group', 'groups')} of nearly equal {noun}s with "
            f"more than one ‘{label.name}’: some of these {int(inside.sum()):,} labels must be wrong.",
            rows=keep(look, "near-torn", members[inside], numbers[inside]),
        )
    ]  # fmt: skip
