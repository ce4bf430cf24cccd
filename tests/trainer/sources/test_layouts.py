"""Every way to read an archive or a folder: what the rows are, what is told, and which rule says so."""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from tests.support.importing import Imported, a_csv, a_mask, a_picture, a_sound, a_tar, a_zip, an_import
from trainer.contract.dataset import Layout
from trainer.contract.documents import read_document
from trainer.sources.layouts import RULES
from trainer.sources.refusal import Refused

PICTURE, SOUND = a_picture(), a_sound()


def applied(found: Imported) -> str:
    """The key of the rule that was applied."""
    (rule,) = [rule for rule in read_document(found.version.layout, Layout).rules if rule.applied]
    return rule.key


def told(found: Imported) -> dict[str, str]:
    return {reject["file"]: reject["reason"] for reject in found.rejects()}


def boxes(found: Imported) -> list[list[tuple[Any, ...]]]:
    return [[tuple(box.values()) for box in json.loads(cell)] for cell in found.cells()["boxes"]]


def a_coco(
    *, size: tuple[int, int] = (40, 30), extra: list[dict[str, Any]] | None = None, first: int = 1
) -> bytes:
    images = [
        {"id": n, "file_name": f"{n}.png", "width": size[0], "height": size[1]} for n in (first, first + 1)
    ]
    annotations = [{"image_id": first, "category_id": 7, "bbox": [10, 15, 20, 15]}, *(extra or [])]
    return json.dumps(
        {"images": images, "annotations": annotations, "categories": [{"id": 7, "name": "cat"}]}
    ).encode()


def a_voc(name: str, box: str, size: tuple[int, int] = (40, 30)) -> bytes:
    edges = "".join(
        f"<{side}>{value}</{side}>"
        for side, value in zip(("xmin", "ymin", "xmax", "ymax"), box.split(), strict=True)
    )
    return (
        f"<annotation><filename>{name}</filename><size><width>{size[0]}</width><height>{size[1]}</height></size>"
        f"<object><name>dog</name><bndbox>{edges}</bndbox></object></annotation>"
    ).encode()


def test_parts_above_class_folders(tmp_path: Path) -> None:
    names = [f"{part}/{kind}/{n}.png" for part in ("train", "val", "test") for kind in "ab" for n in range(2)]
    found = an_import(tmp_path, a_zip({f"mine/{name}": PICTURE for name in names}))
    assert applied(found) == "split_pictures"
    cells = found.cells()
    assert sorted(zip(cells["part"], cells["label"], strict=True)) == sorted(
        (part, kind) for part in ("train", "validation", "test") for kind in "ab" for _ in range(2)
    )
    assert found.roles()["part"] == "part"
    plain = an_import(tmp_path, a_zip({f"mine/{name}": PICTURE for name in names}), rule="class_pictures")
    assert "part" not in plain.types()
    assert plain.name != found.name


def test_a_class_called_test_is_no_part(tmp_path: Path) -> None:
    found = an_import(
        tmp_path, a_zip({f"{kind}/{n}.png": PICTURE for kind in ("test", "control") for n in range(3)})
    )
    assert applied(found) == "class_pictures"
    assert set(found.cells()["label"]) == {"test", "control"}


def test_one_sheet_of_a_workbook_in_a_zip(tmp_path: Path) -> None:
    out = io.BytesIO()
    book = openpyxl.Workbook()
    for name, sheet in (("First", book.active), ("Second", book.create_sheet("Second"))):
        sheet.title = name
        for row in (["a", "b"], *([n, name[0] * (n % 3 + 1)] for n in range(8))):
            sheet.append(row)
    book.save(out)
    content = a_zip({"data/book.xlsx": out.getvalue()})
    found = an_import(tmp_path, content)
    assert applied(found) == "table"
    other = an_import(tmp_path, content, rule="sheet:Second")
    assert set(found.cells()["b"]) == {"F", "FF", "FFF"}
    assert set(other.cells()["b"]) == {"S", "SS", "SSS"}


