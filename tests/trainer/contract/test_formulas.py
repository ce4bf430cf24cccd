"""Formulas: what is refused, in words and with its place; what is read; that nothing else ever happens."""

import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trainer.contract.expression import BadFormula, parse
from trainer.contract.formula import FUNCTIONS, SIGNS, Known, compile_formula

COLUMNS = [
    Known("c0", "Age", "number"),
    Known("c1", "Fare paid", "number"),
    Known("c2", "Sex", "category"),
    Known("c3", "Day", "datetime"),
    Known("c4", "photo", "image"),
    Known("c5", "twice", "text"),
    Known("c6", "twice", "text"),
]


@pytest.mark.parametrize(
    ("text", "said", "at"),
    [
        ("", "ends where a value should stand", 0),
        ("Age +", "ends where a value should stand", 5),
        ("Age Age", "‘Age’ does not fit here", 4),
        ("Agee + 1", "There is no column ‘Agee’. Do you mean ‘Age’?", 0),
        ("Sex = mal", "There is no column ‘mal’. Text stands in single quotes: 'mal'.", 6),
        ("Sex like 'm%'", "Write contains 'Mrs'", 4),
        ("Age between 1", "after ‘between’ stand two values: between 20 and 30", 13),
        ("Age contains 'x'", "needs text here, and this is a number", 0),
        ('Sex = "male"', "single quotes: 'male'", 6),
        ("twice", "2 columns are called ‘twice’", 0),
        ("lenght(Sex)", "Do you mean length?", 0),
        ("__import__('os')", "there is no function ‘__import__’", 0),
        ("Age.real", "‘.’ has no meaning", 3),
        ("'abc", "The quote ' is not closed", 0),
        ("(Age", "a closing ) is missing", 4),
        ("Sex * 2", "needs a number here, and this is text. Write number(…)", 0),
        ("round(1, 2, 3)", "takes 1 or 2 values and is given 3", 0),
        ("if(Age > 1, 'a', 2)", "needs text here, and this is a number", 17),
        ("photo = 'a'", "only ask whether it is missing", 0),
        ("Age > 'x'", "‘Age’ holds numbers, and 'x' is text", 6),
        ("Age > '3'", "Write 3 without quotes", 6),
        ("1e999", "larger than any number", 0),
        ("(" * 100 + "1" + ")" * 100, "nested too deeply", 41),
        ("1" + "+1" * 300, "may have 200 parts", None),
        ("x" * 3_000, "may have 2,000 characters", None),
        ("not in", "a value is missing", None),
        ("Sex in ()", "the list after ‘in’ is empty", None),
        ("Sex is 3", "after ‘is’ stands ‘missing’", None),
    ],
)
def test_is_refused_in_words(text: str, said: str, at: int | None) -> None:
    with pytest.raises(BadFormula) as refusal:
        compile_formula(text, COLUMNS)
    assert said in str(refusal.value)
    assert at is None or refusal.value.at == at


@pytest.mark.parametrize(
    ("told", "called"),
    [
        ("Sex contains 'm'", "contains(Sex, 'm')"),
        ("Sex starts with 'm' or Age > 1", "starts(Sex, 'm') or Age > 1"),
        ("Sex not contains 'm'", "not contains(Sex, 'm')"),
        ("Age between 20 and 30 and Sex = 'm'", "(Age >= 20 and Age <= 30) and Sex = 'm'"),
    ],
)
def test_is_read_as_people_write_it(told: str, called: str) -> None:
    assert compile_formula(told, COLUMNS) == compile_formula(called, COLUMNS)


def test_the_loosest_sign_is_read_first() -> None:
    age, fare = ["column", "c0"], ["column", "c1"]
    assert compile_formula('-Age ** 2 + "Fare paid" * 3', COLUMNS).tree == [
        "+", ["negative", ["**", age, ["number", 2.0]]], ["*", fare, ["number", 3.0]],
    ]  # fmt: skip
    assert compile_formula("not Age = 1 or Age > 2 and true", COLUMNS).tree == [
        "or", ["not", ["=", age, ["number", 1.0]]], ["and", [">", age, ["number", 2.0]], ["truth", True]],
    ]  # fmt: skip
    assert compile_formula("2 ** -1 ** 2", COLUMNS).tree == [
        "**", ["number", 2.0], ["negative", ["**", ["number", 1.0], ["number", 2.0]]],
    ]  # fmt: skip


def test_kinds_and_columns_are_told() -> None:
    found = compile_formula("if(age is not missing and Sex in ('a', 1), year(Day), missing)", COLUMNS)
    assert found.kind == "number"
    assert found.columns == ("c0", "c2", "c3")
    assert compile_formula("Sex = 1", COLUMNS).tree == ["=", ["column", "c2"], ["text", "1"]]
    assert compile_formula("Day >= '2020-01-31'", COLUMNS).tree[2] == ["date", ["text", "2020-01-31"]]
    assert compile_formula("Sex + text(Age)", COLUMNS).kind == "text"
    assert compile_formula("'it''s'", COLUMNS).tree == ["text", "it's"]


WORDS = [
    "Age",
    '"Fare paid"',
    "Sex",
    "'male'",
    "1",
    "2.5",
    "(",
    ")",
    ",",
    " ",
    *SIGNS,
    "+",
    "=",
    *FUNCTIONS,
    "**",
    "is",
]


@given(st.one_of(st.text(max_size=300), st.lists(st.sampled_from(WORDS), max_size=80).map(" ".join)))
@settings(max_examples=400, deadline=None)
def test_whatever_is_written_is_a_tree_of_known_calls_or_a_sentence(text: str) -> None:
    try:
        tree = compile_formula(text, COLUMNS).tree
    except BadFormula as refusal:
        assert str(refusal)
        assert 0 <= refusal.at <= len(text)
        return
    known = {
        "column",
        "number",
        "text",
        "truth",
        "missing",
        "in",
        "+",
        "=",
        "!=",
        "<",
        "<=",
        ">",
        ">=",
        *SIGNS,
        *FUNCTIONS,
    }
    rest = [tree]
    while rest:
        part = rest.pop()
        assert part[0] in known
        rest += [inner for inner in part[1:] if isinstance(inner, list)]


def test_reading_is_quick_however_it_is_written() -> None:
    """Compared with itself: what is ten times as long takes no hundred times as long."""

    def took(text: str) -> float:
        began = time.perf_counter()
        for _ in range(20):
            with suppress(BadFormula):
                parse(text)
        return time.perf_counter() - began

    for piece in ("(", "not ", "-", "1+", "a,", "'", '"', "f(", " "):
        assert took(piece * (1_900 // len(piece))) < 100 * took(piece * (190 // len(piece))) + 0.05
