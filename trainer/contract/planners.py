"""What each kind of step comes to: checked against the columns as they stand, and written as deeds.

Each function raises ValueError in words where its step cannot be done.
"""

from collections.abc import Callable
from typing import Any

from trainer.contract.formula import KINDS, compile_formula
from trainer.contract.planned import (
    MEDIA,
    WORDS,
    Plan,
    PlannedColumn,
    check_format,
    check_rows,
    kind_of,
    read_cell,
    read_value,
)
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


def check_learned(plan: Plan, step: Step) -> None:
    """A step that learns is applied after all others: it must fit what its column is then."""
    match step:
        case Impute() if step.column in plan.columns:
            numbers = step.how in ("mean", "median")
            types = ("number",) if numbers else ("number", "datetime", *WORDS)
            plan.one_of(
                step.column, types, f"only numbers have a {step.how}" if numbers else "its holes stay"
            )
        case Clip() if step.column in plan.columns:
            plan.one_of(step.column, ("number",), "only numbers are clipped")
        case Merge() if step.column in plan.columns:
            plan.one_of(step.column, WORDS, "only categories are merged")


def _impute(plan: Plan, step: Impute) -> None:
    if step.how != "value":
        plan.column(step.column)
        return
    column = plan.one_of(step.column, ("number", "datetime", *WORDS), "holes in it cannot be filled")
    if step.value is None or step.value == "":
        raise ValueError("say which value fills the holes.")
    plan.do("fill", column.id, value=read_value(column, step.value))


def _clip(plan: Plan, step: Clip) -> None:
    column = plan.column(step.column)
    if step.share is not None:
        if step.low is not None or step.high is not None:
            raise ValueError("give bounds, or the share of the values that stays, not both.")
        return
    plan.one_of(column.id, ("number",), "only numbers are clipped")
    if step.low is None and step.high is None:
        raise ValueError("give a lowest or a highest number.")
    if step.low is not None and step.high is not None and step.low > step.high:
        raise ValueError(f"the lowest number, {step.low:g}, is above the highest, {step.high:g}.")
    plan.do("clip", column.id, low=step.low, high=step.high)


def _map(plan: Plan, step: MapValues) -> None:
    column = plan.one_of(step.column, ("number", "tags", *WORDS), "only words, tags and numbers are mapped")
    if not step.values:
        raise ValueError("name at least one value to write in another way.")
    pairs = [
        [read_value(column, old), None if new is None else read_value(column, new)]
        for old, new in step.values.items()
    ]
    plan.do("map", column.id, pairs=pairs, kind=kind_of(column))


def _dates(plan: Plan, step: ParseDates) -> None:
    column = plan.one_of(step.column, ("number", *WORDS), "only text and numbers are read as dates")
    check_format(step.format)
    plan.do("dates", column.id, format=step.format, was=kind_of(column))
    column.type = "datetime"


def _make(plan: Plan, step: MakeColumn) -> None:
    if step.made in plan.columns or step.made in plan.gone:
        raise ValueError(f"a column {step.made} is there already; a new one needs the next free id.")
    check_name(plan, step.name, step.made)
    if step.labels is not None:
        make_labels(plan, step)
        return
    formula = compile_formula(step.expression, plan.known())
    if formula.kind in ("missing", "file"):
        raise ValueError("this formula never gives a value.")
    type = {"number": "number", "time": "datetime"}.get(formula.kind, "text")
    plan.columns[step.made] = PlannedColumn(step.made, step.name, type, None)
    plan.do("make", step.made, tree=formula.tree, kind=formula.kind, reads=list(formula.columns))


def check_name(plan: Plan, name: str, id: str) -> None:
    """No other column may have the name of this one: who reads the table could not tell them apart."""
    if any(other.name == name.strip() for other in plan.columns.values() if other.id != id):
        raise ValueError(f"another column is called ‘{name.strip()}’ already.")


def make_labels(plan: Plan, step: MakeColumn) -> None:
    """An empty column for labels."""
    if step.labels == "boxes":
        plan.one_of(step.of or "", ("image",), "boxes lie on pictures")
    plan.columns[step.made] = PlannedColumn(step.made, step.name, str(step.labels), None, of=step.of)
    plan.do("make", step.made, tree=["text", ""], kind="text", reads=[])


def _retype(plan: Plan, step: Retype) -> None:
    column = plan.column(step.column)
    if column.type == step.type:
        raise ValueError(f"‘{column.name}’ is {step.type} already.")
    if column.type in MEDIA or column.type == "boxes":
        raise ValueError(f"‘{column.name}’ holds {column.type} and cannot become {step.type}.")
    if column.type == "datetime" and step.type == "number":
        raise ValueError(
            f"a date is no number. Make a new column of it: year(…) or days_between(…) of ‘{column.name}’."
        )
    was = "tags" if column.type == "tags" else kind_of(column)
    to = "tags" if step.type == "tags" else KINDS[step.type]
    if was != to:
        plan.do("retype", column.id, was=was, to=to, decimal=step.decimal)
    column.type = step.type
    column.changed = True


def _rename(plan: Plan, step: Rename) -> None:
    column, name = plan.column(step.column), step.name.strip()
    if not name:
        raise ValueError("a column needs a name.")
    check_name(plan, name, column.id)
    plan.old_names[column.name] = column.id
    column.name = name


def _drop(plan: Plan, step: Drop) -> None:
    for id in step.columns:
        plan.gone[id] = plan.column(id).name
    for id in step.columns:
        plan.columns.pop(id, None)
    plan.deeds.append({"do": "drop", "column": step.columns[0], "columns": list(step.columns)})


def _merge(plan: Plan, step: Merge) -> None:
    column = plan.column(step.column)
    if (step.below is None) == (not step.values):
        raise ValueError("name the categories to merge, or how rare they must be: one of the two.")
    if step.below is not None:
        return
    plan.one_of(column.id, ("tags", *WORDS), "only categories are merged")
    plan.do("map", column.id, pairs=[[old, step.into] for old in step.values], kind=kind_of(column))


def _relabel(plan: Plan, step: Relabel) -> None:
    column = plan.column(step.column)
    if column.type in MEDIA:
        raise ValueError(
            f"‘{column.name}’ holds {column.type}: its cells are files and cannot be written anew."
        )
    check_rows(plan, sorted(step.cells))
    cells = [[row, None if value is None else read_cell(column, value)] for row, value in step.cells.items()]
    plan.do("relabel", column.id, cells=cells, kind=kind_of(column))


def _exclude(plan: Plan, step: Exclude) -> None:
    check_rows(plan, sorted(step.rows))
    plan.deeds.append({"do": "exclude", "column": "", "rows": step.rows})


def _fix_text(plan: Plan, step: FixText) -> None:
    column = plan.one_of(step.column, ("tags", *WORDS), "only text is read in a wrong encoding")
    plan.do("fix_text", column.id)


PLANNERS: dict[str, Callable[[Plan, Any], None]] = {
    "impute": _impute,
    "clip": _clip,
    "map": _map,
    "dates": _dates,
    "make": _make,
    "retype": _retype,
    "rename": _rename,
    "drop": _drop,
    "merge": _merge,
    "relabel": _relabel,
    "exclude": _exclude,
    "fix_text": _fix_text,
}
