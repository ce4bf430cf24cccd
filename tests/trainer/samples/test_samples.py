"""Every sample imports and holds what its card says."""

from pathlib import Path

import pytest

from tests.support.importing import an_import
from trainer.contract.samples import FIRST, SAMPLES, TASKS
from trainer.sources.samples import shop
from trainer.sources.samples.numbers import english, french


@pytest.mark.parametrize("key", SAMPLES)
def test_it_holds_what_it_says(key: str, tmp_path: Path) -> None:
    sample = SAMPLES[key]
    found = an_import(tmp_path, sample=key)
    assert found.types() == sample.columns
    assert list(found.types()) == list(sample.columns)
    assert found.schema.rows == sample.rows
    assert found.profile.rejects == 0
    assert sample.target in ("", *sample.columns)
    assert sample.origin in found.profile.source


def test_the_same_sample_is_the_same_table(tmp_path: Path) -> None:
    for key in ("shop", "reviews", "films"):
        assert an_import(tmp_path / "a", sample=key).name == an_import(tmp_path / "b", sample=key).name


def test_the_dirt_of_the_shop_is_what_was_planted(tmp_path: Path) -> None:
    cells = an_import(tmp_path, sample="shop").cells()
    rows = list(zip(*cells.values(), strict=True))
    assert len(rows) - len(set(rows)) == shop.DOUBLED
    assert shop.HOLES <= sum(days is None for days in cells["delivery days"]) <= shop.HOLES + shop.DOUBLED
    assert sum(price > 1000 for price in cells["price"]) >= shop.CENTS
    assert sum("Ã" in city for city in cells["city"]) >= shop.BROKEN
    told = [
        (refund > 0) == (back == "yes")
        for refund, back in zip(cells["refund"], cells["sent back"], strict=True)
    ]
    assert shop.WRONG <= told.count(False) <= shop.WRONG + shop.DOUBLED


def test_texts_are_varied(tmp_path: Path) -> None:
    for key, column in (("reviews", "review"), ("requests", "message"), ("fables", "fable")):
        texts = an_import(tmp_path, sample=key).cells()[column]
        assert len(set(texts)) == len(texts) == SAMPLES[key].rows


def test_numbers_are_spelled_right() -> None:
    known = {
        0: ("zero", "zéro"), 16: ("sixteen", "seize"), 21: ("twenty-one", "vingt-et-un"),
        70: ("seventy", "soixante-dix"),
        71: ("seventy-one", "soixante-et-onze"), 80: ("eighty", "quatre-vingts"), 81: ("eighty-one", "quatre-vingt-un"),
        99: ("ninety-nine", "quatre-vingt-dix-neuf"), 100: ("one hundred", "cent"), 200: ("two hundred", "deux-cents"),
        342: ("three hundred and forty-two", "trois-cent-quarante-deux"),
        680: ("six hundred and eighty", "six-cent-quatre-vingts"),
    }  # fmt: skip
    assert {number: (english(number), french(number)) for number in known} == known


def test_the_first_are_known_and_every_task_has_a_title() -> None:
    assert len(FIRST) == 6
    assert {sample.task for sample in SAMPLES.values()} <= set(TASKS)
