"""Different values are counted exactly while they are few, and nearly when they are many."""

import numpy as np
import pytest

from trainer.columns.distinct import MOST, Distinct

CHANCE = np.random.default_rng(3)


def count(values: np.ndarray, pieces: int = 7) -> Distinct:
    found = Distinct()
    for piece in np.array_split(values.astype(np.float64), pieces):
        found.add(piece)
    return found


def test_no_values_are_none() -> None:
    assert Distinct().count() == 0
    assert Distinct().exact()


def test_zero_has_no_sign_and_both_halves_of_a_feed_are_one_column() -> None:
    assert count(np.array([0.0, -0.0, 1.0, 0.0, 1.0]), pieces=5).count() == 2


@pytest.mark.parametrize("kinds", [1, 2, 100, 10_000, MOST])
def test_few_values_are_counted_exactly(kinds: int) -> None:
    values = CHANCE.permutation(np.concatenate([np.arange(kinds), CHANCE.integers(0, kinds, 100_000)])) / 8

    found = count(values)

    assert (found.count(), found.exact()) == (kinds, True)


@pytest.mark.parametrize(
    "values",
    [
        np.arange(700_000),
        np.arange(700_000) / 100,
        np.arange(700_000) * 4096.0 + 1e15,
        np.concatenate([np.arange(350_000)] * 2),
        CHANCE.standard_normal(500_000),
    ],
    ids=["whole numbers", "hundredths", "wide steps", "each twice", "fractions"],
)
def test_many_values_are_estimated_within_a_few_hundredths(values: np.ndarray) -> None:
    found = count(values)

    assert not found.exact()
    assert found.count() == pytest.approx(len(np.unique(values)), rel=0.03)
