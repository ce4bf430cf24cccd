"""Files that are no data: refused in a sentence that says what was found and what to bring; nothing is left behind."""

import gzip
import io
import pickle
import stat
import struct
import zipfile
from pathlib import Path

import pytest

from tests.support.importing import a_csv, a_picture, a_zip, an_order, run_order
from trainer.sources.refusal import Refused


def a_bomb() -> bytes:
    return a_zip({"cats/a.png": b"\0" * 40_000_000})


def a_lying_bomb() -> bytes:
    """The directory says 100 bytes, the data inflates to 30 MB."""
    data = bytearray(a_zip({"cats/a.csv": b"a,b\n" + b"1,2\n" * 8_000_000}))
    for magic, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = data.find(magic)
        struct.pack_into("<I", data, at + offset, 100)
    return bytes(data)


def an_overlapping_bomb() -> bytes:
    """Two entries of the directory share the same data."""
    plain = a_zip({"cats/a.png": a_picture(), "cats/b.png": a_picture(seed=1)})
    data = bytearray(plain)
    first = data.find(b"PK\x01\x02")
    second = data.find(b"PK\x01\x02", first + 4)
    data[second + 42 : second + 46] = struct.pack("<I", 10)
    return bytes(data)


class Canary:
    """Writes a file when a pickle of it is loaded."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def __reduce__(self) -> tuple[object, tuple[str, str]]:
        return open, (str(self.place), "w")


REFUSED = {
    "empty": (b"", "empty"),
    "blank": (b" \n\n", "empty"),
    "html": (b"<!DOCTYPE html><html><body>1,2</body></html>", "web page"),
    "svg": (b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>', "SVG"),
    "json object": (b'{"a": 1, "b": {"c": 2}}', "no table was found"),
    "json broken": (b'[{"a": 1}, {"a": ]', "record 2, in line 1"),
    "json lines of nothing": (b'{"a": 1\n{"a": 2\n', "damaged or cut off"),
    "exe": (b"MZ\x90\0\x03\0\0\0", "program"),
    "elf": (b"\x7fELF" + b"\0" * 60, "program"),
    "pdf": (b"%PDF-1.7\n", "PDF"),
    "gzip cut off": (gzip.compress(a_csv("a,b", "1,2"))[:-9], "gzip file is damaged"),
    "gzip in gzip": (gzip.compress(gzip.compress(a_csv("a,b", "1,2"))), "holds another one"),
    "gzip bomb": (gzip.compress(b"1,2\n" * 10_000_000), "looks like a bomb"),
    "pickle": (pickle.dumps({"a": 1}), "pickle"),
    "picture": (a_picture(), "single picture"),
    "zeros": (b"a,b\n1,2\n" + b"\0" * 5000, "binary zero"),
    "torch": (a_zip({"archive/data.pkl": b"\x80\x02.", "archive/version": b"3"}), "saved model"),
    "office": (a_zip({"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<x/>"}), "workbook is damaged"),
    "word": (
        a_zip({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"}),
        "Office file without sheets",
    ),
    "old office": (b"\xd0\xcf\x11\xe0" + b"\0" * 2000, "workbook is damaged"),
    "parquet cut off": (b"PAR1" + b"\0" * 90, "Parquet file is damaged"),
    "arrow cut off": (b"ARROW1\0\0" + b"\0" * 90, "Arrow file is damaged"),
    "arrow stream cut off": (b"\xff\xff\xff\xff\x10\0\0\0" + b"\0" * 4, "Arrow stream is damaged"),
    "arff without data": (b"@relation x\n@attribute a numeric\n", "has no @data"),
    "zip without pictures": (a_zip({"a/readme.html": b"hello"}), "1 file in 1 folder .1 with .html."),
    "empty zip": (a_zip({}), "holds no files"),
    "junk only": (a_zip({"__MACOSX/._a.png": a_picture()}), "operating system"),
    "nested": (a_zip({"inner.zip": a_zip({"a/b.png": a_picture()})}), "archive inside"),
    "cut zip": (a_zip({"cats/a.png": a_picture()})[:60], "damaged"),
    "bomb": (a_bomb(), "zip bomb"),
    "lying bomb": (a_lying_bomb(), "cannot be read"),
    "overlap": (an_overlapping_bomb(), "overlap"),
    "two tables": (a_zip({"a.csv": b"a,x\n1,2\n", "b.csv": b"b,x\n1,2\n"}), "different columns"),
    "broken pictures": (
        a_zip({"a/x.png": a_picture()[:60], "b/y.png": b"\x89PNG nothing"}),
        "None of the 2 files",
    ),
    "header only": (a_csv("a,b,c"), "no rows"),
    "one long line": (b"a" * 2_000_000, "longer than"),
    "columns": (
        (",".join(f"x{i}" for i in range(6000)) + "\n" + ",".join("1" * 6000) + "\n").encode(),
        "6,000 columns",
    ),
    "all bad": (a_csv("a,b,c", *["1,2"] * 10, "1,2,3,4"), "refused"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_in_words_with_nothing_left(case: str, tmp_path: Path) -> None:
    content, words = REFUSED[case]
    job = an_order(tmp_path, content)
    with pytest.raises(Refused, match=words) as caught:
        run_order(job)
    assert str(caught.value).endswith(".")
    assert list((tmp_path / "datasets").iterdir()) == []


def test_a_pickle_is_never_loaded(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    bad = pickle.dumps(Canary(canary))
    for content in (bad, a_zip({"archive/data.pkl": bad}), a_zip({"a/x.pkl": bad}), b"\x93NUMPY\x01\0" + bad):
        with pytest.raises(Refused):
            run_order(an_order(tmp_path, content))
    assert not canary.exists()


def test_an_encrypted_zip_is_named(tmp_path: Path) -> None:
    data = bytearray(a_zip({"cats/a.png": a_picture()}))
    for magic, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        data[data.find(magic) + offset] |= 1
    with pytest.raises(Refused, match="encrypted"):
        run_order(an_order(tmp_path, bytes(data)))


def test_only_links_in_the_zip(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("cats/a.png")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with pytest.raises(Refused, match="link"):
        run_order(an_order(tmp_path, a_zip([(link, b"/etc/passwd")])))


def test_many_entries_are_refused_by_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trainer.sources.zips.MOST_ENTRIES", 100)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(101):
            archive.writestr(f"a/{number}.png", b"x")
    with pytest.raises(Refused, match="more than 100 entries"):
        run_order(an_order(tmp_path, out.getvalue()))


@pytest.mark.parametrize(
    ("filename", "content", "words"),
    [
        ("notpng.png", b"This is a text and no picture.\n", "not a PNG, JPEG"),
        ("book.xlsx", b"PK\x03\x04" + b"\x14\0" * 400, "The workbook is damaged or cut off"),
        ("book.xlsx", bytes(range(1, 256)) * 20, "it is no workbook, or it is damaged"),
        ("mine.zip", bytes(range(1, 256)) * 20, "it is no zip archive"),
        ("tool.exe", bytes(range(1, 256)) * 20, "is a program"),
    ],
)
def test_a_name_that_promises_what_is_not_there(
    filename: str, content: bytes, words: str, tmp_path: Path
) -> None:
    with pytest.raises(Refused, match=words):
        run_order(an_order(tmp_path, content, filename=filename))
