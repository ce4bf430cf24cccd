"""Of 5 % planted label flips at least 60 % stand in the first 5 % of the suspects."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_digits

from tests.support.importing import a_csv, a_zip, an_import
from tests.trainer.audit.world import a_titanic_like_table, an_audit, flip, found_in_top, png
from trainer.contract.dataset import Finding

BAR = 0.6


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_flips_in_a_table(tmp_path: Path, seed: int) -> None:
    lines, fates = a_titanic_like_table(seed)
    flipped, wrong = flip(fates, 0.05, seed)
    content = a_csv("sex,class,age,fare,saved", *[f"{a},{b}" for a, b in zip(lines, flipped, strict=True)])
    audited = an_audit(tmp_path, an_import(tmp_path, content), "saved")
    assert found_in_top(audited, wrong, len(fates)) >= BAR


def test_flips_in_pictures_and_what_they_should_be(tmp_path: Path) -> None:
    digits = load_digits()
    labels, images = [str(digit) for digit in digits.target[:900]], digits.images[:900]
    flipped, wrong = flip(labels, 0.05, 0)
    names = [f"{label}/{row:04d}.png" for row, label in enumerate(flipped)]
    found = an_import(tmp_path, a_zip(dict(zip(names, (png(image * 15.9) for image in images), strict=True))))
    audited = an_audit(tmp_path, found, "label")
    order = [int(name.split(".")[0]) for name in found.cells()["photo"]]
    placed = {order.index(row) for row in wrong}
    assert found_in_top(audited, placed, len(labels)) >= BAR
    suspects = audited.rows("label-suspects")
    right = [
        labels[order[row]] == said
        for row, said in zip(suspects["row"], suspects["suggested"], strict=True)
        if row in placed
    ]
    assert np.mean(right) > 0.9
    assert suspects["score"] == sorted(suspects["score"], reverse=True)
    finding = audited.one("labels", "label-suspects")
    assert "‘label’" in finding.sentence
    assert finding.count == len(suspects["row"])


def test_flips_in_texts(tmp_path: Path) -> None:
    draw = np.random.default_rng(0)
    topics = {
        "sea": ["wave", "boat", "sail", "harbour", "salt"],
        "hill": ["goat", "slope", "cabin", "pine", "ridge"],
    }
    labels = draw.choice(list(topics), 400).tolist()
    texts = [
        " ".join([*draw.choice(topics[label], 4), *draw.choice(["we", "saw", "a", "the", "near"], 6)])
        for label in labels
    ]
    flipped, wrong = flip(labels, 0.05, 1)
    content = "\n".join(
        ["label\ttext", *[f"{a}\t{b} {n}" for n, (a, b) in enumerate(zip(flipped, texts, strict=True))]]
    )
    audited = an_audit(tmp_path, an_import(tmp_path, content.encode()), "label")
    assert found_in_top(audited, wrong, 400) >= BAR


def test_labels_that_nothing_explains_are_not_doubted(tmp_path: Path) -> None:
    draw = np.random.default_rng(0)
    lines = [f"{draw.normal():.4f},{draw.normal():.4f},{draw.choice(['a', 'b'])}" for _ in range(300)]
    audited = an_audit(tmp_path, an_import(tmp_path, a_csv("x,y,label", *lines)), "label")
    assert audited.findings == list[Finding]()
