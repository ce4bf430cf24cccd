"""Zips of pictures: classes from folders, our own pixels, everything strange told by name."""

import csv
import io
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tests.support.importing import Imported, a_picture, a_zip, an_import
from trainer.columns import read_pictures
from trainer.sources.pictures import Unreadable, read_picture, strict_pillow
from trainer.sources.refusal import Refused


def labels(found: Imported) -> dict[str, str | None]:
    cells = found.cells()
    return dict(zip(cells["photo"], cells.get("label", [None] * found.schema.rows), strict=True))


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


@pytest.mark.shared_data
def test_a_zip_made_on_a_mac(tmp_path: Path, shared_data: Path) -> None:
    found = an_import(tmp_path, shared_data / "cats-dogs-mac-zip" / "cats-dogs.zip")
    assert found.schema.rows == 30
    assert found.schema.column("c1").categories == ["cats", "dogs"]
    assert found.profile.columns["c1"].histogram.counts == [15, 15]
    assert found.profile.rejects == 0
    assert any("operating system" in finding.sentence for finding in found.profile.findings)


@pytest.mark.shared_data
def test_sign_language_digits(tmp_path: Path, shared_data: Path) -> None:
    found = an_import(tmp_path, shared_data / "sign-language-digits" / "sign-language-digits.zip")
    assert found.schema.rows == 2062
    assert sorted(found.schema.column("c1").categories or []) == [str(digit) for digit in range(10)]
    with pa.memory_map(str(found.version.media("c0"))) as source:
        table = pa.ipc.open_file(source).read_all()
        assert max(table["width"].to_pylist()) == 512
        assert table["bytes"].null_count == 0
    assert {picture.shape for picture in read_pictures(found.version, "c0", range(20))} == {(100, 100, 3)}


READ = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF", "MPO")


@pytest.mark.shared_data
def test_odd_images(tmp_path: Path, shared_data: Path) -> None:
    """Every file is read, or told by name with a reason; those that Pillow decodes in our formats are read."""
    folder = shared_data / "odd-images"
    entries = {
        f"{'ab'[n % 2]}/{path.name}": path.read_bytes()
        for n, path in enumerate(sorted((folder / "images").iterdir()))
    }
    found = an_import(tmp_path, a_zip(entries))
    read, told = (
        labels(found),
        {reject["file"].split("/")[-1]: reject["reason"] for reject in found.rejects()},
    )
    assert set(read) | set(told) == {name.split("/")[-1] for name in entries}
    assert not set(read) & set(told)
    assert all(reason for reason in told.values())
    with (folder / "expected.csv").open() as file:
        for row in csv.DictReader(file):
            if row["pillow_decodes"] != "yes":
                assert row["file"] in told
            elif row["format"] in READ and row["mode"] != "LAB":
                assert row["file"] in read, told[row["file"]]
    sizes = dict(zip(read, read_pictures(found.version, "c0", range(len(read))), strict=True))
    assert sizes["orientation_rectangle.jpg"].shape == (2, 1, 3)
    assert sizes["junk_jpeg_header.jpg"].shape == (384, 512, 3)
    assert 15 < sizes["16bit.cropped.tif"].mean() < 220
    cmyk, rgb = sizes["pil_sample_cmyk.jpg"].astype(float), sizes["rgb.jpg"].astype(float)
    assert np.abs(cmyk.mean() - rgb.mean()) < 40


