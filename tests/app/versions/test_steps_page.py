"""The Steps page: forms that say what is wrong, effects shown first, the list changed, versions told apart."""

import re

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from app.datasets.tables import Dataset
from app.people.tables import User
from app.storage import Store
from app.versions.forms import KINDS
from tests.support.datasets import a_dataset, a_version_folder
from tests.support.mending import ask_for, do_jobs, mended, page, shown
from trainer.contract.dataset import Finding, Fix
from trainer.contract.steps import Exclude, Impute, MakeColumn, Rename, Retype

FRAGMENT = {"HX-Request": "true"}


@pytest.fixture
def dataset(engine: Engine, store: Store, person: User) -> Dataset:
    return a_dataset(engine, store, person)


def effect(browser: TestClient, dataset: Dataset, **given: str) -> str:
    answer = browser.get(f"/datasets/{dataset.id}/steps/effect", params=given, headers=FRAGMENT)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text)).strip()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"kind": "nothing"}, "‘nothing’ is no kind of step"),
        ({"kind": "impute"}, "Choose the column"),
        ({"kind": "impute", "column": "c1", "how": "value", "value": "x"}, "‘x’ is not a number"),
        ({"kind": "clip", "column": "c1", "low": "9", "high": "1"}, "is above the highest"),
        ({"kind": "clip", "column": "c1", "share": "98.5.1"}, "a percentage between 0 and 100"),
        ({"kind": "clip", "column": "c1", "low": "abc"}, "At least: "),
        ({"kind": "map", "column": "c2", "values": "male"}, "Write old = new"),
        ({"kind": "make", "name": "x", "expression": "Agee + 1"}, "There is no column ‘Agee’"),
        ({"kind": "make", "name": " Sex", "expression": "1"}, "another column is called ‘Sex’"),
        ({"kind": "make", "expression": "1"}, "Name: is not filled in"),
        ({"kind": "rename", "column": "c1", "name": "Sex"}, "another column is called ‘Sex’"),
        ({"kind": "drop"}, "Columns: is not filled in"),
    ],
)
def test_a_form_that_cannot_be_done_says_why(
    browser: TestClient, dataset: Dataset, given: dict[str, str], words: str
) -> None:
    answer = browser.post(f"/datasets/{dataset.id}/steps", data=given)
    assert answer.status_code in (404, 422)
    if given["kind"] in KINDS:
        assert words in answer.text.replace("&#39;", "'")
    assert words.lower() in effect(browser, dataset, **given).lower()


def test_every_kind_has_a_form_and_an_effect(browser: TestClient, dataset: Dataset) -> None:
    for kind in KINDS:
        assert "step-form" in page(browser, f"/datasets/{dataset.id}/steps?kind={kind}")
        effect(browser, dataset, kind=kind)
    answer = browser.get(f"/datasets/{dataset.id}/steps/form?kind=retype&column=c1", headers=FRAGMENT)
    assert 'name="back" value="table"' in answer.text


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"kind": "impute", "column": "c1", "how": "value", "value": "30"},
         "12 of 120 cells change: rows 4, 14, 24, 34, 44, 54 and 6 more. Now Then missing 30"),
        ({"kind": "impute", "column": "c1", "how": "median"}, "12 holes are filled in training"),
        ({"kind": "clip", "column": "c1", "high": "68"}, "1 of 120 cells change: row 70. Now Then 69 68"),
        ({"kind": "merge", "column": "c2", "below": "50", "into": "x"}, "1 category in 40 rows"),
        ({"kind": "retype", "column": "c0", "type": "number"},
         "120 values cannot be read so and become missing: rows 1, 2, 3, 4, 5, 6 and 114 more. Now Then Person 0"),
        ({"kind": "retype", "column": "c1", "type": "category"},
         "Of the 120 rows, 108 hold a value, and each can be read so; 12 are missing and stay so. There will be"),
        ({"kind": "make", "name": "x", "expression": "Age * 2"}, "108 of 120 rows get a value. Now Then row 1 0"),
        ({"kind": "map", "column": "c2", "values": "male = m\nx = y"}, "80 of 120 cells change"),
    ],
)  # fmt: skip
def test_the_effect_is_shown_first(
    browser: TestClient, dataset: Dataset, given: dict[str, str], words: str
) -> None:
    assert words in effect(browser, dataset, **given)