def test_sounds_in_class_folders(tmp_path: Path) -> None:
    found = an_import(tmp_path, a_zip({"a/1.wav": SOUND, "b/1.wav": SOUND, "b/2.wav": b"RIFF....WAVEjunk"}))
    assert applied(found) == "class_sounds"
    assert found.types() == {"sound": "audio", "label": "category"}
    assert found.cells()["label"] == ["a", "b"]
    assert "damaged" in told(found)["b/2.wav"]


def test_texts_in_class_folders_in_any_alphabet(tmp_path: Path) -> None:
    entries = {f"{kind}/{n}.txt": f"text {kind} {n}".encode() for kind in ("good", "bad") for n in range(3)}
    entries |= {
        "good/latin.txt": "schöne Grüße".encode("cp1252"),
        "bad/none.txt": b" \n",
        "bad/zeros.txt": b"\0\0\1\2" * 9,
    }
    found = an_import(tmp_path, a_zip(entries))
    assert applied(found) == "class_texts"
    assert found.types() == {"text": "text", "label": "category"}
    assert "schöne Grüße" in found.cells()["text"]
    assert told(found) == {
        "bad/none.txt": "the file is empty",
        "bad/zeros.txt": "it is not text: it holds binary zeros",
    }


def test_coco(tmp_path: Path) -> None:
    extra = [
        {"image_id": 2, "category_id": 7, "bbox": [30, 0, 20, 30]},
        {"image_id": 2, "category_id": 7, "bbox": [60, 0, 20, 30]},
        {"image_id": 2, "category_id": 8, "bbox": [0, 0, 20, 30]},
        {"image_id": 2, "category_id": 7, "bbox": "none"},
    ]
    content = a_zip(
        {
            "images/1.png": PICTURE,
            "images/2.png": PICTURE,
            "images/3.png": PICTURE,
            "a.json": a_coco(extra=extra),
        }
    )
    found = an_import(tmp_path, content)
    assert applied(found) == "coco"
    assert boxes(found) == [[("cat", 0.25, 0.5, 0.5, 0.5)], [("cat", 0.75, 0.0, 0.25, 1.0)]]
    column = found.schema.column("c1")
    assert (column.of, column.categories) == ("c0", ["cat"])
    assert found.profile.columns["c1"].histogram.labels == ["cat"]
    assert told(found)["images/3.png"] == "no annotation file lists the picture"
    reasons = [reject["reason"] for reject in found.rejects() if reject["file"] == "images/2.png"]
    assert any("outside" in reason for reason in reasons)
    assert any("category 8" in reason for reason in reasons)
    assert any("four numbers" in reason for reason in reasons)
    assert any("1 box reaches over the edge" in finding.sentence for finding in found.profile.findings)


def test_coco_of_several_parts(tmp_path: Path) -> None:
    entries = {f"train2017/{n}.png": PICTURE for n in (1, 2)} | {f"val2017/{n}.png": PICTURE for n in (5, 6)}
    notes = {
        "annotations/instances_train2017.json": a_coco(),
        "annotations/instances_val2017.json": a_coco(first=5),
    }
    found = an_import(tmp_path, a_zip(entries | notes))
    assert found.cells()["part"] == ["train", "train", "validation", "validation"]


def test_boxes_that_were_drawn_on_another_picture(tmp_path: Path) -> None:
    found = an_import(
        tmp_path, a_zip({"1.png": PICTURE, "2.png": a_picture(size=(80, 20)), "a.json": a_coco()})
    )
    assert found.cells()["photo"] == ["1.png"]
    assert told(found)["2.png"] == "its boxes were drawn on 40 × 30 pixels, but the picture has 80 × 20"


def test_boxes_stay_right_when_a_picture_is_made_smaller(tmp_path: Path) -> None:
    large = a_picture("JPEG", size=(2000, 1000))
    note = a_voc("1.jpg", "1000 500 2000 1000", size=(2000, 1000))
    found = an_import(tmp_path, a_zip({"images/1.jpg": large, "annotations/1.xml": note}))
    assert boxes(found) == [[("dog", 0.5, 0.5, 0.5, 0.5)]]


