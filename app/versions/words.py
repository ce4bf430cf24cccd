"""Steps in plain words, with the names that columns have where the step stands."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.pages import words
from app.versions.effect import Effect
from trainer.contract.dataset import Schema
from trainer.contract.plan import is_learned
from trainer.contract.steps import (
    Clip,
    Drop,
    Exclude,
    FixText,
    Impute,
    MakeColumn,
    MapValues,
    Merge,
    ParseDates,
    Relabel,
    Rename,
    Retype,
    Step,
)

_ = words.gettext
ngettext = words.ngettext

MOST_NAMED = 3
TYPES = {
    "number": _("number"),
    "category": _("category"),
    "tags": _("tags"),
    "text": _("text"),
    "datetime": _("date"),
}


@dataclass(frozen=True)
class StepLine:
    """A step in its list."""

    place: int
    words: str
    learned: bool
    """Fitted on the training part when a model is trained."""
    kind: str
    """Of its form; ``labels`` for a column that labelling made, which has none."""


def step_lines(schema: Schema, steps: Sequence[Step]) -> list[StepLine]:
    """A root's steps, in order."""
    names = {column.id: column.name for column in schema.columns}
    lines = []
    for place, step in enumerate(steps):
        kind = "labels" if isinstance(step, MakeColumn) and step.labels else step.kind
        said = step_words(step, names)
        if isinstance(step, MakeColumn) and not step.labels:
            said += renamed_words(step, names, steps[place + 1 :])
        lines.append(StepLine(place, said, is_learned(step), kind))
        if isinstance(step, Rename):
            names[step.column] = step.name
        elif isinstance(step, MakeColumn):
            names[step.made] = step.name
    return lines


def renamed_words(step: MakeColumn, names: Mapping[str, str], later: Sequence[Step]) -> str:
    """Columns of a formula that later steps call something else: " (Pclass is called Class now)"."""
    now = {one.column: one.name for one in later if isinstance(one, Rename)}
    read = [
        id
        for id in now
        if id in names and re.search(rf"(?<!\w){re.escape(names[id])}(?!\w)", step.expression)
    ]
    told = [_("{old} is called {name} now").format(old=names[id], name=now[id]) for id in read]
    return f" ({', '.join(told)})" if told else ""


def step_words(step: Step, names: Mapping[str, str]) -> str:
    """What a step does: "Fill the holes of Age with the median of the training part"."""
    match step:
        case Impute() | Clip() | MapValues() | Merge() | FixText():
            return value_words(step, names.get(step.column, step.column))
        case ParseDates():
            return _("Read {column} as dates written {form}").format(
                column=names.get(step.column), form=step.format
            )
        case MakeColumn():
            said = _("Make the column {name} for labels") if step.labels else _("Make {name} = {formula}")
            return said.format(name=step.name, formula=step.expression)
        case Retype():
            return _("Read {column} as {type}").format(column=names.get(step.column), type=TYPES[step.type])
        case Rename():
            return _("Call {column} {name}").format(column=names.get(step.column), name=step.name)
        case Drop():
            return _("Leave out {columns}").format(columns=some([names.get(id, id) for id in step.columns]))
        case Relabel():
            return ngettext(
                "Write {n} cell of {column} anew", "Write {n} cells of {column} anew", len(step.cells)
            ).format(n=f"{len(step.cells):,}", column=names.get(step.column))
        case Exclude():
            count = ngettext("Leave out {n} row", "Leave out {n} rows", len(step.rows))
            said = count.format(n=f"{len(step.rows):,}")
            return f"{said}: {step.reason}" if step.reason else said


def value_words(step: Impute | Clip | MapValues | Merge | FixText, column: str) -> str:
    """Steps on the values of one column."""
    match step:
        case Impute(how="value"):
            return _("Fill the holes of {column} with {value}").format(column=column, value=plain(step.value))
        case Impute():
            how = {
                "mean": _("the mean"),
                "median": _("the median"),
                "most_frequent": _("the most frequent value"),
            }
            return _("Fill the holes of {column} with {how}").format(column=column, how=how[step.how])
        case Clip():
            return clip_words(step, column)
        case MapValues():
            pairs = some(
                [f"{old} → {_('missing') if new is None else new}" for old, new in step.values.items()]
            )
            return _("Write values of {column} in another way: {pairs}").format(column=column, pairs=pairs)
        case Merge(below=int() as below):
            return _("Call categories of {column} with under {n} rows {into}").format(
                column=column, n=f"{below:,}", into=step.into
            )
        case Merge():
            return _("Call {values} of {column} {into}").format(
                values=some(step.values), column=column, into=step.into
            )
        case FixText():
            return _("Mend the text of {column} that was read in the wrong encoding").format(column=column)


