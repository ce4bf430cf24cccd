"""The grid: pages, sorting, filters; and what it refuses."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how_often
from hypothesis import strategies as st

from app.datasets import engine, grid, rejected
from app.datasets.view import Filter, View, read_view
from app.errors import BadInput
from app.settings import Settings
from app.storage import Store
from tests.support.datasets import PEOPLE, a_version_folder
from trainer.contract.dataset import Schema, VersionFolder


@pytest.fixture
def folder(settings: Settings) -> VersionFolder:
    store = Store(settings.data)
    store.create()
    return a_version_folder(store)


@pytest.fixture
def schema(folder: VersionFolder) -> Schema:
    return Schema.model_validate_json(folder.schema.read_bytes())


def shown(folder: VersionFolder, schema: Schema, *pairs: tuple[str, str]) -> grid.Page:
    return grid.read_rows(folder, schema, read_view(pairs, schema))


@pytest.mark.parametrize("page", ["0", "-1", "abc", "1.5", "", "1e3", "9" * 30, "１"])
def test_refuses_page_numbers_that_are_none(schema: Schema, page: str) -> None:
    with pytest.raises(BadInput, match="no page"):
        read_view([("page", page)], schema)


HOSTILE = [
    "c99",
    "c0; DROP TABLE x",
    'c0" OR 1=1 --',
    "file_row_number",
    "c0 DESC",
    "rowid",
    "C0",
    "../c0",
    "c0\x00",
]


@pytest.mark.parametrize("id", HOSTILE)
def test_refuses_columns_that_are_not_there(schema: Schema, id: str) -> None:
    with pytest.raises(BadInput, match="no column"):
        read_view([("sort", id)], schema)
    with pytest.raises(BadInput, match="no column"):
        read_view([(f"filter.{id}", "1")], schema)


@pytest.mark.parametrize("value", ["1 OR 1=1", "nan", "inf", "1;", "0x1F", "2026-01-01", "1,5"])
def test_refuses_numbers_that_are_none(schema: Schema, value: str) -> None:
    with pytest.raises(BadInput, match="number"):
        read_view([("filter.c1.from", value)], schema)


def test_refuses_parts_and_lengths_that_no_filter_has(schema: Schema) -> None:
    with pytest.raises(BadInput, match="no part"):
        read_view([("filter.c1.like", "1")], schema)
    with pytest.raises(BadInput, match="range"):
        read_view([("filter.c2.from", "a")], schema)
    with pytest.raises(BadInput, match="longer"):
        read_view([("filter.c0", "x" * 501)], schema)


SQL = [
    "' OR 1=1 --",
    "x'; DROP TABLE t; --",
    "%",
    "_",
    "\\",
    "male' UNION SELECT 1 --",
    '"',
    "read_csv('/etc/passwd')",
]


@pytest.mark.parametrize("value", SQL)
def test_values_are_values_never_sql(folder: VersionFolder, schema: Schema, value: str) -> None:
    assert shown(folder, schema, ("filter.c2", value)).total == 0
    assert shown(folder, schema, ("filter.c0", value)).total == 0


def test_the_engine_opens_nothing_outside(folder: VersionFolder) -> None:
    cursor = engine.open_engine(folder.path.parent).cursor()
    for query in (
        "SELECT * FROM read_text('/etc/passwd')",
        "SET enable_external_access = true",
        "INSTALL httpfs",
    ):
        with pytest.raises(Exception, match=r"(?i)permission|locked|disabled|cannot"):
            cursor.execute(query)


def test_pages_through_all_rows_once(folder: VersionFolder, schema: Schema) -> None:
    pages = [shown(folder, schema, ("page", str(n))) for n in (1, 2, 3)]
    assert [(p.first, p.last, p.total) for p in pages] == [(1, 50, 120), (51, 100, 120), (101, 120, 120)]
    assert [row.number for p in pages for row in p.rows] == list(range(120))
    assert pages[0].rows[4].cells == ("Person 4", 4.0, "male", 5.98, 0.0)


def test_a_page_past_the_end_is_the_last_one(folder: VersionFolder, schema: Schema) -> None:
    page = shown(folder, schema, ("page", "99"))
    assert (page.view.page, page.first, page.last) == (3, 101, 120)


def test_sorts_every_column_both_ways_with_missing_last(folder: VersionFolder, schema: Schema) -> None:
    for i, (name, values) in enumerate(PEOPLE.items()):
        present = [v for v in values if v is not None]
        up = shown(folder, schema, ("sort", f"c{i}"))
        down = shown(folder, schema, ("sort", f"c{i}"), ("desc", "1"))
        assert [row.cells[i] for row in up.rows] == sorted(present)[:50], name
        assert [row.cells[i] for row in down.rows] == sorted(present, reverse=True)[:50], name
        last = shown(folder, schema, ("sort", f"c{i}"), ("page", "3")).rows[-1].cells[i]
        assert last == (None if None in values else max(present)), name


def test_filters_say_exactly_which_rows(folder: VersionFolder, schema: Schema) -> None:
    ages = PEOPLE["Age"]
    in_range = [n for n, age in enumerate(ages) if age is not None and 20 <= age <= 30]
    page = shown(folder, schema, ("filter.c1.from", "20"), ("filter.c1.to", "30"))
    assert [row.number for row in page.rows] == in_range
    assert shown(folder, schema, ("filter.c1.from", "20"), ("filter.c1.below", "30")).total == sum(
        age is not None and 20 <= age < 30 for age in ages
    )
    assert shown(folder, schema, ("filter.c1.missing", "1")).total == ages.count(None)
    both = shown(folder, schema, ("filter.c1", "5"), ("filter.c1.missing", "1"))
    assert both.total == ages.count(None) + ages.count(5.0)
    assert shown(folder, schema, ("filter.c2", "female")).total == 40
    assert shown(folder, schema, ("filter.c2", "female"), ("filter.c2", "male")).total == 120
    assert shown(folder, schema, ("filter.c0", "pERSON 11")).total == 11
    assert shown(folder, schema, ("filter.c0", "  ")).total == 120


def test_finds_rows_that_occur_more_than_once(settings: Settings) -> None:
    store = Store(settings.data)
    store.create()
    folder = a_version_folder(store, {"a": [1.0, 2.0, 1.0, None, None], "b": ["x", "x", "x", "y", "y"]})
    schema = Schema.model_validate_json(folder.schema.read_bytes())
    page = shown(folder, schema, ("show", "duplicates"), ("filter.c1", "x"))
    assert [row.number for row in page.rows] == [0, 2]
    assert [row.number for row in shown(folder, schema, ("show", "duplicates")).rows] == [0, 2, 3, 4]


def test_filters_dates(settings: Settings) -> None:
    store = Store(settings.data)
    store.create()
    days = [datetime(2026, 1, day) for day in range(1, 21)]  # noqa: DTZ001
    folder = a_version_folder(store, {"day": days}, changes={"day": {"type": "datetime", "categories": None}})
    schema = Schema.model_validate_json(folder.schema.read_bytes())
    assert shown(folder, schema, ("filter.c0.from", "2026-01-05"), ("filter.c0.to", "2026-01-07")).total == 3
    with pytest.raises(BadInput, match="date"):
        read_view([("filter.c0.from", "soon")], schema)


def test_rejects_are_paged_in_the_order_of_the_file(settings: Settings) -> None:
    store = Store(settings.data)
    store.create()
    folder = a_version_folder(
        store, rejects=[("a.csv", n, "3 fields, expected 5", f"x,{n}") for n in range(1, 61)]
    )
    page = rejected.read_rejects(folder, 60, 2)
    assert [line.line for line in page.lines] == list(range(51, 61))
    assert rejected.read_rejects(folder, 60, 9).page == 2
    assert rejected.read_rejects(folder, 0, 1).lines == []


texts = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=40)
numbers = st.floats(allow_nan=False, allow_infinity=False)
views = st.builds(
    View,
    page=st.integers(1, 10**9 - 1),
    sort=st.none() | st.sampled_from(["c0", "c1", "c4"]),
    filters=st.tuples(
        st.builds(Filter, st.just("c0"), contains=texts.map(str.strip).filter(bool)),
        st.builds(Filter, st.just("c1"), low=numbers, high=st.none() | numbers, missing=st.booleans()),
    ),
    duplicates=st.booleans(),
)


@given(view=views)
@how_often(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_address_holds_the_whole_state(folder: VersionFolder, view: View) -> None:
    schema = Schema.model_validate_json(folder.schema.read_bytes())
    assert read_view(view.pairs(), schema) == view


def test_a_page_of_fifty_thousand_rows_costs_little_over_the_bare_query(settings: Settings) -> None:
    store = Store(settings.data)
    store.create()
    folder = a_version_folder(
        store, {f"n{i}": [float(i), float(i + 1)] for i in range(10)} | {"t": ["a", "b"]}
    )
    rng = np.random.default_rng(0)
    table = {f"c{i}": rng.random(50_000) for i in range(10)} | {"c10": rng.choice(["a", "b", "c"], 50_000)}
    pq.write_table(pa.table(table), folder.table)
    schema = Schema.model_validate_json(folder.schema.read_bytes()).model_copy(update={"rows": 50_000})
    view = read_view(
        [("sort", "c3"), ("filter.c10", "b"), ("filter.c1.from", "0.5"), ("page", "100")], schema
    )

    bare = duckdb.connect(config={"threads": "1"})
    rows = "SELECT * FROM read_parquet(?) WHERE c10 = 'b' AND c1 >= 0.5 ORDER BY c3 LIMIT 50 OFFSET 4950"

    def seconds(ask: Callable[[], list[Any]]) -> float:
        began = time.perf_counter()
        assert len(ask()) == 50
        return time.perf_counter() - began

    ours, theirs = [], []
    for _ in range(9):
        ours.append(seconds(lambda: grid.read_rows(folder, schema, view).rows))
        theirs.append(seconds(lambda: bare.execute(rows, [str(folder.table)]).fetchall()))
    assert min(ours) < 4 * min(theirs)