def test_voc(tmp_path: Path) -> None:
    entries = {
        "JPEGImages/1.png": PICTURE, "JPEGImages/2.png": PICTURE, "JPEGImages/3.png": PICTURE,
        "Annotations/1.xml": a_voc("1.png", "10 15 30 30"), "Annotations/2.xml": a_voc("2.png", "0 0 x 30"),
        "Annotations/9.xml": a_voc("9.png", "0 0 1 1"),
        "ImageSets/Main/train.txt": b"1\n", "ImageSets/Main/val.txt": b"2\n",
    }  # fmt: skip
    found = an_import(tmp_path, a_zip(entries))
    assert applied(found) == "voc"
    assert boxes(found) == [[("dog", 0.25, 0.5, 0.5, 0.5)], []]
    assert found.cells()["part"] == ["train", "validation"]
    assert told(found)["Annotations/9.xml"].startswith("its picture is missing")
    assert told(found)["JPEGImages/3.png"] == "no XML file belongs to the picture"
    assert "no whole box" in told(found)["Annotations/2.xml"]


def test_xml_that_declares_entities_is_told(tmp_path: Path) -> None:
    laughs = b'<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;">]><annotation><filename>&y;</filename></annotation>'
    entries = {"1.png": PICTURE, "2.png": PICTURE, "1.xml": a_voc("1.png", "1 1 9 9"), "2.xml": laughs}
    found = an_import(tmp_path, a_zip(entries))
    assert "entities" in told(found)["2.xml"]


def test_yolo(tmp_path: Path) -> None:
    entries = {
        "set/data.yaml": b"train: images/train\nnames:\n  0: cat\n  1: 'big dog'\n",
        "set/images/train/1.png": PICTURE, "set/images/train/2.png": PICTURE, "set/images/val/3.png": PICTURE,
        "set/labels/train/1.txt": b"1 0.5 0.75 0.5 0.5\n\n0 0.1 0.2 0.9\n0 0.9 0.5 0.5 0.5\n",
        "set/labels/val/3.txt": b"0 0.1 0.1 0.3 0.1 0.3 0.5\n", "set/labels/val/4.txt": b"0 0.5 0.5 1 1\n",
    }  # fmt: skip
    found = an_import(tmp_path, a_zip(entries))
    assert applied(found) == "yolo"
    assert boxes(found) == [[("big dog", 0.25, 0.5, 0.5, 0.5)], [], [("cat", 0.1, 0.1, 0.2, 0.4)]]
    assert found.cells()["part"] == ["train", "train", "validation"]
    rejects = {(reject["file"], reject["line"]): reject["reason"] for reject in found.rejects()}
    assert "a box has 5" in rejects["set/labels/train/1.txt", 3]
    assert "outside" in rejects["set/labels/train/1.txt", 4]
    assert rejects["set/labels/val/4.txt", None] == "there is no picture of this name"
    assert any("no label file" in finding.sentence for finding in found.profile.findings)


@pytest.mark.parametrize(
    "text",
    ["names: [cat, dog]", "names: {0: cat, 1: dog}", "names:\n- cat\n- dog\n", "names: ['cat',\n  \"dog\"]"],
)
def test_every_way_that_yolo_names_classes(text: str, tmp_path: Path) -> None:
    entries = {"data.yaml": f"nc: 2\n{text}\n".encode(), "1.png": PICTURE, "1.txt": b"1 0.5 0.5 1 1\n"}
    assert boxes(an_import(tmp_path, a_zip(entries))) == [[("dog", 0.0, 0.0, 1.0, 1.0)]]


def test_masks(tmp_path: Path) -> None:
    colours = Image.new("RGB", (40, 30), (0, 0, 0))
    colours.paste((255, 0, 0), (0, 0, 20, 30))
    packed = io.BytesIO()
    colours.save(packed, "PNG")
    entries = {f"images/{n}.png": PICTURE for n in range(1, 7)} | {
        "masks/1.png": a_mask([0, 128, 255]), "masks/2.png": a_mask([0, 255]), "masks/3.png": packed.getvalue(),
        "masks/4.png": a_mask([0], size=(10, 10)), "masks/5.jpg": a_picture("JPEG"), "masks/9.png": a_mask([0]),
    }  # fmt: skip
    found = an_import(tmp_path, a_zip(entries))
    assert applied(found) == "masks"
    column = found.schema.column("c1")
    assert (column.type, column.of, column.categories) == ("mask", "c0", ["0", "128", "255", "#ff0000"])
    with pa.memory_map(str(found.version.media("c1"))) as source:
        table = pa.ipc.open_file(source).read_all()
        masks = [np.asarray(Image.open(io.BytesIO(data.as_py()))) for data in table["bytes"]]
    assert [np.unique(mask).tolist() for mask in masks] == [[0, 1, 2], [0, 2], [0, 3]]
    assert "its mask has 10 × 10 pixels" in told(found)["masks/4.png"]
    assert "JPEG" in told(found)["masks/5.jpg"]
    assert told(found)["images/6.png"] == "there is no mask of its name"
    assert told(found)["masks/9.png"] == "there is no picture of its name"


