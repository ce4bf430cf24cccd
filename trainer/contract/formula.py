"""The language of formulas: what can be called, and what each part of a formula gives.

A formula is a small tree of calls out of ``FUNCTIONS`` and signs, and nothing else: nothing of it is ever run as a
program. ``compile_formula`` checks names and types, and gives the tree as JSON: ``["column", "c3"]``, ``["number",
2.0]``, ``["text", "male"]``, ``["truth", true]``, ``["missing"]``, or ``[function or sign, *trees]``
(so that the functions ``number`` and ``text`` hold a tree where the values of these names hold none).
``trainer.mend.formulas`` evaluates such a tree; a filter can write SQL from it.

A missing value makes what is computed from it missing; ``and``, ``or`` and ``not`` know "perhaps" as SQL does.
"""

import difflib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from trainer.contract.expression import COMPARISONS, MOST_PARTS, BadFormula, Node, parse

Kind = Literal["number", "text", "time", "truth", "file", "missing"]
Tree = list[Any]
"""JSON: a name, then numbers, texts or trees."""

KINDS: dict[str, Kind] = {
    "number": "number", "category": "text", "text": "text", "tags": "text", "datetime": "time",
}  # fmt: skip
"""Column type -> what it is in a formula; all others are files, of which only ``is_missing`` can be asked."""


@dataclass(frozen=True)
class Function:
    """What can be called. ``takes``: a kind an argument, ``any``, ``same`` (all of one kind), with ``?`` for one that
    may be left out and ``*`` for one or more.
    """

    takes: tuple[str, ...]
    gives: str
    words: str


FUNCTIONS: dict[str, Function] = {
    "if": Function(("truth", "same", "same"), "same", "if(Age < 18, 'child', 'adult')"),
    "coalesce": Function(("same*",), "same", "the first that is not missing"),
    "is_missing": Function(("any",), "truth", "whether there is no value"),
    "abs": Function(("number",), "number", "without its sign"),
    "min": Function(("number*",), "number", "the smallest"),
    "max": Function(("number*",), "number", "the largest"),
    "round": Function(("number", "number?"), "number", "round(Fare, 1): to one digit after the point"),
    "floor": Function(("number",), "number", "the whole number below"),
    "ceil": Function(("number",), "number", "the whole number above"),
    "log": Function(("number",), "number", "natural logarithm"),
    "log10": Function(("number",), "number", "logarithm to the base of ten"),
    "exp": Function(("number",), "number", "e to the power"),
    "sqrt": Function(("number",), "number", "square root"),
    "lower": Function(("text",), "text", "in small letters"),
    "upper": Function(("text",), "text", "in capital letters"),
    "trim": Function(("text",), "text", "without blanks around it"),
    "length": Function(("text",), "number", "how many characters"),
    "contains": Function(("text", "text"), "truth", "contains(Name, 'Mr')"),
    "starts": Function(("text", "text"), "truth", "whether it begins so"),
    "ends": Function(("text", "text"), "truth", "whether it ends so"),
    "replace": Function(("text", "text", "text"), "text", "replace(Ticket, ' ', '')"),
    "part": Function(
        ("text", "text", "number"), "text", "part(Name, ',', 1): what stands before the first comma"
    ),
    "year": Function(("time",), "number", "the year"),
    "month": Function(("time",), "number", "1 to 12"),
    "day": Function(("time",), "number", "day of the month"),
    "weekday": Function(("time",), "number", "1 (Monday) to 7"),
    "hour": Function(("time",), "number", "0 to 23"),
    "days_between": Function(("time", "time"), "number", "days from the first to the second"),
    "date": Function(("text",), "time", "date('2026-01-31')"),
    "number": Function(("any",), "number", "text read as a number; missing where it is none"),
    "text": Function(("any",), "text", "a number or date as text"),
}
SIGNS: dict[str, Function] = {
    **{sign: Function(("number", "number"), "number", "") for sign in ("-", "*", "/", "%", "**")},
    "negative": Function(("number",), "number", ""),
    "and": Function(("truth", "truth"), "truth", ""),
    "or": Function(("truth", "truth"), "truth", ""),
    "not": Function(("truth",), "truth", ""),
}
NAMES: dict[str, str] = {
    "number": "a number",
    "text": "text",
    "time": "a date",
    "truth": "yes or no",
    "file": "a file",
}


@dataclass(frozen=True)
class Known:
    """A column as a formula may name it."""

    id: str
    name: str
    type: str


@dataclass(frozen=True)
class Formula:
    """A formula whose names and types are checked."""

    tree: Tree
    kind: Kind
    columns: tuple[str, ...]
    """Ids of the columns that it reads, in the order of their first use."""


def compile_formula(text: str, columns: Iterable[Known]) -> Formula:
    """Read a formula over these columns. Raises BadFormula in words, with the place."""
    named: dict[str, list[Known]] = {}
    for column in columns:
        named.setdefault(column.name, []).append(column)
    used: list[str] = []

    def find(node: Node) -> Known:
        found = named.get(node.value) or [
            c for name in named if name.lower() == node.value.lower() for c in named[name]
        ]
        if not found:
            raise BadFormula(f"There is no column ‘{node.value[:60]}’.{_hint(node.value, named)}", node.at)
        if len(found) > 1:
            raise BadFormula(
                f"{len(found)} columns are called ‘{node.value[:60]}’. Rename one of them first.", node.at
            )
        if found[0].id not in used:
            used.append(found[0].id)
        return found[0]

    tree, kind = _typed(parse(text), find)
    return Formula(tree, kind, tuple(used))


