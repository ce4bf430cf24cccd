"""Planted copies and near copies are all found: pictures, texts and rows, also across the parts of a split."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageOps

from tests.support.importing import a_csv, a_zip, an_import
from tests.trainer.audit.world import an_audit
from trainer.contract.recipe import Question, Split
from trainer.contract.steps import Exclude


def a_photo(seed: int) -> Image.Image:
    """Something with shapes and grain, as photos have."""
    draw = np.random.default_rng(seed)
    coarse = Image.fromarray(draw.integers(0, 256, (6, 6, 3), dtype=np.uint8)).resize(
        (160, 120), Image.Resampling.BICUBIC
    )
    fine = Image.fromarray(draw.integers(0, 256, (24, 32, 3), dtype=np.uint8)).resize(
        (160, 120), Image.Resampling.BICUBIC
    )
    return Image.blend(coarse, fine, 0.35)


def saved(picture: Image.Image, form: str = "PNG", **options: int) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()


CHANGES = {
    "again": lambda p: saved(p),
    "poor jpeg": lambda p: saved(p, "JPEG", quality=40),
    "half the size": lambda p: saved(p.resize((80, 60), Image.Resampling.BICUBIC)),
    "brighter": lambda p: saved(ImageEnhance.Brightness(p).enhance(1.25)),
    "flatter": lambda p: saved(ImageEnhance.Contrast(p).enhance(0.7)),
    "mirrored": lambda p: saved(ImageOps.mirror(p)),
    "cropped": lambda p: saved(p.crop((5, 3, 156, 118))),
}


def test_pictures_changed_in_every_way(tmp_path: Path) -> None:
    photos = {f"{'ab'[n % 2]}/{n:03d}.png": a_photo(n) for n in range(60)}
    files = {name: saved(photo) for name, photo in photos.items()}
    for place, change in enumerate(CHANGES.values()):
        files[f"b/{200 + place}.png"] = change(photos[f"{'ab'[place % 2]}/{place:03d}.png"])
    found = an_import(tmp_path, a_zip(files))
    names = found.cells()["photo"]
    audited = an_audit(tmp_path, found, "label")
    near = audited.one("near_duplicates")
    rows = audited.rows("near-duplicates")["row"]
    groups = {frozenset(names[row] for row in rows[start : start + 2]) for start in range(0, len(rows), 2)}
    assert groups == {
        frozenset({f"{place:03d}.png", f"{200 + place}.png"}) for place in range(1, len(CHANGES))
    }
    assert near.count == len(CHANGES) - 1  # the exact copy is told of by the profile
    assert near.fix is not None
    torn = audited.one("labels", "near-torn")
    assert torn.count == 2 * 4  # the copies of a lie in b


@pytest.mark.parametrize(
    "change", [lambda t: t.upper(), lambda t: t + " !!", lambda t: t.replace("seven", "eight")]
)
def test_texts(tmp_path: Path, change: object) -> None:
    draw = np.random.default_rng(0)
    words = [
        "river",
        "seven",
        "often",
        "window",
        "yellow",
        "under",
        "carry",
        "music",
        "north",
        "glass",
        "early",
        "paper",
    ]
    texts = [" ".join(draw.permutation(words)[:9]) + f" {n}" for n in range(300)]
    planted = {300 + k: int(row) for k, row in enumerate(draw.choice(300, 12, replace=False))}
    texts += [change(texts[row]) for row in planted.values()]  # type: ignore[operator]
    lines = [f"{'spam' if n % 3 else 'ham'}\t{text}" for n, text in enumerate(texts)]
    found = an_import(tmp_path, "\n".join(["label\ttext", *lines]).encode())
    rows = an_audit(tmp_path, found).rows("near-duplicates")["row"]
    assert set(planted) | set(planted.values()) <= set(rows)


def a_table(rows: int = 500) -> list[list[str]]:
    draw = np.random.default_rng(0)
    numbers = [draw.normal(50, 9, rows), draw.exponential(8, rows), draw.normal(size=rows)]
    cells = [[f"{value:.4f}" for value in column] for column in numbers]
    cells += [draw.choice(["x", "y", "z"], rows).tolist(), [str(n) for n in draw.integers(1, 9, rows)]]
    return [list(row) for row in zip(*cells, strict=True)]


def plant(table: list[list[str]]) -> dict[int, int]:
    """Copies: exact, one cell other, a hole, every number a hair away; row -> of which row."""
    draw = np.random.default_rng(5)
    planted = {}
    for kind in range(4):
        for row in draw.choice(500, 5, replace=False).tolist():
            copy = list(table[row])
            if kind == 1:
                copy[3] = {"x": "y", "y": "z", "z": "x"}[copy[3]]
            elif kind == 2:
                copy[0] = ""
            elif kind == 3:
                copy[:3] = [
                    f"{float(copy[0]) + 0.002:.3f}",
                    f"{float(copy[1]) - 0.002:.3f}",
                    f"{float(copy[2]) + 0.0003:.4f}",
                ]
            planted[len(table)] = row
            table.append(copy)
    return planted


def test_rows_and_across_the_parts(tmp_path: Path) -> None:
    table = a_table()
    planted = plant(table)
    found = an_import(tmp_path, a_csv("a,b,c,kind,n", *[",".join(cells) for cells in table]))
    question = Question(
        target="c3",
        inputs=["c0", "c1", "c2", "c4"],
        task="classification",
        metric="accuracy",
        split=Split(seed=3),
    )
    audited = an_audit(tmp_path, found, question=question)
    members = set(audited.rows("near-duplicates")["row"])
    near = {copy: row for copy, row in planted.items() if table[copy] != table[row]}
    assert set(near) | set(near.values()) <= members <= set(planted) | set(planted.values())
    across = audited.one("leak", "near-across-parts")
    crossing = set(audited.rows("near-across-parts")["row"])
    assert crossing
    assert across.fix is not None
    (step,) = across.fix.steps
    assert isinstance(step, Exclude)
    assert set(step.rows) < crossing


def test_a_part_that_was_given_is_compared_too(tmp_path: Path) -> None:
    table = a_table(200)
    lines = [
        ",".join([*cells, "test" if n >= 160 else "train"])
        for n, cells in enumerate([*table[:199], table[3]])
    ]
    found = an_import(tmp_path, a_csv("a,b,c,kind,n,split", *lines))
    schema = found.schema.model_copy(
        update={
            "columns": [
                c.model_copy(update={"role": "part"}) if c.name == "split" else c
                for c in found.schema.columns
            ]
        }
    )
    found.version.schema.write_text(schema.model_dump_json())
    audited = an_audit(tmp_path, found)
    assert sorted(audited.rows("near-across-parts")["row"]) == [3, 199]


def test_a_table_without_copies_is_left_in_peace(tmp_path: Path) -> None:
    found = an_import(tmp_path, a_csv("a,b,c,kind,n", *[",".join(cells) for cells in a_table()]))
    assert an_audit(tmp_path, found).findings == []