def test_a_mask_is_made_smaller_with_its_picture(tmp_path: Path) -> None:
    entries = {
        "images/1.png": a_picture(size=(1024, 512)),
        "masks/1_mask.png": a_mask([0, 7], size=(1024, 512)),
    }
    found = an_import(tmp_path, a_zip(entries))
    with pa.memory_map(str(found.version.media("c1"))) as source:
        table = pa.ipc.open_file(source).read_all()
        mask = np.asarray(Image.open(io.BytesIO(table["bytes"][0].as_py())))
    assert mask.shape == (256, 512)
    assert (mask[:, :256] == 0).all()
    assert (mask[:, 256:] == 1).all()


def a_parquet(columns: dict[str, list[Any]]) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out)
    return out.getvalue()


METADATA = {
    "csv": a_csv("file_name,price,note", "1.png,2.5,a b", "2.png,3,c d", "3.png,7,c d", "9.png,1,e f"),
    "jsonl": b"".join(
        json.dumps({"file_name": name, "price": price, "note": note}).encode() + b"\n"
        for name, price, note in (
            ("1.png", 2.5, "a b"),
            ("2.png", 3, "c d"),
            ("3.png", 7, "c d"),
            ("9.png", 1, "e f"),
        )
    ),
    "parquet": a_parquet(
        {
            "file_name": ["1.png", "2.png", "3.png", "9.png"],
            "price": [2.5, 3.0, 7.0, 1.0],
            "note": ["a b", "c d", "c d", "e f"],
        }
    ),
}


@pytest.mark.parametrize("ending", METADATA)
def test_metadata_beside_pictures(ending: str, tmp_path: Path) -> None:
    entries = {f"train/{n}.png": PICTURE for n in (1, 2, 3, 4)} | {
        f"train/metadata.{ending}": METADATA[ending]
    }
    found = an_import(tmp_path, a_zip(entries))
    assert applied(found) == "metadata"
    assert found.types() == {"photo": "image", "price": "number", "note": "category", "part": "category"}
    assert found.cells()["price"] == [2.5, 3.0, 7.0]
    reasons = [reject["reason"] for reject in found.rejects()]
    assert reasons == ["‘9.png’ is not there", "no row of the table names it"]


def test_metadata_beside_sounds(tmp_path: Path) -> None:
    lines = (
        b'{"file_name": "1.wav", "said": "one two"}\nnonsense\n{"file_name": "2.wav", "said": "two three"}\n'
    )
    found = an_import(tmp_path, a_zip({"1.wav": SOUND, "2.wav": SOUND, "metadata.jsonl": lines}))
    assert found.types()["sound"] == "audio"
    assert [(reject["line"], reject["reason"]) for reject in found.rejects()] == [
        (2, "the line is not a JSON object")
    ]


def test_pictures_with_a_table_of_values(tmp_path: Path) -> None:
    table = a_csv("picture;angle;where", *[f"{n};{n * 1.5};'x'" for n in range(30)], "1;2")
    entries = {f"images/{n}.png": PICTURE for n in range(30)} | {"angles.csv": table, "README.md": b"hello"}
    found = an_import(tmp_path, a_zip(entries))
    assert applied(found) == "values"
    assert found.types() == {"picture": "image", "angle": "number", "where": "category"}
    assert found.cells()["angle"][:3] == [0.0, 1.5, 3.0]
    assert [(reject["file"], reject["line"]) for reject in found.rejects()] == [("angles.csv", 32)]
    assert any("README.md" in finding.sentence for finding in found.profile.findings)


