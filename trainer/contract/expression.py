"""Reads a formula as it is written: ``Fare / (Siblings + 1)``, ``"Fare paid" > 10 and Sex = 'male'``.

A column is named as it is, or in double quotes where its name holds more than letters, digits and ``_``; text stands
in single quotes (``''`` for one of them). ``Name contains 'Mrs'`` and ``Age between 20 and 30`` may be written too.
``parse`` gives a small tree and runs nothing; ``trainer.contract.formula``
checks names and types in it.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

LONGEST = 2_000
MOST_PARTS = 200
DEEPEST = 40

TOKEN = re.compile(
    r"""\s*(?:
    (?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)
    |(?P<text>'(?:[^']|'')*')
    |(?P<quoted>"(?:[^"]|"")*")
    |(?P<name>[^\W\d]\w*)
    |(?P<sign>\*\*|==|!=|<>|<=|>=|[-+*/%=<>(),])
    )""",
    re.VERBOSE,
)
SAME_SIGN = {"==": "=", "<>": "!="}
COMPARISONS = frozenset({"=", "!=", "<", "<=", ">", ">="})
BETWEEN_TEXTS = frozenset({"contains", "starts", "ends"})
"""Functions that may also stand between their two texts."""
WORDS = frozenset({"and", "or", "not", "in", "is", "missing", "true", "false"})


class BadFormula(ValueError):
    """A formula that cannot be read. ``at`` is the 0-based place in its text."""

    def __init__(self, sentence: str, at: int) -> None:
        super().__init__(sentence)
        self.at = at


@dataclass(frozen=True)
class Node:
    """A part of a formula: ``kind`` is number, text, truth, missing, name or call; ``at`` where it stands."""

    kind: str
    value: Any
    at: int
    parts: tuple["Node", ...] = ()


def parse(text: str) -> Node:
    """The tree of a formula as it is written. Raises BadFormula in words, with the place."""
    if len(text) > LONGEST:
        raise BadFormula(f"A formula may have {LONGEST:,} characters; this one has {len(text):,}.", LONGEST)
    reader = _Reader(text)
    node = reader.either()
    if reader.kind != "end":
        reader.refuse(f"‘{reader.word}’ does not fit here: what stands before is complete already.")
    return node


class _Reader:
    """Reads from left to right, the loosest sign first."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.next_at = 0
        self.parts = self.depth = 0
        self.step()

    def step(self) -> None:
        """Go on to the next word."""
        found = TOKEN.match(self.text, self.next_at)
        if found is None or found.end() == self.next_at:
            rest = self.text[self.next_at :].lstrip()
            self.at = len(self.text) - len(rest)
            self.kind, self.word = ("end", "") if not rest else ("odd", rest[0])
            if rest:
                open_quote = rest[0] in "'\""
                self.refuse(
                    f"The quote {rest[0]} is not closed."
                    if open_quote
                    else f"‘{rest[0]}’ has no meaning in a formula."
                )
            return
        self.kind = str(found.lastgroup)
        self.word = found.group(self.kind)
        self.at = found.start(self.kind)
        self.next_at = found.end()
        if self.kind == "name" and self.word.lower() in WORDS:
            self.kind, self.word = "word", self.word.lower()

    def refuse(self, sentence: str) -> NoReturn:
        """Raise in words."""
        raise BadFormula(f"Character {self.at + 1}: {sentence}", self.at)

    def take(self, *words: str) -> str | None:
        """The sign or word that comes now, if it is one of these."""
        if self.kind in ("sign", "word") and self.word in words:
            word = self.word
            self.step()
            return word
        return None

    def node(self, kind: str, value: Any, at: int, *parts: Node) -> Node:
        """A part; a formula has not too many of them."""
        self.parts += 1
        if self.parts > MOST_PARTS:
            raise BadFormula(f"A formula may have {MOST_PARTS} parts. Make it of two columns.", at)
        return Node(kind, value, at, parts)

    def deeper(self, read: Callable[[], Node]) -> Node:
        """Read something inside of something, not too deep."""
        self.depth += 1
        if self.depth > DEEPEST:
            self.refuse("this is nested too deeply. Make it of two columns.")
        try:
            return read()
        finally:
            self.depth -= 1

    def chain(self, read: Callable[[], Node], *words: str) -> Node:
        """``a + b + c``, from left to right."""
        left = read()
        while True:
            at = self.at
            word = self.take(*words)
            if word is None:
                return left
            left = self.node("call", word, at, left, read())

    def either(self) -> Node:
        return self.chain(self.both, "or")

    def both(self) -> Node:
        return self.chain(self.negated, "and")

    def negated(self) -> Node:
        at = self.at
        if self.take("not"):
            return self.node("call", "not", at, self.deeper(self.negated))
        return self.compared()

    def compared(self) -> Node:
        left = self.added()
        at = self.at
        sign = self.take(*COMPARISONS, *SAME_SIGN)
        if sign:
            return self.node("call", SAME_SIGN.get(sign, sign), at, left, self.added())
        if self.take("is"):
            negative = self.take("not")
            if not self.take("missing"):
                self.refuse("after ‘is’ stands ‘missing’ or ‘not missing’. To compare, write =.")
            asked = self.node("call", "is_missing", at, left)
            return self.node("call", "not", at, asked) if negative else asked
        negative = self.take("not")
        told = self.told(left, at)
        if told is not None:
            return self.node("call", "not", at, told) if negative else told
        if self.take("in"):
            if not self.take("("):
                self.refuse("after ‘in’ stands a list: in ('a', 'b').")
            asked = self.node("call", "in", at, left, *self.listed())
            return self.node("call", "not", at, asked) if negative else asked
        if negative:
            self.refuse("‘not’ stands before what it denies, or before ‘in’, ‘contains’ or ‘between’.")
        return left

    def told(self, left: Node, at: int) -> Node | None:
        """``Name contains 'Mrs'`` and ``Age between 20 and 30``, as people write them; None for neither."""
        word = self.word.lower() if self.kind == "name" else ""
        if word in BETWEEN_TEXTS:
            self.step()
            if self.kind == "name" and self.word.lower() == "with":
                self.step()
            return self.node("call", word, at, left, self.added())
        if word == "between":
            self.step()
            low = self.added()
            if not self.take("and"):
                self.refuse("after ‘between’ stand two values: between 20 and 30.")
            least = self.node("call", ">=", at, left, low)
            return self.node("call", "and", at, least, self.node("call", "<=", at, left, self.added()))
        if word == "like":
            self.refuse("‘like’ is not known here. Write contains 'Mrs', starts 'Mrs' or ends 'Mrs'.")
        return None

    def added(self) -> Node:
        return self.chain(self.multiplied, "+", "-")

    def multiplied(self) -> Node:
        return self.chain(self.signed, "*", "/", "%")

    def signed(self) -> Node:
        at = self.at
        if self.take("-"):
            return self.node("call", "negative", at, self.deeper(self.signed))
        self.take("+")
        return self.powered()

    def powered(self) -> Node:
        left = self.single()
        at = self.at
        if self.take("**"):
            return self.node("call", "**", at, left, self.deeper(self.signed))
        return left

    def single(self) -> Node:
        kind, word, at = self.kind, self.word, self.at
        if self.take("("):
            inside = self.deeper(self.either)
            if not self.take(")"):
                self.refuse("a closing ) is missing here.")
            return inside
        if kind == "word" and word in ("missing", "true", "false"):
            self.step()
            return (
                self.node("missing", None, at)
                if word == "missing"
                else self.node("truth", word == "true", at)
            )
        if kind not in ("number", "text", "quoted", "name"):
            self.refuse(
                f"a value is missing before ‘{word}’."
                if word
                else "the formula ends where a value should stand."
            )
        self.step()
        if kind == "number":
            if not math.isfinite(float(word)):
                raise BadFormula(f"Character {at + 1}: {word[:20]} is larger than any number here.", at)
            return self.node("number", float(word), at)
        if kind == "text":
            return self.node("text", word[1:-1].replace("''", "'"), at)
        if kind == "quoted":
            return self.node("name", word[1:-1].replace('""', '"'), at)
        if self.kind == "sign" and self.word == "(":
            return self.called(word, at)
        return self.node("name", word, at)

    def called(self, name: str, at: int) -> Node:
        self.step()
        return self.node("call", name.lower(), at, *self.listed())

    def listed(self) -> list[Node]:
        """``a, b)``: what stands in the brackets of a call."""
        found: list[Node] = []
        if self.take(")"):
            return found
        while True:
            found.append(self.deeper(self.either))
            if self.take(")"):
                return found
            if not self.take(","):
                self.refuse("a , or a closing ) is missing here.")
