"""Damaged files of every format become a table or a refusal in words, and nothing else. ``make soak`` reads more."""

from collections import Counter

from tests.support.damaged_tables import TABLES, read_in_children


def test_mutated_files_are_read_or_refused() -> None:
    told = read_in_children(0, 5 * len(TABLES))
    told += read_in_children(5004, 1)  # a zip whose directory points before its start
    odd = [line for line in told if line[2] not in ("a table", "refused")]
    assert odd == []
    assert len(Counter(line[1] for line in told)) == len(TABLES)
    assert {line[2] for line in told} == {"a table", "refused"}
