"""The split as the Question page shows it: the three parts, the ways to choose, what they may go by."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from app.pages import percent, whole, words
from app.projects.splitting import NONE_FITS, PARTS, part_title
from trainer.contract.dataset import Column, Profile, Schema
from trainer.contract.recipe import Question
from trainer.contract.results import PartFacts, SplitFacts
from trainer.contract.splitting import FEW_FOR_ONE, WAYS, expected_shares, find_given, list_columns

_ = words.gettext

HUES = 8
"""Colours of classes; further ones share the last."""


@dataclass(frozen=True)
class ClassShare:
    """A class within a part: where it begins and how wide it is in the bar, of 1000."""

    name: str
    rows: int
    share: float
    start: float
    width: float
    hue: int


@dataclass(frozen=True)
class PartView:
    """One part as the page draws it; ``start`` and ``width`` of 1000."""

    key: str
    title: str
    note: str
    rows: int | None
    share: float
    start: float
    width: float
    classes: list[ClassShare]


@dataclass(frozen=True)
class SplitView:
    """The split as the page draws it."""

    parts: list[PartView]
    counted: bool
    """Whether the numbers were counted, or follow from the shares."""
    sentence: str
    names: list[str]
    """Classes, in the order of their colours."""


def split_view(question: Question, schema: Schema, profile: Profile, facts: SplitFacts | None) -> SplitView:
    """What the split came to, or about what it will come to while that is being counted."""
    usable = schema.rows - profile.columns[question.target].missing
    shares = expected_shares(question.split)
    rows = {name: facts.parts[name].rows if facts else round(usable * shares[name]) for name in PARTS}
    total = sum(rows.values()) or 1
    starts = [0.0]
    for name in PARTS:
        starts.append(starts[-1] + 1000 * rows[name] / total)
    parts = [
        PartView(
            name, part_title(name), part_note(facts.parts[name]) if facts else "", rows[name], rows[name] / total,
            round(start, 2), round(end - start, 2), class_shares(facts.parts[name]) if facts else [],
        )
        for name, (start, end) in zip(PARTS, pairwise(starts), strict=True)
    ]  # fmt: skip
    names = list(facts.parts["train"].classes) if facts else []
    return SplitView(parts, facts is not None, split_sentence(parts, facts), names)


def part_note(part: PartFacts) -> str:
    """From when to when, or how many groups."""
    if part.first is not None:
        return _("{first} to {last}").format(first=part.first, last=part.last)
    if part.groups is not None:
        return words.ngettext("{n} group", "{n} groups", part.groups).format(n=whole(part.groups))
    return ""


def class_shares(part: PartFacts) -> list[ClassShare]:
    """The classes of a part as pieces of its bar."""
    total = sum(part.classes.values()) or 1
    found, start = [], 0.0
    for place, (name, rows) in enumerate(part.classes.items()):
        width = 1000 * rows / total
        found.append(
            ClassShare(name, rows, rows / total, round(start, 2), round(width, 2), min(place, HUES - 1))
        )
        start += width
    return found


def split_sentence(parts: Sequence[PartView], facts: SplitFacts | None) -> str:
    """The three parts in words."""
    about = _("{train} rows teach, {validation} are chosen on, {test} are locked for the test.") if facts else _(
        "About {train} rows teach, {validation} are chosen on, {test} are locked for the test."
    )  # fmt: skip
    said = about.format(**{part.key: whole(part.rows) for part in parts})
    apart = most_apart(parts)
    if apart is None:
        return said
    name, part, share, other = apart
    return _("{said} ‘{name}’ is {share} of {part}, but {other} of training.").format(
        said=said, name=name, part=part.lower(), share=percent(share),
        other=percent(other),
    )  # fmt: skip


def most_apart(parts: Sequence[PartView]) -> tuple[str, str, float, float] | None:
    """The class whose share differs most from training's, if that is more than 5 of 100 rows."""
    found = [
        (abs(mine.share - base.share), mine.name, part.title, mine.share, base.share)
        for part in parts[1:]
        for mine, base in zip(part.classes, parts[0].classes, strict=True)
    ]
    worst = max(found, default=None)
    return None if worst is None or worst[0] <= 0.05 else worst[1:]


@dataclass(frozen=True)
class WayView:
    """A way to choose; ``reason`` says why it cannot be."""

    value: str
    label: str
    note: str
    reason: str | None


def way_views(schema: Schema, question: Question, facts: SplitFacts | None) -> list[WayView]:
    """The ways with one line each; what speaks for one on this data stands in its line."""
    found = []
    for key, card in WAYS.items():
        fitting = list_columns(schema, key, question.target)
        plain = [column for column in fitting if column.type not in ("image", "audio")]
        offered = bool(facts and facts.groups)
        lacking = {"group": not plain and not offered, "time": not plain, "given": not plain}.get(key, False)
        note = _(card.when)
        if key == "group" and facts and facts.groups:
            note = facts.groups[0].sentence
        elif key == "time" and (dates := [c for c in plain if c.type == "datetime"]):
            note = _("‘{name}’ orders the rows: the newest are the test, as in use.").format(
                name=dates[0].name
            )
        elif key == "given" and (given := find_given(schema)):
            note = _("‘{name}’ came with the data and says it.").format(name=given.name)
        found.append(WayView(key, _(card.name), note, NONE_FITS[key] if lacking else None))
    return found


@dataclass(frozen=True)
class ColumnChoice:
    """A column, or a piece of file names, that a way may go by."""

    value: str
    label: str


def column_choices(schema: Schema, question: Question, facts: SplitFacts | None) -> list[ColumnChoice]:
    """What the chosen way may go by, likeliest first."""
    way = question.split.way
    if way == "ratio":
        return []
    offers = [
        ColumnChoice(column_value(offer.column, offer.piece), offer.name)
        for offer in (facts.groups if facts and way in ("group", "folds") else [])
    ]
    known = {choice.value for choice in offers}
    chosen = column_value(question.split.column, question.split.piece) if question.split.column else None
    plain: list[Column] = [
        c for c in list_columns(schema, way, question.target) if c.type not in ("image", "audio")
    ]
    found = [*offers, *(ColumnChoice(c.id, c.name) for c in plain if c.id not in known)]
    if chosen and chosen not in {choice.value for choice in found}:
        name = schema.column(question.split.column or "").name
        found.insert(
            0,
            ColumnChoice(
                chosen, _("piece {n} of ‘{name}’").format(n=(question.split.piece or 0) + 1, name=name)
            ),
        )
    return [ColumnChoice("none", _("no groups")), *found] if way == "folds" else found


def column_value(column: str, piece: int | None) -> str:
    """How a column, or a piece of its names, stands in the form."""
    return column if piece is None else f"{column}.{piece}"


def fold_choices(question: Question, facts: SplitFacts | None, rows: int) -> list[tuple[int, str]]:
    """How many folds, in words; with few rows as many as rows: leave one out."""
    found = [(n, _("{n} folds").format(n=n)) for n in (3, 5, 10)]
    left = sum(facts.parts[p].rows for p in ("train", "validation")) if facts else round(rows * 0.85)
    if left <= FEW_FOR_ONE and left not in (3, 5, 10):
        found.append((left, _("{n} folds: leave one row out").format(n=left)))
    if question.split.folds not in {n for n, _label in found}:
        found.append((question.split.folds, _("{n} folds").format(n=question.split.folds)))
    return found