def test_the_effect_counts_on_the_table_as_it_is_now(
    engine: Engine, store: Store, person: User, browser: TestClient, dataset: Dataset
) -> None:
    mended(engine, store, person, dataset, Exclude(rows=[0, 1, 2, 3]), Retype(column="c4", type="category"))
    said = effect(browser, dataset, kind="impute", column="c1", how="value", value="30")
    assert "11 of 116 cells change: rows 10, 20," in said


def test_a_form_becomes_a_step_and_a_version(
    engine: Engine, store: Store, browser: TestClient, dataset: Dataset
) -> None:
    given = {"kind": "impute", "column": "c1", "how": "median", "value": ""}
    answer = browser.post(f"/datasets/{dataset.id}/steps", data=given)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/datasets/{dataset.id}/steps")
    browser.post(
        f"/datasets/{dataset.id}/steps", data={"kind": "drop", "columns": ["c0", "c3"], "back": "table"}
    )
    do_jobs(engine, store)
    version = shown(engine, dataset)
    assert [step["kind"] for step in version.steps] == ["impute", "drop"]
    text = page(browser, f"/datasets/{dataset.id}/steps")
    assert "2 steps lead from the file to this table" in text
    assert "Fill the holes of Age with the median" in text
    assert "fitted on the training part" in text
    assert "Leave out Name, Fare" in text
    assert "2 columns fewer" in text
    assert "no cell here changes: Fill the holes of Age with the median." in page(
        browser, f"/datasets/{dataset.id}"
    )


def test_steps_are_moved_changed_and_taken_out(
    engine: Engine, store: Store, person: User, browser: TestClient, dataset: Dataset
) -> None:
    place = f"/datasets/{dataset.id}/steps"
    mended(
        engine, store, person, dataset, Rename(column="c3", name="Price"),
        MakeColumn(made="c5", name="Twice", expression="Age * 2"), Impute(column="c1", how="value", value=1),
    )  # fmt: skip

    def send(where: str, **data: str) -> None:
        made_from = re.search(r'name="made_from" value="(\w+)"', page(browser, place))
        assert made_from is not None
        answer = browser.post(where, data={"made_from": made_from.group(1), **data})
        assert answer.status_code == 303, answer.text
        do_jobs(engine, store)

    send(f"{place}/order", do="up:2")
    assert [step["kind"] for step in shown(engine, dataset).steps] == ["rename", "impute", "make"]
    assert "Change step 3" in page(browser, f"{place}?edit=2")
    send(place, kind="make", edit="2", name="Thrice", expression="Age * 3")
    last = shown(engine, dataset).steps[2]
    assert (last["made"], last["name"], last["expression"]) == ("c5", "Thrice", "Age * 3")
    send(f"{place}/order", do="remove:0")
    assert [step["kind"] for step in shown(engine, dataset).steps] == ["impute", "make"]
    assert browser.post(f"{place}/order", data={"made_from": "old", "do": "up:1"}).status_code == 409
    assert browser.post(f"{place}/order", data={"made_from": "old", "do": "up:9"}).status_code == 404
    assert browser.post(f"{place}/order", data={"made_from": "old", "do": "drop:1"}).status_code == 422


def test_a_move_that_breaks_a_later_step_is_refused_in_words(
    engine: Engine, store: Store, person: User, browser: TestClient, dataset: Dataset
) -> None:
    mended(
        engine, store, person, dataset, MakeColumn(made="c5", name="Twice", expression="Age * 2"),
        Rename(column="c5", name="Double"),
    )  # fmt: skip
    text = page(browser, f"/datasets/{dataset.id}/steps")
    made_from = re.search(r'name="made_from" value="(\w+)"', text)
    assert made_from is not None
    data = {"made_from": made_from.group(1), "do": "remove:0"}
    answer = browser.post(f"/datasets/{dataset.id}/steps/order", data=data)
    assert answer.status_code == 422
    assert "Step 1: this table has no column c5." in answer.text


