"""What formulas give, row for row; what is missing stays missing; nothing grows without measure."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trainer.contract.expression import BadFormula
from trainer.contract.formula import FUNCTIONS, Known, compile_formula
from trainer.mend.formulas import FUNCTIONS as GIVEN
from trainer.mend.formulas import LONGEST, TextTooLong, evaluate
from trainer.mend.reading import Array, as_texts

COLUMNS = {
    "c0": np.array([22.0, np.nan, 40.5]),
    "c1": as_texts(["Braund, Mr. Owen", None, "  Straße "]),
    "c2": np.array(["2024-02-29T13:30", "NaT", "1999-12-31"], dtype="datetime64[us]"),
    "c3": as_texts(["yes", "no", None]),
}
KNOWN = [
    Known("c0", "Age", "number"),
    Known("c1", "Name", "text"),
    Known("c2", "Day", "datetime"),
    Known("c3", "Kind", "category"),
]
NAN = math.nan


def value(text: str) -> list[Any]:
    found: Array = evaluate(compile_formula(text, KNOWN).tree, COLUMNS, 3)
    return [str(cell)[:16] for cell in found] if found.dtype.kind == "M" else found.tolist()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Age * 2 + 1", [45.0, NAN, 82.0]),
        ("-Age % 5", [3.0, NAN, 4.5]),
        ("Age / 0", [NAN, NAN, NAN]),
        ("9**9**9", [NAN, NAN, NAN]),
        ("round(Age / 3, 1) - round(-0.5)", [8.3, NAN, 14.5]),
        ("floor(Age) + ceil(Age) + abs(-1)", [45.0, NAN, 82.0]),
        ("sqrt(Age - 30)", [NAN, NAN, 10.5**0.5]),
        ("log(exp(1)) + log10(100)", [3.0, 3.0, 3.0]),
        ("min(Age, 30) + max(1, 2, 3)", [25.0, NAN, 33.0]),
        ("Age > 30", [0.0, NAN, 1.0]),
        ("Age > 30 or true", [1.0, 1.0, 1.0]),
        ("Age > 30 and Kind = 'yes'", [0.0, 0.0, NAN]),
        ("not (Age > 30 or Kind = 'yes')", [0.0, NAN, 0.0]),
        ("Age is missing", [0.0, 1.0, 0.0]),
        ("Kind in ('no', 'maybe')", [0.0, 1.0, NAN]),
        ("if(Age > 30, 'old', Kind)", ["yes", "no", "old"]),
        ("if(Age > 30, missing, Age)", [22.0, NAN, NAN]),
        ("coalesce(Kind, Name, 'x')", ["yes", "no", "  Straße "]),
        ("trim(upper(Name))", ["BRAUND, MR. OWEN", None, "STRASSE"]),
        ("part(part(Name, ',', 2), '.', 1)", ["Mr", None, None]),
        ("part(Name, ' ', -1)", ["Owen", None, ""]),
        ("length(Name) + number('1,000')", [1016.0, NAN, 1009.0]),
        ("contains(Name, 'Mr') and starts(Name, 'B')", [1.0, NAN, 0.0]),
        ("replace(Name, ' ', '') + '!'", ["Braund,Mr.Owen!", None, "Straße!"]),
        ("Kind < 'p'", [0.0, 1.0, NAN]),
        ("year(Day) + month(Day) / 100", [2024.02, NAN, 1999.12]),
        ("weekday(Day) * 100 + hour(Day)", [413.0, NAN, 500.0]),
        ("days_between(Day, date('2024-03-01'))", [10.5 / 24, NAN, 8827.0]),
        ("Day < '2000-01-01'", [0.0, NAN, 1.0]),
        ("if(Day is missing, date('2001-01-01'), Day)", ["2024-02-29T13:30", "2001-01-01T00:00", "1999-12-31T00:00"]),
        ("text(Age) + ' ' + text(Day)", ["22 2024-02-29 13:30:00", None, "40.5 1999-12-31"]),
        ("number(Name)", [NAN, NAN, NAN]),
    ],
)  # fmt: skip
def test_gives(text: str, expected: list[Any]) -> None:
    found = value(text)
    if isinstance(expected[-1], float):
        np.testing.assert_allclose(np.array(found, float), np.array(expected), rtol=1e-12)
    else:
        assert found == expected


def test_every_function_that_can_be_written_can_be_evaluated() -> None:
    assert set(FUNCTIONS) <= set(GIVEN)


def test_texts_do_not_grow_without_measure() -> None:
    nested = "Name"
    for _ in range(12):
        nested = f"replace({nested}, ' ', '{' ' * 60}')"
    with pytest.raises(TextTooLong, match=f"{LONGEST:,}"):
        value(nested)
    twice = "'" + "x" * 1_000 + "'"
    for _ in range(7):
        twice = f"replace({twice}, 'x', 'xx')"
    with pytest.raises(TextTooLong):
        value(twice)


PARTS = st.sampled_from(["Age", "Name", "Day", "Kind", "1", "0", "-2.5", "'a'", "missing", "true", "1e300"])
TREES = st.recursive(
    PARTS,
    lambda inner: st.one_of(
        st.builds(
            "({} {} {})".format,
            inner,
            st.sampled_from(["+", "-", "*", "/", "%", "**", "=", "<", "and", "or"]),
            inner,
        ),
        st.builds("{}({})".format, st.sampled_from(sorted(FUNCTIONS)), inner),
        st.builds("{}({}, {})".format, st.sampled_from(sorted(FUNCTIONS)), inner, inner),
        st.builds("{}({}, {}, {})".format, st.sampled_from(sorted(FUNCTIONS)), inner, inner, inner),
    ),
    max_leaves=12,
)


@given(TREES)
@settings(max_examples=300, deadline=None)
def test_whatever_is_accepted_gives_a_value_of_its_kind_for_every_row(text: str) -> None:
    try:
        formula = compile_formula(text, KNOWN)
    except BadFormula:
        return
    found = evaluate(formula.tree, COLUMNS, 3)
    assert len(found) == 3
    if formula.kind == "missing":
        return
    assert found.dtype.kind == {"number": "f", "truth": "f", "text": "O", "time": "M"}[formula.kind]
    if formula.kind in ("number", "truth"):
        assert not np.isinf(found).any()
    if formula.kind == "truth":
        assert set(found[~np.isnan(found)].tolist()) <= {0.0, 1.0}