def test_sounds_with_texts_of_their_names(tmp_path: Path) -> None:
    entries = {f"wavs/{n}.wav": SOUND for n in (1, 2, 3)} | {"texts/1.txt": b"yes no", "texts/2.lab": b"no\n"}
    found = an_import(tmp_path, a_zip(entries))
    assert applied(found) == "transcripts"
    assert found.cells()["text"] == ["yes no", "no"]
    assert told(found) == {"wavs/3.wav": "there is no text of its name"}


def test_librispeech(tmp_path: Path) -> None:
    sound = a_sound(form="FLAC")
    entries = {f"84/12/84-12-{n}.flac": sound for n in range(2)} | {
        "84/12/84-12.trans.txt": b"84-12-0 GO DO YOU HEAR\n84-12-1 BUT IN LESS\n"
    }
    assert an_import(tmp_path, a_zip(entries)).cells()["text"] == ["GO DO YOU HEAR", "BUT IN LESS"]


def test_webdataset(tmp_path: Path) -> None:
    entries: dict[str, bytes] = {}
    for n in range(4):
        entries |= {f"{n:04}.jpg": a_picture("JPEG", seed=n), f"{n:04}.cls": str(n % 2).encode()}
        entries |= {
            f"{n:04}.json": json.dumps({"width": n, "tags": ["a"]}).encode(),
            f"{n:04}.txt": b"a picture",
        }
    del entries["0003.jpg"]
    found = an_import(tmp_path, a_tar(entries))
    assert applied(found) == "webdataset"
    assert found.types() | {"tags": ""} == {
        "photo": "image", "label": "category", "txt": "text", "width": "number", "tags": "",
    }  # fmt: skip
    assert found.cells()["label"] == ["0", "1", "0"]
    assert "no file of the kind .jpg" in told(found)["0003.cls"]


def test_parallel_text(tmp_path: Path) -> None:
    entries = {"news.en": b"one\ntwo\n\nfour\n", "news.fr": b"un\ndeux\ntrois\nquatre\n"}
    found = an_import(tmp_path, a_zip(entries))
    assert applied(found) == "parallel"
    assert found.cells() == {"en": ["one", "two", "four"], "fr": ["un", "deux", "quatre"]}
    assert [(reject["line"], reject["reason"]) for reject in found.rejects()] == [
        (3, "the line is blank in en")
    ]
    with pytest.raises(Refused, match=r"news\.en has 4 lines, news\.fr has 3 lines"):
        an_import(tmp_path, a_zip({"news.en": b"1\n2\n3\n4\n", "news.fr": b"1\n2\n3\n"}), rule="parallel")


def test_several_tables_become_one_that_names_their_files(tmp_path: Path) -> None:
    entries = {
        "a/one.csv": a_csv("time,value", "2024-01-01,1.5", "2024-01-02,2"),
        "b/two.csv": a_csv(
            "time,value", *[f"2024-02-0{n},{n}" for n in range(1, 8)], "4,5,6", "2024-03-04,x"
        ),
    }
    found = an_import(tmp_path, a_zip(entries))
    assert applied(found) == "tables"
    assert found.cells()["file"] == ["one"] * 2 + ["two"] * 8
    assert found.types()["time"] == "datetime"
    assert [(reject["file"], reject["line"]) for reject in found.rejects()] == [("two.csv", 9)]


def test_one_table_in_an_archive(tmp_path: Path) -> None:
    found = an_import(tmp_path, a_tar({"data/table.csv": a_csv("a,b", "1,x", "2,y", "3,z")}, "w:gz"))
    assert applied(found) == "table"
    assert found.cells()["a"] == [1.0, 2.0, 3.0]


PROSE = (
    "To be, or not to be,\nthat is the question.\n\nWhether 'tis nobler in the mind\nto suffer.\n\nOr not.\n"
)


@pytest.mark.parametrize(("rule", "rows"), [(None, 3), ("paragraphs", 3), ("lines", 5), ("documents", 1)])
def test_plain_text(rule: str | None, rows: int, tmp_path: Path) -> None:
    found = an_import(tmp_path, PROSE.encode(), filename="hamlet.txt", rule=rule)
    assert applied(found) == (rule or "paragraphs")
    assert found.schema.rows == rows
    assert found.types() == {"text": "text"}


