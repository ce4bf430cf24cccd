"""A condition that a person wrote, as SQL: a tree of known calls in, bound values and checked columns out."""

from typing import Any

from app.errors import BadInput
from trainer.contract.dataset import Schema
from trainer.contract.expression import BadFormula
from trainer.contract.formula import FUNCTIONS, KINDS, NAMES, Known, Tree, compile_formula

SIGNS = {"=": "=", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">=", "and": "AND", "or": "OR"}
CALLS = {
    "abs": "abs({0})",
    "floor": "floor({0})",
    "ceil": "ceil({0})",
    "log": "ln(nullif(greatest({0}, 0), 0))",
    "log10": "log10(nullif(greatest({0}, 0), 0))",
    "exp": "exp({0})",
    "sqrt": "pow({0}, 0.5)",
    "-": "({0} - {1})",
    "*": "({0} * {1})",
    "/": "({0} / nullif({1}, 0))",
    "%": "({0} % nullif({1}, 0))",
    "**": "pow({0}, {1})",
    "negative": "(-{0})",
    "not": "(NOT {0})",
    "is_missing": "({0} IS NULL)",
    "if": "(CASE WHEN {0} THEN {1} ELSE {2} END)",
    "lower": "lower({0})",
    "upper": "upper({0})",
    "trim": "trim({0})",
    "length": "CAST(length({0}) AS DOUBLE)",
    "contains": "contains({0}, {1})",
    "starts": "starts_with({0}, {1})",
    "ends": "suffix({0}, {1})",
    "replace": "replace({0}, {1}, {2})",
    "part": "nullif(split_part({0}, {1}, try_cast({2} AS INTEGER)), '')",
    "year": "CAST(year({0}) AS DOUBLE)",
    "month": "CAST(month({0}) AS DOUBLE)",
    "day": "CAST(day({0}) AS DOUBLE)",
    "weekday": "CAST(isodow({0}) AS DOUBLE)",
    "hour": "CAST(hour({0}) AS DOUBLE)",
    "days_between": "((-epoch({0}) + epoch({1})) / 86400)",
    "date": "try_cast({0} AS TIMESTAMP)",
}
ARITHMETIC = frozenset({"+", "-", "*", "/", "%", "**", "exp", "sqrt", "log", "log10"})


class BadCondition(BadInput):
    """A condition that cannot be read. ``at`` is the 0-based place in its text."""

    def __init__(self, sentence: str, at: int) -> None:
        super().__init__(sentence)
        self.at = at


def expression_condition(schema: Schema, text: str) -> tuple[Any, ...]:
    """What the text asks of a row: SQL, then its bound parameters. Raises BadCondition in words, with the place."""
    try:
        formula = compile_formula(text, [Known(c.id, c.name, c.type) for c in schema.columns])
    except BadFormula as refusal:
        raise BadCondition(str(refusal), refusal.at) from None
    if formula.kind != "truth":
        given = NAMES.get(formula.kind, "nothing")
        raise BadCondition(
            f"A condition says yes or no for each row; this gives {given}. Compare it, as in Age > 30.", 0
        )
    writer = _Writer(schema)
    return (writer.sql(formula.tree), *writer.bound)


class _Writer:
    """Writes a tree as SQL; the order of ``bound`` is that of the question marks."""

    def __init__(self, schema: Schema) -> None:
        self.types = {column.id: column.type for column in schema.columns}
        self.bound: list[Any] = []

    def sql(self, tree: Tree) -> str:
        """A tree; its values are added to ``bound``."""
        name, *parts = tree
        if name == "column":
            self.types[parts[0]]  # a column that is not there is a bug: KeyError
            return f'"{parts[0]}"'
        if name in ("number", "text") and not isinstance(parts[0], list):
            self.bound.append(parts[0])
            return f"CAST(? AS {'DOUBLE' if name == 'number' else 'VARCHAR'})"
        if name == "truth":
            return "true" if parts[0] else "false"
        if name == "missing":
            return "NULL"
        return self.call(name, parts)

    def call(self, name: str, parts: list[Tree]) -> str:
        """A call, its arguments written in the order in which they stand in the SQL."""
        if name in ("number", "text"):
            return self.convert(name, parts[0])
        told = [self.sql(part) for part in parts]
        if name in SIGNS:
            return f"({f' {SIGNS[name]} '.join(told)})"
        if name == "in":
            return f"({told[0]} IN ({', '.join(told[1:])}))"
        if name == "coalesce":
            return f"coalesce({', '.join(told)})"
        if name in ("min", "max"):
            return f"list_{name}([{', '.join(told)}])" if len(told) > 1 else told[0]
        if name == "round":
            return (
                f"round({told[0]}, try_cast({told[1]} AS INTEGER))" if len(told) > 1 else f"round({told[0]})"
            )
        if name == "+":
            text = "text" in (self.kind(parts[0]), self.kind(parts[1]))
            written = f"({told[0]} || {told[1]})" if text else finite(f"({told[0]} + {told[1]})")
            return written
        written = CALLS[name].format(*told)
        return finite(written) if name in ARITHMETIC else written

    def convert(self, name: str, part: Tree) -> str:
        """``number(…)`` and ``text(…)`` of whatever it is."""
        kind, told = self.kind(part), self.sql(part)
        if name == "number":
            return told if kind == "number" else f"try_cast(trim(CAST({told} AS VARCHAR)) AS DOUBLE)"
        if kind == "number":
            return f"printf('%.15g', {told})"
        return f"CAST({told} AS VARCHAR)"

    def kind(self, tree: Tree) -> str:
        """What a part gives."""
        name, *parts = tree
        if name == "column":
            return KINDS.get(self.types[parts[0]], "file")
        if name in ("number", "text", "truth", "missing"):
            return str(name)
        if name == "+":
            return "text" if "text" in (self.kind(parts[0]), self.kind(parts[1])) else "number"
        if name in FUNCTIONS:
            gives = FUNCTIONS[name].gives
            if gives != "same":
                return gives
            kinds = [self.kind(part) for part in (parts[1:] if name == "if" else parts)]
            return next((kind for kind in kinds if kind != "missing"), "missing")
        return "number" if name in ARITHMETIC or name == "negative" else "truth"


def finite(sql: str) -> str:
    """A number, or NULL where it is none: to DuckDB, NaN is greater than every number."""
    return f"nullif(nullif(nullif({sql}, 'nan'), 'inf'), '-inf')"
