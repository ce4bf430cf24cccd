"""Rows into three parts."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer.contract.recipe import Split
from trainer.split import split


@pytest.mark.parametrize("n", [0, 1, 3, 4])
def test_too_few_rows_are_refused_in_words(n: int) -> None:
    with pytest.raises(ValueError, match="at least 5 are needed"):
        split(n, None, None, Split())
    with pytest.raises(ValueError, match="can be used"):
        split(50, np.arange(50) < n, None, Split())


def test_the_same_seed_gives_the_same_parts() -> None:
    labels = np.array(["a", "b", "c"])[np.arange(300) % 3]
    first, again, other = (
        split(300, None, labels, Split()),
        split(300, None, labels, Split()),
        split(300, None, labels, Split(seed=1)),
    )
    assert all(np.array_equal(first[part], again[part]) for part in first)
    assert not np.array_equal(first["test"], other["test"])


def test_what_classes_are_called_does_not_matter() -> None:
    labels = np.random.default_rng(0).integers(0, 4, 500)
    names = np.array(["z", "m", "a", "q"], dtype=object)[labels]
    one, two = split(500, None, labels, Split()), split(500, None, names, Split())
    assert all(np.array_equal(one[part], two[part]) for part in one)


def test_classes_keep_their_shares_and_rare_ones_train() -> None:
    labels = np.array(["common"] * 700 + ["some"] * 280 + ["few"] * 17 + ["two"] * 2 + ["one"], dtype=object)
    parts = split(1000, None, labels, Split())
    assert {part: len(rows) for part, rows in parts.items()} == pytest.approx(
        {"train": 700, "validation": 150, "test": 150}, abs=4
    )
    for part, share in (("train", 0.7), ("validation", 0.15), ("test", 0.15)):
        counts = Counter(labels[parts[part]].tolist())
        assert counts["common"] == pytest.approx(700 * share, abs=1)
        assert counts["some"] == pytest.approx(280 * share, abs=1)
    assert set(labels[parts["train"]]) >= {"two", "one"}
    assert not set(labels[parts["test"]]) & {"two", "one"}


@given(
    n=st.integers(5, 200), seed=st.integers(0, 5), classes=st.integers(0, 8), hole=st.integers(2, 9),
    train=st.floats(0.1, 0.9),
)  # fmt: skip
def test_each_usable_row_is_in_one_part(n: int, seed: int, classes: int, hole: int, train: float) -> None:
    usable = np.arange(n) % hole != 0
    labels = np.arange(n) % classes if classes else None
    rest = (1 - train) / 2
    if usable.sum() < 5:
        return
    parts = split(n, usable, labels, Split(train=train, validation=rest, test=rest, seed=seed))
    together = np.concatenate(list(parts.values()))
    assert sorted(together) == np.flatnonzero(usable).tolist()
    assert all(len(rows) and rows.tolist() == sorted(rows) for rows in parts.values())
