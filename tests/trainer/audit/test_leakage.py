"""What gives an answer away."""

from pathlib import Path

import numpy as np

from tests.support.importing import a_csv, an_import
from tests.trainer.audit.world import a_titanic_like_table, an_audit
from trainer.contract.steps import Drop


def test_a_column_that_is_written_after_the_answer(tmp_path: Path) -> None:
    lines, fates = a_titanic_like_table(0, 400)
    boats = ["" if fate == "no" else str(1 + n % 9) for n, fate in enumerate(fates)]
    content = a_csv(
        "sex,class,age,fare,boat,saved", *[",".join(cells) for cells in zip(lines, boats, fates, strict=True)]
    )
    finding = an_audit(tmp_path, an_import(tmp_path, content), "saved").one("leak")
    assert finding.sentence.startswith("‘boat’ alone gives ‘saved’ away (always).")
    assert finding.fix is not None
    assert finding.fix.steps == [Drop(columns=["c4"])]


def test_an_id_in_the_order_of_the_answer(tmp_path: Path) -> None:
    draw = np.random.default_rng(0)
    lines = [f"{n + 1},{draw.normal():.3f},{'sick' if n > 250 else 'well'}" for n in range(400)]
    finding = an_audit(tmp_path, an_import(tmp_path, a_csv("id,x,state", *lines)), "state").one("leak")
    assert finding.sentence.startswith("‘id’ only numbers rows, yet it says much about ‘state’")


def test_a_number_that_is_nearly_the_answer(tmp_path: Path) -> None:
    draw = np.random.default_rng(0)
    price = np.exp(draw.normal(5, 1, 500))
    lines = [f"{draw.normal():.3f},{p * 1.19 + draw.normal():.2f},{p:.2f}" for p in price]
    finding = an_audit(tmp_path, an_import(tmp_path, a_csv("x,with_tax,price", *lines)), "price").one("leak")
    assert finding.column == "c1"


def test_a_column_that_knows_an_answer_with_wrong_labels_in_it(tmp_path: Path) -> None:
    draw = np.random.default_rng(3)
    back = draw.random(900) < 0.4
    wrong = np.isin(np.arange(900), draw.choice(900, 30, replace=False))
    lines = [
        f"{draw.normal():.3f},{'abc'[draw.integers(3)]},{9.5 if b else 0},{'yes' if b != w else 'no'}"
        for b, w in zip(back, wrong, strict=True)
    ]
    found = an_import(tmp_path, a_csv("x,kind,refund,sent back", *lines))
    assert an_audit(tmp_path, found, "sent back").one("leak").column == "c2"


def test_a_good_column_among_good_columns_gives_nothing_away(tmp_path: Path) -> None:
    draw = np.random.default_rng(3)
    kind = draw.integers(3, size=600)
    lines = [",".join([*(f"{3 * k + draw.normal():.3f}" for _ in range(3)), "abc"[k]]) for k in kind]
    audited = an_audit(tmp_path, an_import(tmp_path, a_csv("a,b,c,kind", *lines)), "kind")
    assert not [finding for finding in audited.findings if finding.kind == "leak" and finding.fix is not None]