def _hint(name: str, named: Iterable[str]) -> str:
    """What was perhaps meant by the name of a column that is not there."""
    by_small = {one.lower(): one for one in named}
    near = difflib.get_close_matches(name[:60].lower(), by_small, n=2, cutoff=0.7)
    if near:
        return f" Do you mean {' or '.join(f'‘{by_small[one]}’' for one in near)}?"
    return f" Text stands in single quotes: '{name}'." if len(name) < 60 else ""


def _find_function(node: Node) -> Function:
    found = SIGNS.get(node.value) or FUNCTIONS.get(node.value)
    if found is not None:
        return found
    likely = [known for known in FUNCTIONS if known.startswith(node.value[:3])]
    hint = f"Do you mean {' or '.join(likely)}?" if likely else f"There are {', '.join(FUNCTIONS)}."
    raise BadFormula(f"Character {node.at + 1}: there is no function ‘{node.value[:40]}’. {hint}", node.at)


def _typed(node: Node, find: Callable[[Node], Known]) -> tuple[Tree, Kind]:
    """The JSON of a node, and what it gives."""
    if node.kind == "name":
        column = find(node)
        return ["column", column.id], KINDS.get(column.type, "file")
    if node.kind == "missing":
        return ["missing"], "missing"
    if node.kind != "call":
        kinds: dict[str, Kind] = {"number": "number", "text": "text", "truth": "truth"}
        return [node.kind, node.value], kinds[node.kind]
    given = [_typed(part, find) for part in node.parts]
    if node.value in COMPARISONS or node.value == "in":
        return [node.value, *_alike(node, given)], "truth"
    if node.value == "+":
        wanted = "text" if any(kind == "text" for _, kind in given) else "number"
        return _call(node, given, Function((wanted, wanted), wanted, ""))
    return _call(node, given, _find_function(node))


def _call(node: Node, given: list[tuple[Tree, Kind]], function: Function) -> tuple[Tree, Kind]:
    """Check what a function is given."""
    least = sum(not kind.endswith("?") for kind in function.takes)
    most = MOST_PARTS if function.takes[-1].endswith("*") else len(function.takes)
    if not least <= len(given) <= most:
        wanted = (
            f"{least}"
            if least == most
            else f"at least {least}"
            if most == MOST_PARTS
            else f"{least} or {most}"
        )
        noun = "value" if wanted == "1" else "values"
        raise BadFormula(
            f"Character {node.at + 1}: ‘{node.value}’ takes {wanted} {noun} and is given {len(given)}.",
            node.at,
        )
    same: Kind = "missing"
    for place, (_, kind) in enumerate(given):
        wanted = function.takes[min(place, len(function.takes) - 1)].rstrip("?*")
        if wanted == "same":
            same = kind if same == "missing" else same
            wanted = same
        if wanted == "any" or kind in (wanted, "missing") or (wanted == "missing" and kind != "file"):
            continue
        raise BadFormula(_mismatch(node, place, wanted, kind), node.parts[place].at)
    gives: Any = same if function.gives == "same" else function.gives
    return [node.value, *(tree for tree, _ in given)], gives


def _alike(node: Node, given: list[tuple[Tree, Kind]]) -> list[Tree]:
    """Both sides of a comparison must be of one kind. A written number beside text is meant as text, a written text
    beside a date as a date.
    """
    if len(given) < 2:
        raise BadFormula(f"Character {node.at + 1}: the list after ‘in’ is empty.", node.at)
    kinds = {kind for tree, kind in given if tree[0] not in ("number", "text", "missing")} - {"missing"}
    wanted = next(iter(kinds)) if kinds else next((kind for _, kind in given if kind != "missing"), "number")
    trees: list[Tree] = []
    for place, (tree, kind) in enumerate(given):
        if kind in (wanted, "missing") and kind != "file":
            trees.append(tree)
        elif tree[0] == "number" and wanted == "text":
            trees.append(["text", f"{tree[1]:.15g}"])
        elif tree[0] == "text" and wanted == "time":
            trees.append(["date", tree])
        elif kind == "file":
            at = node.parts[place].at
            raise BadFormula(
                f"Character {at + 1}: this is a file. A formula can only ask whether it is missing.", at
            )
        else:
            raise BadFormula(_mismatch(node, place, wanted, kind), node.parts[place].at)
    return trees


def _mismatch(node: Node, place: int, wanted: str, kind: str) -> str:
    part = node.parts[place]
    column = next((one.value for one in node.parts if one.kind == "name" and one is not part), None)
    if (
        column is not None
        and part.kind in ("text", "number")
        and (node.value in COMPARISONS or node.value == "in")
    ):
        holds = {"number": "numbers", "time": "dates", "text": "text"}.get(wanted, wanted)
        said = f"'{part.value}'" if part.kind == "text" else f"{part.value:.15g}"
        return (
            f"Character {part.at + 1}: ‘{column}’ holds {holds}, and {said[:60]} is {NAMES.get(kind, kind)}."
            + (
                f" Write {part.value} without quotes."
                if wanted == "number" and _is_number(part.value)
                else ""
            )
        )
    hint = ""
    if kind == "number" and wanted == "text":
        hint = " Write text(…) around it."
    elif kind == "text" and wanted == "number":
        hint = " Write number(…) around it."
    elif kind == "text" and wanted == "time":
        hint = " Write date(…) around it."
    return (
        f"Character {node.parts[place].at + 1}: ‘{node.value}’ needs {NAMES.get(wanted, wanted)} here, and this is "
        f"{NAMES.get(kind, kind)}.{hint}"
    )


def _is_number(text: Any) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
