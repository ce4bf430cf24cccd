"""Evaluates formulas: trees of ``trainer.contract.formula`` over columns as arrays.

Numbers and truths (1, 0) are float64 with nan where missing, texts are object arrays with None, times datetime64[us]
with NaT. This file stands alone on numpy, the standard library and ``reading``, and is copied into every download.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import numpy as np

from trainer.mend.reading import (
    Array,
    as_numbers,
    as_texts,
    as_times,
    each,
    read_number,
    read_time,
    write_texts,
)

LONGEST = 100_000
"""Characters of one text that a formula may make."""
MOST = 100_000_000
"""Characters of all texts that one call may make at a time."""
DAY = 86_400_000_000.0


class TextTooLong(ValueError):
    """A formula makes texts without measure."""


def evaluate(tree: list[Any], columns: Mapping[str, Array], count: int) -> Array:
    """The value of a formula for ``count`` rows."""
    name, *parts = tree
    if name == "column":
        return columns[parts[0]]
    if name == "missing":
        return np.full(count, np.nan)
    if name in ("number", "truth", "text") and not isinstance(parts[0], list):
        return as_texts([parts[0]] * count) if name == "text" else np.full(count, float(parts[0]))
    given = [evaluate(part, columns, count) for part in parts]
    if name == "+" and any(cells.dtype == object for cells in given):
        return join(*alike(given))
    with np.errstate(all="ignore"):
        found: Array = FUNCTIONS[name](*given)
    if found.dtype.kind == "f":
        found = np.where(np.isfinite(found), found, np.nan)
    return found


def missing(cells: Array) -> Array:
    """Which cells are missing: bool [N]."""
    if cells.dtype == object:
        return np.array([cell is None for cell in cells.tolist()], dtype=bool)
    return np.isnat(cells) if cells.dtype.kind == "M" else np.isnan(cells)


def alike(given: list[Array]) -> list[Array]:
    """Arrays of one kind: a bare ``missing`` becomes what the others are."""
    kinds = {cells.dtype.kind for cells in given}
    if "O" in kinds:
        return [cells if cells.dtype == object else texts(cells) for cells in given]
    return [times(cells) for cells in given] if "M" in kinds else given


def texts(cells: Array) -> Array:
    """Texts; numbers stand for a bare ``missing`` here."""
    return cells if cells.dtype == object else as_texts([None] * len(cells))


def times(cells: Array) -> Array:
    """Times; numbers stand for a bare ``missing`` here."""
    return cells if cells.dtype.kind == "M" else as_times([None] * len(cells))


def compare(holds: Callable[[Any, Any], Any]) -> Callable[[Array, Array], Array]:
    """A comparison that is missing where one side is."""

    def found(left: Array, right: Array) -> Array:
        left, right = alike([left, right])
        hole = missing(left) | missing(right)
        if left.dtype == object:
            left, right = np.where(hole, "", left), np.where(hole, "", right)
        return np.where(hole, np.nan, holds(left, right).astype(np.float64))

    return found


def among(cells: Array, *values: Array) -> Array:
    """Whether a cell is one of some values."""
    found = equal(cells, values[0])
    for value in values[1:]:
        found = either(found, equal(cells, value))
    return found


def either(left: Array, right: Array) -> Array:
    """Or: true where one is, missing where none is and one is missing."""
    return np.where((left == 1) | (right == 1), 1.0, left + right)


def both(left: Array, right: Array) -> Array:
    """And: false where one is, missing where none is and one is missing."""
    return np.where((left == 0) | (right == 0), 0.0, left * right)


def choose(asked: Array, yes: Array, no: Array) -> Array:
    """One value where it holds, the other where it does not or is not known."""
    yes, no = alike([yes, no])
    return np.where(asked == 1, yes, no)


def first_known(*given: Array) -> Array:
    """The first that is not missing."""
    found, *rest = alike(list(given))
    for cells in rest:
        found = np.where(missing(found), cells, found)
    return found


def round_off(cells: Array, digits: Array | None = None) -> Array:
    """To so many digits, a half away from zero as people do it."""
    scale = 10.0 ** (np.zeros(len(cells)) if digits is None else np.clip(np.trunc(digits), -15, 15))
    return np.sign(cells) * np.floor(np.abs(cells) * scale + 0.5) / scale


def textual(change: Callable[..., Any]) -> Callable[..., list[Any]]:
    """A function of texts on arrays of them; None where one is missing. One column is read value by value."""

    def found(first: Array, *others: Array) -> list[Any]:
        if not others:
            return each(texts(first), change)
        lines = zip(texts(first).tolist(), *(texts(cells).tolist() for cells in others), strict=True)
        return [None if None in line else change(*line) for line in lines]

    return found


def words(change: Callable[..., Any]) -> Callable[..., Array]:
    """Texts from texts."""
    return lambda *given: as_texts(textual(change)(*given))


def counts(change: Callable[..., Any]) -> Callable[..., Array]:
    """Numbers or truths from texts."""
    return lambda *given: as_numbers(textual(change)(*given))


class Room:
    """Counts the characters that one call makes."""

    def __init__(self) -> None:
        self.made = 0

    def take(self, length: int) -> None:
        """Raises TextTooLong before so long a text is made."""
        self.made += length
        if length > LONGEST or self.made > MOST:
            raise TextTooLong(
                f"This formula makes texts of more than {LONGEST:,} characters. Make them shorter."
            )


def join(left: Array, right: Array) -> Array:
    """Two texts, one after the other."""
    room = Room()

    def change(first: str, second: str) -> str:
        room.take(len(first) + len(second))
        return first + second

    return words(change)(left, right)


def replace(cells: Array, old: Array, new: Array) -> Array:
    """Each ``old`` in a text as ``new``; an empty one is not found anywhere."""
    room = Room()

    def change(text: str, before: str, after: str) -> str:
        room.take(len(text) + (text.count(before) if before else 0) * max(0, len(after) - len(before)))
        return text.replace(before, after) if before else text

    return words(change)(cells, old, new)


def take_part(cells: Array, between: Array, place: Array) -> Array:
    """The n-th part of a text, from 1, or from -1 at its end."""

    def change(text: str, sign: str, n: float) -> str | None:
        parts = text.split(sign) if sign else [text]
        if n != n or not 1 <= abs(n) <= len(parts):
            return None
        return parts[int(n) - 1 if n > 0 else int(n)].strip()

    lines = zip(texts(cells).tolist(), texts(between).tolist(), place.tolist(), strict=True)
    return as_texts(None if None in line[:2] else change(*line) for line in lines)


def calendar(take: Callable[[datetime], int]) -> Callable[[Array], Array]:
    """A number out of a time."""
    return lambda cells: as_numbers(each(times(cells), take))


def days_between(first: Array, second: Array) -> Array:
    """Days from the first to the second, with their fractions."""
    first, second = times(first), times(second)
    days = (second - first).astype(np.float64) / DAY
    return np.where(missing(first) | missing(second), np.nan, days)


def to_number(cells: Array) -> Array:
    """Text read as numbers; numbers and truths as they are."""
    return as_numbers(each(cells, read_number)) if cells.dtype == object else cells


def small_and_large(choice: Any) -> Callable[..., Array]:
    """The smallest or largest of several; missing where one is."""
    return lambda *given: choice.reduce(given)


equal = compare(lambda left, right: left == right)
FUNCTIONS: dict[str, Callable[..., Array]] = {
    "=": equal,
    "!=": compare(lambda left, right: left != right),
    "<": compare(lambda left, right: left < right),
    "<=": compare(lambda left, right: left <= right),
    ">": compare(lambda left, right: left > right),
    ">=": compare(lambda left, right: left >= right),
    "in": among,
    "and": both,
    "or": either,
    "not": lambda cells: 1.0 - cells,
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "%": np.mod,
    "**": np.power,
    "negative": np.negative,
    "if": choose,
    "coalesce": first_known,
    "is_missing": lambda cells: missing(cells).astype(np.float64),
    "abs": np.abs,
    "min": small_and_large(np.minimum),
    "max": small_and_large(np.maximum),
    "round": round_off,
    "floor": np.floor,
    "ceil": np.ceil,
    "log": np.log,
    "log10": np.log10,
    "exp": np.exp,
    "sqrt": np.sqrt,
    "lower": words(str.lower),
    "upper": words(str.upper),
    "trim": words(str.strip),
    "length": counts(len),
    "contains": counts(lambda text, part: part in text),
    "starts": counts(str.startswith),
    "ends": counts(str.endswith),
    "replace": replace,
    "part": take_part,
    "year": calendar(lambda time: time.year),
    "month": calendar(lambda time: time.month),
    "day": calendar(lambda time: time.day),
    "weekday": calendar(lambda time: time.isoweekday()),
    "hour": calendar(lambda time: time.hour),
    "days_between": days_between,
    "date": lambda cells: as_times(each(texts(cells), read_time)),
    "number": to_number,
    "text": write_texts,
}