def clip_words(step: Clip, column: str) -> str:
    """Bounds, or a share."""
    if step.share is not None:
        share = f"{step.share * 100:g}"
        return _("Bring {column} into the middle {share} % of its values").format(column=column, share=share)
    if step.low is None:
        return _("Bring {column} to at most {high}").format(column=column, high=plain(step.high))
    if step.high is None:
        return _("Bring {column} to at least {low}").format(column=column, low=plain(step.low))
    bounds = {"low": plain(step.low), "high": plain(step.high)}
    return _("Bring {column} into {low} to {high}").format(column=column, **bounds)


def effect_words(step: Step, effect: Effect) -> str:
    """What a step would do, in one sentence; nothing where there is nothing to count."""
    if not effect.rows:
        return ""
    count, rows = f"{effect.changed:,}", f"{effect.rows:,}"
    where = (
        ""
        if effect.whole
        else " " + _("These are the first {n} rows; the rest is not counted here.").format(n=rows)
    )
    match step:
        case Impute(how="mean" | "median" | "most_frequent"):
            found = _("{n} holes are filled in training, as its own part says; all rows would say {value}.")
        case Clip(share=float()):
            found = _(
                "{n} numbers lie outside {value}, taken over all rows; training takes it from its own part alone."
            )
        case Merge(below=int()):
            found = _("{value} in {n} rows, counted over all rows; training goes by its own part.")
        case Retype() | ParseDates() if not effect.lost:
            found = retype_words(effect)
        case Retype() | ParseDates():
            found = _("{n} values cannot be read so and become missing: {first}.") + categories_words(effect)
        case MakeColumn():
            found = _("{n} of {rows} rows get a value.")
        case _ if not effect.changed:
            found = _("Nothing changes: no cell of the {rows} rows is concerned.")
        case _:
            found = _("{n} of {rows} cells change: {first}.")
    return found.format(n=count, rows=rows, first=row_words(effect), value=effect.learned or "–") + where


def retype_words(effect: Effect) -> str:
    """Of a change of type that loses nothing: how many values there are, how many are missing, how many categories."""
    if not effect.missing:
        return _("Every value of the {rows} rows can be read so.") + categories_words(effect)
    held = f"{effect.rows - effect.missing:,}"
    holes = ngettext("{n} is missing and stays so", "{n} are missing and stay so", effect.missing)
    found = _("Of the {rows} rows, {held} hold a value, and each can be read so; {holes}.")
    return found.format(
        rows="{rows}", held=held, holes=holes.format(n=f"{effect.missing:,}")
    ) + categories_words(effect)


def categories_words(effect: Effect) -> str:
    """How many categories a column would have."""
    if not effect.values:
        return ""
    count = len(effect.values)
    return " " + ngettext("There will be {n} category.", "There will be {n} categories.", count).format(
        n=f"{count:,}"
    )


def row_words(effect: Effect) -> str:
    """The first rows that are concerned: "rows 4, 88 and 10 more"."""
    numbers = ", ".join(f"{row + 1:,}" for row in effect.first)
    rest = effect.changed - len(effect.first)
    noun = ngettext("row {numbers}", "rows {numbers}", effect.changed).format(numbers=numbers)
    return noun if rest <= 0 else _("{rows} and {n} more").format(rows=noun, n=f"{rest:,}")


def plain(value: float | str | None) -> str:
    """A value as a person would write it."""
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def some(names: Iterable[str]) -> str:
    """The first few, and how many more."""
    found = list(names)
    shown = ", ".join(found[:MOST_NAMED])
    rest = len(found) - MOST_NAMED
    return shown if rest <= 0 else _("{shown} and {n} more").format(shown=shown, n=f"{rest:,}")
