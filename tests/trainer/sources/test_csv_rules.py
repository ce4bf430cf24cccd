"""Tables of text that the first look would misread, and the rules that put a reading right."""

from pathlib import Path

import pytest

from tests.support.importing import Imported, a_csv, an_import
from trainer.contract.dataset import Layout, Rule
from trainer.contract.documents import read_document
from trainer.sources.refusal import Refused

PLAIN = a_csv("name,age", "A,3", "B,4", "C,5")
TITLED = a_csv("Report 2024,,", ",,", "", "name,age,city", "A,3,X", "B,4,Y", "C,5", "D,6,Z")
RAGGED = a_csv("a,b,c", "1,2", "3,4,5,6", "7,8,9", "1,2,3", "1,2", "4,5", "4,5,6", "8,9")


def rules(found: Imported) -> dict[str, Rule]:
    return {rule.key: rule for rule in read_document(found.version.layout, Layout).rules}


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("csv:sideways", "no way of reading called ‘csv:sideways’"),
        ("csv:delimiter-", "no way of reading"),
        ("csv:skip--1", "no way of reading"),
        ("csv:skip-99999", "no way of reading"),
        ("csv:skip-900", "no lines below the first 900"),
        ("csv:skip-4", "no lines below the first 4"),
        ("csv:delimiter-semicolon", "not parted by a semicolon"),
    ],
)
def test_rules_that_do_not_fit_are_refused(rule: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=words):
        an_import(tmp_path, PLAIN, rule=rule)


def test_titles_above_the_header_are_left_out_and_told(tmp_path: Path) -> None:
    found = an_import(tmp_path, TITLED)
    assert found.cells() == {"name": ["A", "B", "D"], "age": [3.0, 4.0, 6.0], "city": ["X", "Y", "Z"]}
    assert "header in line 4" in found.profile.source
    assert "3 lines above the table were left out, such as ‘Report 2024’." in [
        finding.sentence for finding in found.profile.findings
    ]
    assert [(reject["line"], reject["raw"]) for reject in found.rejects()] == [(7, "C,5")]


@pytest.mark.parametrize(
    "content",
    [
        a_csv(",a", "x,1", "y,2"),  # a column of an index has no name
        a_csv("5,,", "1,2,3", "4,5,6"),  # a row with holes, and no header
        a_csv("a,b,c", "x,,", "y,1,2", "z,3,4"),
    ],
)
def test_what_is_no_title_stays(content: bytes, tmp_path: Path) -> None:
    found = an_import(tmp_path, content)
    assert not any("left out" in finding.sentence for finding in found.profile.findings)
    header = "No header was found" not in " ".join(finding.sentence for finding in found.profile.findings)
    assert found.schema.rows == len(content.splitlines()) - header


def test_a_header_of_names_parts_ragged_lines(tmp_path: Path) -> None:
    found = an_import(tmp_path, RAGGED)
    assert found.cells() == {"a": [7.0, 1.0, 4.0], "b": [8.0, 2.0, 5.0], "c": [9.0, 3.0, 6.0]}
    assert [reject["line"] for reject in found.rejects()] == [2, 3, 6, 7, 9]


def test_prose_stays_one_column(tmp_path: Path) -> None:
    lines = ["Well, said the cat", "no, no, no", "that is it, then", "one, two, three, four"]
    assert len(an_import(tmp_path, a_csv(*lines)).types()) == 1


def test_the_other_ways_are_told_and_the_applied_one_is_marked(tmp_path: Path) -> None:
    offered = rules(an_import(tmp_path, PLAIN))
    assert [key for key, rule in offered.items() if rule.applied] == ["csv:found"]
    assert [key for key, rule in offered.items() if rule.fits] == [
        "csv:found",
        "csv:no-header",
        "csv:delimiter-none",
    ]
    assert "semicolon" in offered["csv:delimiter-semicolon"].why
    assert "‘name’, ‘age’" in offered["csv:found"].why
    assert {"csv:skip-0", "csv:no-header"} <= set(rules(an_import(tmp_path, TITLED)))


@pytest.mark.parametrize(
    ("rule", "columns", "rows"),
    [
        ("csv:no-header", ["column 1", "column 2"], 4),
        ("csv:delimiter-none", ["name,age"], 3),
        ("csv:skip-1", ["A", "3"], 2),
        ("csv:found", ["name", "age"], 3),
        ("sheet:Prices", ["name", "age"], 3),
    ],
)
def test_a_rule_is_applied(rule: str, columns: list[str], rows: int, tmp_path: Path) -> None:
    found = an_import(tmp_path, PLAIN, rule=rule)
    assert list(found.types()) == columns
    assert found.schema.rows == rows
    applied = [key for key, one in rules(found).items() if one.applied]
    assert applied == [rule if rule.startswith("csv:") else "csv:found"]


def test_titles_can_be_taken_back_and_a_header_be_given(tmp_path: Path) -> None:
    assert next(iter(an_import(tmp_path, TITLED, rule="csv:skip-0").types())) == "Report 2024"
    numbers = a_csv("1,2", "3,4", "5,6")
    assert "csv:header" in rules(an_import(tmp_path, numbers))
    assert list(an_import(tmp_path, numbers, rule="csv:header").types()) == ["1", "2"]


def test_a_text_among_others_can_be_read_by_a_rule_too(tmp_path: Path) -> None:
    found = an_import(tmp_path, PLAIN, filename="people.txt", rule="csv:no-header")
    assert found.schema.rows == 4
    assert rules(found)["csv:found"].fits