def test_a_text_of_columns_is_a_table(tmp_path: Path) -> None:
    found = an_import(tmp_path, a_csv("a\tb", "1\tx", "2\ty", "3\tz"), filename="mine.txt")
    assert applied(found) == "table"
    assert found.types()["a"] == "number"


def test_loose_files(tmp_path: Path) -> None:
    found = an_import(
        tmp_path, {"1.png": PICTURE, "2.png": PICTURE, "3.gif": a_picture("GIF"), ".DS_Store": b"x"}
    )
    assert applied(found) == "pictures"
    assert found.schema.rows == 3
    with pytest.raises(Refused, match=r"‘a\.zip’ is an archive"):
        an_import(tmp_path, {"a.zip": a_zip({"a/1.png": PICTURE}), "1.png": PICTURE})


@pytest.mark.parametrize(
    ("rule", "words"),
    [("voc", "does not fit what was brought. There are no XML files"), ("odd", "no way of reading")],
)
def test_a_rule_that_does_not_fit_is_refused(rule: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=words):
        an_import(tmp_path, a_zip({"a/1.png": PICTURE, "b/1.png": PICTURE}), rule=rule)


def test_a_mix_that_no_rule_fits_shows_what_was_found(tmp_path: Path) -> None:
    with pytest.raises(
        Refused, match=r"2 files in 1 folder \(1 with \.bin, 1 with \.exe\), such as ‘a/1\.bin’"
    ):
        an_import(tmp_path, a_zip({"a/1.bin": b"\1\2", "a/2.exe": b"MZ"}))


def test_every_rule_stands_in_the_layout_with_its_reason(tmp_path: Path) -> None:
    found = an_import(tmp_path, a_zip({f"{kind}/{n}.png": PICTURE for kind in "ab" for n in range(5)}))
    layout = read_document(found.version.layout, Layout)
    assert {rule.key for rule in layout.rules} == set(RULES)
    assert all(rule.why.endswith(".") for rule in layout.rules)
    assert layout.rules[0].applied
    assert [(branch.name, branch.files, branch.kinds) for branch in layout.tree.branches] == [
        ("a", 5, {"png": 5}), ("b", 5, {"png": 5}),
    ]  # fmt: skip


def test_twins_in_name_are_both_rows(tmp_path: Path) -> None:
    names = ["a/caf\u00e9.png", "a/cafe\u0301.png", "a/CAF\u00c9.png", "b/x.png", "b/X.png", "b/x.png"]
    with pytest.warns(UserWarning, match="Duplicate name"):
        content = a_zip([(name, a_picture(seed=n)) for n, name in enumerate(names)])
    found = an_import(tmp_path, content)
    assert found.schema.rows == len(names)
    assert found.profile.rejects == 0


@pytest.mark.parametrize("name", ["about.txt", "readme.txt", "README.md", "essay.rst", "server.log"])
def test_a_lone_text_is_read_whatever_it_is_called(name: str, tmp_path: Path) -> None:
    found = an_import(
        tmp_path, b"It was a dark night.\nNobody came.\nThen the rain stopped.\n", filename=name
    )
    assert found.schema.rows == 3


def test_a_file_that_explains_others_is_left_out_and_said(tmp_path: Path) -> None:
    found = an_import(tmp_path, {"about.txt": b"What this is.\n", "a.csv": a_csv("a,b", "1,x", "2,y", "3,z")})
    assert found.schema.rows == 3
    assert any("‘about.txt’ was not read" in finding.sentence for finding in found.profile.findings)


def test_a_false_picture_does_not_beat_a_table(tmp_path: Path) -> None:
    found = an_import(
        tmp_path, a_zip({"z.png": b"no picture at all", "a.csv": a_csv("a,b", "1,x", "2,y", "3,z")})
    )
    assert found.cells()["a"] == [1, 2, 3] or found.cells()["a"] == ["1", "2", "3"]
    assert [(reject["file"], reject["reason"][:14]) for reject in found.rejects()] == [
        ("z.png", "it is not a PN")
    ]