def test_undo_and_redo_stand_on_the_table(
    engine: Engine, store: Store, person: User, browser: TestClient, dataset: Dataset
) -> None:
    root = shown(engine, dataset)
    version = mended(engine, store, person, dataset, Exclude(rows=[1]), note="Leave out one")
    place = f"/datasets/{dataset.id}"
    assert f"versions/{root.id}/show" in page(browser, place)
    browser.post(f"{place}/versions/{root.id}/show")
    assert f"versions/{version.id}/show" in page(browser, place)
    assert "Redo" in page(browser, place)


def test_undo_takes_back_what_is_still_being_made(
    engine: Engine, store: Store, person: User, browser: TestClient, dataset: Dataset
) -> None:
    version = mended(engine, store, person, dataset, Exclude(rows=[1]))
    ask_for(engine, store, person, dataset, Exclude(rows=[2]), note="The second")
    place = f"/datasets/{dataset.id}"
    undo = f"{place}/versions/{version.id}/show"
    assert undo in page(browser, place)
    browser.post(undo)
    assert do_jobs(engine, store) == []
    assert shown(engine, dataset).id == version.id


def test_an_old_version_is_looked_at_under_its_own_address(
    engine: Engine, store: Store, person: User, browser: TestClient, dataset: Dataset
) -> None:
    root = shown(engine, dataset)
    mended(engine, store, person, dataset, Exclude(rows=[0]))
    old = f"/datasets/{dataset.id}/versions/{root.id}"
    text = page(browser, old)
    assert "120 rows" in text
    assert "another version of people, to look at" in text
    assert "Ask a question" not in text
    assert f'href="{old}/rows/0"' in text
    assert "Person 0" in page(browser, f"{old}/rows/0")
    assert "Person 1" in page(browser, f"/datasets/{dataset.id}/rows/0")
    other = a_dataset(engine, store, person, name="other")
    assert browser.get(f"/datasets/{other.id}/versions/{root.id}").status_code == 404


def test_the_button_on_a_finding_adds_its_steps(
    engine: Engine, store: Store, person: User, browser: TestClient
) -> None:
    fix = Fix(label="Leave out the copies", steps=[Exclude(rows=[7, 9], reason="copies")])
    findings = [
        Finding(kind="other", sentence="Nothing."),
        Finding(kind="duplicates", sentence="Two.", fix=fix),
    ]
    dataset = a_dataset(engine, store, person, a_version_folder(store, findings=findings))
    text = page(browser, f"/datasets/{dataset.id}")
    assert "Leave out the copies" in text
    version = shown(engine, dataset)
    place = f"/datasets/{dataset.id}/fixes"
    assert browser.post(place, data={"version": version.id, "finding": "0"}).status_code == 409
    assert browser.post(place, data={"version": version.id, "finding": "5"}).status_code == 409
    assert browser.post(place, data={"version": version.id, "finding": "1"}).status_code == 303
    do_jobs(engine, store)
    assert (shown(engine, dataset).rows, shown(engine, dataset).note) == (118, "Leave out the copies")


def test_a_formula_says_what_its_columns_are_called_now(
    engine: Engine, store: Store, person: User, browser: TestClient, dataset: Dataset
) -> None:
    twice = MakeColumn(made="c5", name="twice", expression="Age * 2 + Fare")
    mended(engine, store, person, dataset, twice, Rename(column="c1", name="Years"))
    told = page(browser, f"/datasets/{dataset.id}/steps")
    assert "Make twice = Age * 2 + Fare (Age is called Years now)" in told
    assert "Call Age Years" in told
    assert "tick rows in the table" in told
