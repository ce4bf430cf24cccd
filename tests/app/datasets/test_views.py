"""Searches, conditions, sets of rows and sorted pages: exactly the rows that are meant, whatever is typed."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how_often
from hypothesis import strategies as st

from app.datasets import grid
from app.datasets.conditions import Picked
from app.datasets.engine import TooSlow, ask
from app.datasets.expressions import BadCondition
from app.datasets.table import refused_condition
from app.datasets.view import View, read_view
from app.errors import BadInput
from app.settings import Settings
from app.storage import Store
from tests.support.datasets import PEOPLE, a_version_folder, some_rows
from trainer.contract.dataset import Schema, VersionFolder
from trainer.contract.expression import WORDS
from trainer.contract.formula import FUNCTIONS

AGES, SEXES, FARES = PEOPLE["Age"], PEOPLE["Sex"], PEOPLE["Fare"]


@pytest.fixture
def folder(settings: Settings) -> VersionFolder:
    store = Store(settings.data)
    store.create()
    return a_version_folder(store)


@pytest.fixture
def schema(folder: VersionFolder) -> Schema:
    return Schema.model_validate_json(folder.schema.read_bytes())


def numbers(folder: VersionFolder, schema: Schema, **view: Any) -> list[int]:
    return grid.list_numbers(folder, schema, View(**view))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Age >", "ends where a value should stand"),
        ("Agee > 1", "There is no column ‘Agee’"),
        ('Sex = "male"', "single quotes: 'male'"),
        ("Age", "yes or no for each row; this gives a number"),
        ("Sex * 2 > 1", "needs a number"),
    ],
)
def test_a_condition_that_cannot_be_read_is_refused_in_words(
    folder: VersionFolder, schema: Schema, text: str, said: str
) -> None:
    with pytest.raises(BadCondition, match=said.replace("(", r"\(")) as refusal:
        numbers(folder, schema, condition=text)
    assert 0 <= refusal.value.at <= len(text)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("find", "x" * 501),
        ("q", "x" * 2001),
        ("find", "a\x00"),
        ("rows", "../rows"),
        ("set", "a/b"),
        ("rows", "A"),
    ],
)
def test_what_no_view_can_be_is_refused(schema: Schema, key: str, value: str) -> None:
    with pytest.raises(BadInput):
        read_view([(key, value)], schema)


INJECTIONS = [
    "' OR '1'='1", "'; DROP TABLE x; --", "1; SELECT * FROM read_csv('/etc/passwd')", "x' UNION SELECT 1 --",
    "1 OR 1=1", "Age > 1) OR (1=1", "Age > 1 /* */ OR 1=1", "Age > (SELECT 1)", "read_text('/etc/passwd') = 'x'",
    "Age > 1; ATTACH 'x'", "\\' OR 1=1 --", "Sex = 'male'' OR ''1''=''1'", "%", "_", "c1 > 0", '"c1" > 0',
    "file_row_number = 0", "getenv('HOME') = 'x'", "Age::INT > 1", "Age > $1", "Age > ?", "Age > :x", "Sex LIKE '%'",
    "Sex ~ '.*'", "EXISTS (SELECT 1)", "CASE WHEN 1=1 THEN true END", "COPY x TO 'y'", "PRAGMA database_list",
    '"Age"" OR 1=1 --" > 1', "length(Sex) = length((SELECT 'male'))", "query('SELECT 1') = 1", "Age > 0x1F",
    "Age IN (SELECT 1)", "[1,2]", "{'a': 1}", "Age > 1 --", "E'\\x41' = 'A'", "upper(Sex) = chr(77)",
]  # fmt: skip


@pytest.mark.parametrize("text", INJECTIONS)
def test_no_word_of_a_person_is_sql(folder: VersionFolder, schema: Schema, text: str) -> None:
    """W22: every one is a sentence, or a condition whose texts are values; a search finds it nowhere."""
    assert numbers(folder, schema, find=text) == []
    try:
        found = numbers(folder, schema, condition=text)
    except BadCondition as refusal:
        assert refusal.sentence
        return
    assert found == []
    assert text == "Sex = 'male'' OR ''1''=''1'"


CONDITIONS: list[tuple[str, Callable[[int], bool]]] = [
    ("Age > 30", lambda n: AGES[n] is not None and AGES[n] > 30),
    ("Age > 30 and Sex = 'male'", lambda n: AGES[n] is not None and AGES[n] > 30 and SEXES[n] == "male"),
    ("not (Age > 30)", lambda n: AGES[n] is not None and AGES[n] <= 30),
    ("is_missing(Age)", lambda n: AGES[n] is None),
    ("Age is missing or Fare < 5", lambda n: AGES[n] is None or FARES[n] < 5),
    ("contains(Name, '11')", lambda n: "11" in f"Person {n}"),
    ("Sex in ('female', 'other')", lambda n: SEXES[n] == "female"),
    ("Fare / Age > 2", lambda n: bool(AGES[n]) and FARES[n] / AGES[n] > 2),
    ("0 / Age = 0", lambda n: bool(AGES[n])),
    ("log(Age) > 0", lambda n: AGES[n] is not None and AGES[n] > 1),
    ("Age % 2 = 1 and round(Fare) > 100", lambda n: AGES[n] is not None and AGES[n] % 2 == 1 and round(FARES[n]) > 100),
    ("if(Sex = 'male', Age, Fare) > 60", lambda n: (AGES[n] if SEXES[n] == "male" else FARES[n] or 0) is not None
        and (AGES[n] if SEXES[n] == "male" else FARES[n]) > 60),
    ("upper(Sex) + '!' = 'MALE!'", lambda n: SEXES[n] == "male"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "holds"), CONDITIONS)
def test_a_condition_says_exactly_which_rows(
    folder: VersionFolder, schema: Schema, text: str, holds: Callable[[int], bool]
) -> None:
    assert numbers(folder, schema, condition=text) == [n for n in range(120) if holds(n)]


PIECES = ["Age", "Sex", "Name", "Fare", "1", "0", "1e300", "'male'", "''", "(", ")", ",", "+", "-", "*", "/", "%", "**",
    "=", "<", ">=", *sorted(WORDS), *(f"{name}(" for name in FUNCTIONS)]  # fmt: skip


@given(text=st.lists(st.sampled_from(PIECES), max_size=14).map(" ".join) | st.text(max_size=60))
@how_often(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_typed_is_rows_or_a_sentence(folder: VersionFolder, schema: Schema, text: str) -> None:
    try:
        assert set(numbers(folder, schema, condition=text)) <= set(range(120))
    except BadCondition as refusal:
        assert refusal.sentence


def test_every_function_reaches_the_table(folder: VersionFolder, schema: Schema) -> None:
    samples = {
        "number": "Age",
        "text": "Sex",
        "truth": "Age > 1",
        "any": "Age",
        "same": "Age",
        "time": "date('2026-01-31')",
    }
    for name, function in FUNCTIONS.items():
        given = ", ".join(samples[kind.rstrip("*?")] for kind in function.takes)
        found = numbers(folder, schema, condition=f"{name}({given}) is missing or Age >= 0 or Age is missing")
        assert found == list(range(120)), name


def test_a_search_looks_at_all_texts_whatever_their_case(folder: VersionFolder, schema: Schema) -> None:
    assert numbers(folder, schema, find="FEMALE") == [n for n in range(120) if SEXES[n] == "female"]
    assert numbers(folder, schema, find="person 11") == [11, *range(110, 120)]
    assert numbers(folder, schema, find="nobody") == []


def test_a_set_of_rows_comes_in_the_order_of_its_scores(folder: VersionFolder, schema: Schema) -> None:
    path = some_rows(folder.rows("labels"), [5, 60, 7, 118], [0.1, 0.9, None, 0.5])
    picked = Picked(path, "Likely wrong", 4)

    def shown(*pairs: tuple[str, str]) -> list[int]:
        return [row.number for row in grid.read_rows(folder, schema, read_view(pairs, schema), picked).rows]

    assert shown() == [60, 118, 5, 7]
    assert shown(("sort", "c3")) == [5, 7, 60, 118]
    assert shown(("q", "Fare > 50")) == [60, 118]
    assert shown(("find", "person 6")) == [60]


@pytest.mark.parametrize("descending", [False, True])
def test_sorted_pages_from_both_ends_are_one_order(settings: Settings, descending: bool) -> None:
    """Places past the middle are read from the other end; ties and missing values must not move."""
    store = Store(settings.data)
    store.create()
    count = 3 * grid.WINDOW + 77
    values = [None if n % 10 == 0 else float(n * 7919 % 50) for n in range(count)]
    folder = a_version_folder(store, {"n": values})
    schema = Schema.model_validate_json(folder.schema.read_bytes())
    found = [
        row.number
        for page in range(1, count // 50 + 2)
        for row in grid.read_rows(folder, schema, View(page=page, sort="c0", descending=descending)).rows
    ]
    sign = -1 if descending else 1
    assert found == sorted(range(count), key=lambda n: (values[n] is None, sign * (values[n] or 0), n))


def test_filtered_pages_over_blocks_are_all_rows_once(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(settings.data)
    store.create()
    monkeypatch.setattr(grid, "BLOCK", 64)
    folder = a_version_folder(store, {"n": [float(n % 7) for n in range(1000)]})
    schema = Schema.model_validate_json(folder.schema.read_bytes())
    pages = [
        grid.read_rows(folder, schema, View(page=page, condition="n = 3 or n = 0")) for page in range(1, 7)
    ]
    assert [row.number for page in pages for row in page.rows] == [n for n in range(1000) if n % 7 in (0, 3)]
    assert {page.total for page in pages} == {286}


def test_a_question_that_takes_long_is_stopped_in_words(folder: VersionFolder) -> None:
    endless = "SELECT count(*) FROM range(1000000000) a, range(1000) b WHERE (a.range * b.range) % 7 = 3"
    with pytest.raises(TooSlow, match=r"within 0\.2 seconds.*Filter the rows first"):
        ask(folder.path.parent, endless, [], patience=0.2)
    assert ask(folder.path.parent, "SELECT 1", []) == [(1,)]


def test_a_question_that_needs_too_much_memory_is_stopped_in_words(folder: VersionFolder) -> None:
    greedy = "SELECT list(repeat('x', 1000) || range) FROM range(1000000)"
    with pytest.raises(TooSlow, match="memory"):
        ask(folder.path.parent, greedy, [])


def test_the_whole_word_is_marked_that_cannot_be_read(folder: VersionFolder, schema: Schema) -> None:
    text = "Sex = 'male' and Agee > 3"
    with pytest.raises(BadCondition) as refusal:
        numbers(folder, schema, condition=text)
    marked = refused_condition(text, refusal.value)
    assert (marked.before, marked.here, marked.after) == ("Sex = 'male' and ", "Agee", " > 3")


@pytest.mark.parametrize(
    ("told", "fits"),
    [
        ("Name contains 'son 11'", lambda n: "son 11" in PEOPLE["Name"][n]),
        ("Age between 20 and 30", lambda n: AGES[n] is not None and 20 <= AGES[n] <= 30),
    ],
)
def test_conditions_as_people_write_them(
    folder: VersionFolder, schema: Schema, told: str, fits: Callable[[int], bool]
) -> None:
    found = numbers(folder, schema, condition=told)
    assert found
    assert found == [n for n in range(120) if fits(n)]
