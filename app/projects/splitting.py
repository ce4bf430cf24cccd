"""The split as its form on the Question page says it."""

import math

from pydantic import BaseModel, ConfigDict, ValidationError

from app.errors import BadInput
from app.pages import words
from trainer.contract.dataset import Schema
from trainer.contract.recipe import Question, Split, Way
from trainer.contract.results import SplitFacts
from trainer.contract.splitting import WAYS, list_columns, propose_split

_ = words.gettext

PARTS = ("train", "validation", "test")


class SplitForm(BaseModel):
    """A split as the form states it. Shares are percent; ``column`` is an id, or an id and a piece of its names:
    ``c0.2``.
    """

    model_config = ConfigDict(extra="forbid")

    way: str = ""
    train: str = ""
    validation: str = ""
    test: str = ""
    stratify: str = ""
    column: str = ""
    gap: str = ""
    copies: str = ""
    folds: str = ""
    repeats: str = ""
    whole: str = ""
    """Sent by the page's own form: an empty box then means off."""

    def split(self, schema: Schema, question: Question, facts: SplitFacts | None) -> Split:
        """The split meant; what is not said stays as it was. Raises BadInput in words."""
        before = question.split
        if self.way and self.way not in WAYS:
            raise BadInput(
                _("‘{way}’ is no way to split. Choose one of: {known}.").format(
                    way=self.way[:40], known=", ".join(WAYS)
                )
            )
        way: Way = WAYS[self.way].key if self.way in WAYS else before.way
        column, piece = self.by(schema, question, facts, way)
        said = {
            "way": way,
            "column": column,
            "piece": piece,
            "copies": self.copies or before.copies,
            "stratify": self.stratify == "true" if self.whole else before.stratify,
            "gap": read_amount(self.gap, _("The gap"), before.gap),
            "folds": read_count(self.folds, _("The number of folds"), 2, 100, before.folds),
            "repeats": read_count(self.repeats, _("Repeats"), 1, 10, before.repeats),
            "fold": 1,
            **self.shares(before),
        }
        if way in ("time", "given") and said["copies"] == "together":
            said["copies"] = "keep"  # there the rows' places are not ours to choose
        try:
            return Split.model_validate(before.model_dump() | said)
        except ValidationError as error:
            raise BadInput(str(error.errors()[0]["msg"]).removeprefix("Value error, ")) from error

    def shares(self, before: Split) -> dict[str, float]:
        """The three shares; they must fill 100 %."""
        typed = {name: getattr(self, name) for name in PARTS}
        if not any(typed.values()):
            return {name: getattr(before, name) for name in PARTS}
        found = {
            name: read_amount(text, _("The share of {part}").format(part=part_title(name).lower()), 0.0)
            for name, text in typed.items()
        }
        total = sum(found.values())
        if abs(total - 100) > 0.05:
            side = _("{n} % too much") if total > 100 else _("{n} % missing")
            raise BadInput(
                _("The shares {shares} make {total} %, not 100 %: {side}. Change one of them.").format(
                    shares=" + ".join(f"{value:g}" for value in found.values()),
                    total=f"{total:g}",
                    side=side.format(n=f"{abs(total - 100):g}"),
                )
            )
        empty = [part_title(name) for name, value in found.items() if value <= 0]
        if empty:
            raise BadInput(
                _("{part} gets 0 %, but each part needs some rows. Give it a share.").format(part=empty[0])
            )
        return {name: value / 100 for name, value in found.items()}

    def by(
        self, schema: Schema, question: Question, facts: SplitFacts | None, way: Way
    ) -> tuple[str | None, int | None]:
        """The column and piece that the way goes by: as said, as before, or the likeliest."""
        if way == "ratio":
            return None, None
        if self.column == "none" and way == "folds":
            return None, None
        if self.column and (way == question.split.way or self.whole == ""):
            return read_column(self.column, schema, way, question.target)
        if way == question.split.way:
            return question.split.column, question.split.piece
        if way == "folds":
            return None, None
        if way == "group" and facts and facts.groups:
            return facts.groups[0].column, facts.groups[0].piece
        fitting = [c for c in list_columns(schema, way, question.target) if c.type not in ("image", "audio")]
        if not fitting:
            raise BadInput(NONE_FITS[way])
        return fitting[0].id, None


NONE_FITS: dict[Way, str] = {
    "group": _("No column can tell groups: bring one that says who or what a row comes from."),
    "time": _("No column holds times or numbers that order the rows, so there is no oldest and newest."),
    "given": _("No column says which part a row is for. Bring one with train, validation and test."),
}


def read_column(text: str, schema: Schema, way: Way, target: str) -> tuple[str, int | None]:
    """``c3`` or ``c0.2``. Raises BadInput in words."""
    id, _dot, piece = text.partition(".")
    fitting = {column.id for column in list_columns(schema, way, target)}
    if id not in fitting or (piece and (not piece.isdecimal() or len(piece) > 2)):
        raise BadInput(
            _("Rows cannot be split {way} of ‘{column}’. Choose one of the columns shown for it.").format(
                way=WAYS[way].name.lower(), column=text[:40]
            )
        )
    return id, int(piece) if piece else None


def read_amount(text: str, title: str, before: float) -> float:
    """A number from 0."""
    if not text.strip():
        return before
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or not 0 <= value <= 1e12:
        raise BadInput(
            _("{title} is a number from 0, like 15; ‘{text}’ is not.").format(title=title, text=text[:40])
        )
    return value


def read_count(text: str, title: str, low: int, high: int, before: int) -> int:
    """A whole number in a range."""
    if not text.strip():
        return before
    if not text.strip().isdecimal() or len(text) > 6 or not low <= int(text) <= high:
        raise BadInput(
            _("{title} is a whole number from {low} to {high}; ‘{text}’ is not.").format(
                title=title, low=low, high=high, text=text[:40]
            )
        )
    return int(text)


def kept_split(before: Question, question: Question, schema: Schema) -> Split:
    """The split of the question before, as far as it fits a new one."""
    split = before.split
    if split.column == question.target:
        return propose_split(schema, question.task)
    if before.task != question.task:
        return split.model_copy(update={"stratify": question.task == "classification"})
    return split


def part_title(key: str) -> str:
    """What people call a part."""
    return {"train": _("Training"), "validation": _("Validation"), "test": _("Test")}[key]