def test_junk_traversal_and_links_are_told(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("cats/link.png")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    bad_names = ["../../etc/x.png", "/abs/x.png", "C:/x.png", "cats/../../x.png"]
    content = a_zip(
        [
            ("cats/1.png", a_picture()), ("dogs/2.jpg", a_picture("JPEG", seed=1)),
            ("cats/broken.png", a_picture()[:-40]),
            ("cats/.DS_Store", b"junk"), ("__MACOSX/cats/._1.png", b"junk"), ("cats/Thumbs.db", b"junk"),
            ("cats/inner.zip", a_zip({})), ("cats/notes.txt", b"hello"), ("dogs/vector.svg", b"<svg/>"),
            (link, b"1.png"),
            *[(name, a_picture()) for name in bad_names],
        ]
    )  # fmt: skip
    before = sorted(tmp_path.rglob("*"))
    found = an_import(tmp_path, content)
    assert labels(found) == {"1.png": "cats", "2.jpg": "dogs"}
    told = {reject["file"]: reject["reason"] for reject in found.rejects()}
    assert set(told) == {
        *bad_names,
        "cats/broken.png",
        "cats/inner.zip",
        "cats/notes.txt",
        "dogs/vector.svg",
        "cats/link.png",
    }
    assert "damaged" in told["cats/broken.png"] or "cut off" in told["cats/broken.png"]
    assert "SVG" in told["dogs/vector.svg"]
    assert all("leads out" in told[name] for name in bad_names)
    new = {path.name for path in tmp_path.rglob("*") if path not in before}
    assert not new & {"x.png", "1.png", "2.jpg", "inner.zip"}


def test_no_class_folders(tmp_path: Path) -> None:
    found = an_import(tmp_path, a_zip({"1.png": a_picture(), "2.png": a_picture(seed=2)}))
    assert [column.name for column in found.schema.columns] == ["photo"]
    outer = an_import(tmp_path, a_zip({"mine/1.png": a_picture(), "mine/2.png": a_picture(seed=2)}))
    assert [column.name for column in outer.schema.columns] == ["photo"]
    assert [finding.sentence for finding in found.profile.findings] == [
        "The pictures lie in no folders, so there is no label to predict. Put each class in a folder of its own, "
        "at least two."
    ]
    assert any(
        finding.sentence.startswith("All pictures lie in one folder, ‘mine’, so there is no label")
        for finding in outer.profile.findings
    )


def test_an_outer_folder_and_loose_pictures(tmp_path: Path) -> None:
    found = an_import(
        tmp_path, a_zip({f"all/{k}/{k}{i}.png": a_picture(seed=i) for k in "ab" for i in range(3)})
    )
    assert set(labels(found).values()) == {"a", "b"}
    loose = an_import(tmp_path, a_zip({"a/1.png": a_picture(), "b/2.png": a_picture(), "3.png": a_picture()}))
    assert labels(loose)["3.png"] is None


def test_nothing_but_pixels_survives(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    exif[0x0112] = 6
    photo = a_picture("JPEG", size=(60, 40), exif=exif.tobytes(), comment=b"secret comment")
    assert b"secret" in photo
    result = read_picture(photo)
    assert b"secret" not in result.data + result.thumb
    assert not opened(result.data).getexif()
    assert (result.width, result.height) == opened(result.data).size == (40, 60)
    upright = np.asarray(opened(photo).convert("RGB").transpose(Image.Transpose.ROTATE_270), dtype=float)
    assert np.abs(np.asarray(opened(result.data), dtype=float) - upright).mean() < 6


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF"])
def test_every_format_keeps_its_picture(form: str) -> None:
    original = a_picture(form, seed=3)
    result = read_picture(original)
    assert opened(result.data).format == ("JPEG" if form == "JPEG" else "PNG")
    expected = np.asarray(opened(original).convert("RGB"), dtype=float)
    assert np.abs(np.asarray(opened(result.data), dtype=float) - expected).mean() < 5


def test_transparency_lies_on_white_and_16_bits_are_scaled() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (8, 8), (255, 0, 0, 0)).save(out, "PNG")
    assert np.asarray(opened(read_picture(out.getvalue()).data)).min() == 255
    out = io.BytesIO()
    Image.fromarray(np.full((8, 8), 32_896, dtype=np.uint16)).save(out, "PNG")
    assert np.asarray(opened(read_picture(out.getvalue()).data)).tolist() == [[[128, 128, 128]] * 8] * 8


def test_large_pictures_become_small() -> None:
    for form in ("JPEG", "PNG"):
        result = read_picture(a_picture(form, size=(2000, 1000)))
        assert (result.width, result.height) == (512, 256)
        assert (result.thumb_width, result.thumb_height) == (128, 64)


def test_a_bomb_of_pixels_is_refused() -> None:
    out = io.BytesIO()
    Image.new("1", (12_000, 12_000)).save(out, "PNG")
    with pytest.raises(Unreadable, match="million"):
        read_picture(out.getvalue())


@pytest.mark.parametrize(("data", "words"), [(b"", "empty"), (b"8BPS\0\1", "Photoshop"), (b"%!PS-Adobe", "PostScript"),
                                             (b"<svg></svg>", "SVG"), (b"hello", "not a PNG")])  # fmt: skip
def test_what_is_no_picture(data: bytes, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        read_picture(data)


def a_gif_without_width() -> bytes:
    out = io.BytesIO()
    Image.new("P", (4, 4)).save(out, "GIF")
    data = bytearray(out.getvalue())
    data[6:8] = b"\0\0"
    place = data.index(b"\x2c", 13)
    data[place + 5 : place + 7] = b"\0\0"
    return bytes(data)


def a_png_with_endless_text() -> bytes:
    out, notes = io.BytesIO(), PngInfo()
    notes.add_text("note", "x" * 70_000_000, zip=True)
    Image.new("RGB", (4, 4)).save(out, "PNG", pnginfo=notes)
    return out.getvalue()


def a_tiff_with_a_lying_tag() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (4, 4)).save(out, "TIFF", description="x" * 40)
    data = bytearray(out.getvalue())
    start = data.index(struct.pack("<HH", 270, 2))
    data[start + 4 : start + 8] = struct.pack("<I", 1 << 24)
    return bytes(data)


@pytest.mark.parametrize("make", [a_gif_without_width, a_png_with_endless_text, a_tiff_with_a_lying_tag])
def test_reasons_are_plain_words(make: Callable[[], bytes]) -> None:
    with strict_pillow(), pytest.raises(Unreadable) as refused:
        read_picture(make())
    said = str(refused.value)
    assert not any(word in said for word in ("suspicious", "Plugin", "Tag", "not a", "Skipping", "Error"))
    assert said.startswith(("it is damaged", "it unpacks", "the notes in the file"))


def test_equal_zips_in_any_order_get_the_same_name(tmp_path: Path) -> None:
    entries = {f"{k}/{i}.png": a_picture(seed=i) for k in "ab" for i in range(6)}
    backwards = dict(reversed(entries.items()))
    assert an_import(tmp_path, a_zip(entries)).name == an_import(tmp_path, a_zip(backwards)).name


def test_the_digits_keep_their_size(tmp_path: Path) -> None:
    found = an_import(tmp_path, None, sample="digits")
    assert next(read_pictures(found.version, "c0", [5])).shape == (64, 64, 3)


NAMES = st.text(
    st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=30
) | st.sampled_from(
    ["../x", "..\\x", "/etc/passwd", "C:\\x", "a/../../x", "con", "a//b", "./x", "~/x", "a\nb", "\u202egnp.x"]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(NAMES, min_size=1, max_size=4, unique=True))
def test_names_never_become_paths(names: list[str], tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir(exist_ok=True)
    content = a_zip(
        [*[(f"{name}.png", a_picture(size=(2, 2))) for name in names], ("a/1.png", a_picture(size=(2, 2)))]
    )
    try:
        found = an_import(tmp_path / "inside", content)
    except Refused:
        return
    known = {"schema.json", "table.parquet", "profile.json", "rejects.parquet", "layout.json", "c0.arrow"}
    assert {path.name for path in found.version.path.iterdir()} - {"rows"} == known | {"thumbs"}
    assert {path.name for path in tmp_path.iterdir()} == {"inside"}
    assert {path.name.split("-")[0] for path in (tmp_path / "inside").iterdir()} <= {
        "datasets",
        "job",
        "upload",
    }
