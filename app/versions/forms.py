"""Forms of steps: made from the fields of each kind of step, read back into one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from app.errors import BadInput
from app.pages import words
from app.versions.words import TYPES, plain
from trainer.contract.planned import Plan
from trainer.contract.steps import (
    Clip,
    Drop,
    FixText,
    Impute,
    MakeColumn,
    MapValues,
    Merge,
    ParseDates,
    Rename,
    Retype,
    Step,
)

_ = words.gettext

STEP: TypeAdapter[Step] = TypeAdapter(Step)
ARROW = "="


@dataclass(frozen=True)
class Kind:
    """A kind of step that a form makes. ``types``: of the columns that it can be done to."""

    model: type[BaseModel]
    title: str
    help: str
    types: tuple[str, ...] = ()


@dataclass(frozen=True)
class StepField:
    """One field of a form."""

    name: str
    label: str
    kind: str
    value: Any = None
    help: str = ""
    options: list[dict[str, str]] = field(default_factory=list)
    chosen: tuple[str, ...] = ()
    """Of several columns."""


Sent = Annotated[str, Field(max_length=4_000)]


class StepForm(BaseModel):
    """What a form of any kind sends; ``edit`` is the place of the step that is edited."""

    kind: Sent = ""
    edit: int = -1
    made_from: Sent = ""
    back: Sent = ""
    column: Sent = ""
    columns: Annotated[list[Sent], Field(max_length=5_000)] = []
    how: Sent = ""
    value: Sent = ""
    low: Sent = ""
    high: Sent = ""
    share: Sent = ""
    values: Sent = ""
    below: Sent = ""
    into: Sent = ""
    format: Sent = ""
    name: Sent = ""
    expression: Sent = ""
    type: Sent = ""
    decimal: Sent = ""


TEXTS = ("category", "text")
KINDS: dict[str, Kind] = {
    "impute": Kind(
        Impute, _("Fill holes"), _("Give missing cells a value: one that you know, or one learned in training."),
        ("number", "datetime", *TEXTS),
    ),
    "clip": Kind(Clip, _("Clip"), _("Bring numbers that lie far out to the nearest bound."), ("number",)),
    "map": Kind(
        MapValues, _("Rewrite values"), _("Write some values in another way, or as missing."),
        ("number", "tags", *TEXTS),
    ),
    "merge": Kind(
        Merge, _("Merge categories"), _("Give several categories one name, or all that are rare."), ("tags", *TEXTS)
    ),
    "retype": Kind(
        Retype, _("Change the type"), _("Read a column as something else; what does not fit becomes missing."),
        ("number", "datetime", "tags", *TEXTS),
    ),
    "dates": Kind(ParseDates, _("Read dates"), _("Read text as dates written in one way."), ("number", *TEXTS)),
    "make": Kind(MakeColumn, _("Make a column"), _("Compute a new column from others.")),
    "rename": Kind(
        Rename, _("Rename"), _("Call a column something else."),
        ("number", "category", "tags", "text", "datetime", "image", "audio", "boxes", "mask"),
    ),
    "drop": Kind(Drop, _("Leave out columns"), _("Take columns out of the table.")),
    "fix_text": Kind(
        FixText, _("Mend the encoding"), _("Turn text like ‘MÃ¼ller’ into what was meant, ‘Müller’."), ("tags", *TEXTS)
    ),
}  # fmt: skip
LABELS: dict[str, str] = {
    "column": _("Column"),
    "columns": _("Columns"),
    "how": _("With"),
    "value": _("Value"),
    "low": _("At least"),
    "high": _("At most"),
    "share": _("Or keep the middle"),
    "values": _("Values"),
    "below": _("Or all with fewer rows than"),
    "into": _("New name"),
    "format": _("Written like"),
    "name": _("Name"),
    "expression": _("Formula"),
    "type": _("Type"),
    "decimal": _("Decimal sign"),
}
HELP: dict[tuple[str, str], str] = {
    ("impute", "value"): _("only for ‘a value’"),
    ("impute", "how"): _("mean, median and most frequent are learned from the training part"),
    ("clip", "share"): _("percent of the values of the training part, 98 for example, instead of bounds"),
    ("map", "values"): _("one a line: old = new; nothing after = makes it missing"),
    ("merge", "values"): _("one category a line"),
    ("merge", "below"): _("counted on the training part, instead of names"),
    ("dates", "format"): _("%d.%m.%Y for 31.01.2026, %m/%d/%y %H:%M for 01/31/26 14:30"),
    ("make", "expression"): _("like Fare / (SibSp + 1), if(Age < 18, 'child', 'adult') or year(Day)"),
    ("retype", "decimal"): _("how text writes numbers"),
}
CHOICES: dict[str, str] = {
    "value": _("a value"),
    "mean": _("the mean"),
    "median": _("the median"),
    "most_frequent": _("the most frequent value"),
    ".": _("point: 1,234.5"),
    ",": _("comma: 1.234,5"),
    **TYPES,
}


def list_fields(kind: str, plan: Plan, given: Mapping[str, Any]) -> list[StepField]:
    """The fields of a kind of step, over the columns that there are, with what was given."""
    fields = []
    for name, info in KINDS[kind].model.model_fields.items():
        if name not in LABELS or (name == "decimal" and not may_be_text(plan, given)):
            continue
        label, help, value = LABELS[name], HELP.get((kind, name), ""), given.get(name)
        if name in ("column", "columns"):
            types = KINDS[kind].types
            known = [
                {"value": c.id, "label": c.name}
                for c in plan.columns.values()
                if not types or c.type in types
            ]
            chosen = tuple(value) if isinstance(value, list) else ()
            fields.append(
                StepField(
                    name, label, "columns" if name == "columns" else "select", value, help, known, chosen
                )
            )
        elif get_origin(info.annotation) is Literal:
            options = [{"value": one, "label": CHOICES[one]} for one in get_args(info.annotation)]
            fields.append(StepField(name, label, "select", value or options[0]["value"], help, options))
        elif name in ("values", "expression"):
            fields.append(StepField(name, label, "textarea", value or "", help))
        else:
            number = name in ("low", "high", "share", "below")
            fields.append(
                StepField(name, label, "number" if number else "text", "" if value is None else value, help)
            )
    return fields


def may_be_text(plan: Plan, given: Mapping[str, Any]) -> bool:
    """Whether the column of a form holds text, or is still to be chosen."""
    column = plan.columns.get(str(given.get("column", "")))
    return column is None or column.type in TEXTS


def given_of(step: Step) -> dict[str, Any]:
    """A step as its form shows it."""
    given: dict[str, Any] = step.model_dump(mode="json", exclude={"kind", "made"})
    if isinstance(step, MapValues):
        given["values"] = "\n".join(f"{old} {ARROW} {new or ''}".rstrip() for old, new in step.values.items())
    elif isinstance(step, Merge):
        given["values"] = "\n".join(step.values)
    elif isinstance(step, Clip) and step.share is not None:
        given["share"] = plain(step.share * 100)
    return given


def read_step(kind: str, plan: Plan, given: Mapping[str, Any], made: str) -> Step:
    """A step out of what a form sent; raises BadInput in words. ``made``: the id of a column that it makes."""
    if kind not in KINDS:
        raise BadInput(f"‘{kind[:40]}’ is no kind of step. There are {', '.join(KINDS)}.")
    fields = KINDS[kind].model.model_fields
    found: dict[str, Any] = {"kind": kind}
    for name, value in given.items():
        if name in fields and name not in ("kind", "made") and value not in ("", [], None):
            found[name] = value.strip() if isinstance(value, str) else value
    if kind == "map":
        found["values"] = dict(
            read_pair(line) for line in str(found.get("values", "")).splitlines() if line.strip()
        )
    elif kind == "merge":
        found["values"] = [line.strip() for line in str(found.get("values", "")).splitlines() if line.strip()]
    elif kind == "make":
        found["made"] = made
    elif kind == "clip" and "share" in found:
        found["share"] = read_share(found["share"])
    elif kind == "impute" and found.get("how") != "value":
        found.pop("value", None)
    column = found.get("column")
    if "column" in fields and column not in plan.columns:
        raise BadInput(_("Choose the column that this is done to."))
    try:
        return STEP.validate_python(found)
    except ValidationError as error:
        first = error.errors()[0]
        place = LABELS.get(str(first["loc"][1]) if len(first["loc"]) > 1 else "", _("The form"))
        missing = first["type"] in ("missing", "string_too_short", "too_short")
        what = _("is not filled in") if missing else first["msg"][:1].lower() + first["msg"][1:]
        raise BadInput(f"{place}: {what}.") from error


def read_pair(line: str) -> tuple[str, str | None]:
    """``old = new``; the last = counts, so that an old value may hold one."""
    if ARROW not in line:
        raise BadInput(
            _("‘{line}’ does not say what the value becomes. Write old = new.").format(line=line[:60])
        )
    old, _sign, new = line.rpartition(ARROW)
    return old.strip(), new.strip() or None


def read_share(text: str) -> float:
    """Percent as a share."""
    try:
        share = float(text) / 100
    except ValueError:
        share = -1.0
    if not 0 < share < 1:
        raise BadInput(_("The share that stays is a percentage between 0 and 100, such as 98."))
    return share
