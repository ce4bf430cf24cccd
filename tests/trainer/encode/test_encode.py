"""The one preprocessing."""

import ast
import io
import itertools
import struct
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from trainer.columns import encode
from trainer.columns.encode import as_columns, encode_image, encode_table, feature_names, width
from trainer.columns.png import decode_png

AGE = {"kind": "number", "column": "c1", "name": "Age", "mode": "standard", "mean": 30.0, "deviation": 10.0,
       "missing": "median", "median": 25.0, "flag": True}  # fmt: skip
SEX = {"kind": "category", "column": "c2", "name": "Sex", "categories": ["male", "female"]}
DAY = {"kind": "datetime", "column": "c3", "name": "Day", "mode": "raw", "mean": 0.0, "deviation": 1.0,
       "missing": "median", "median": 0.0, "flag": True}  # fmt: skip


def test_the_file_stands_alone_on_numpy_and_the_standard_library() -> None:
    tree = ast.parse(Path(encode.__file__).read_text())
    roots = {
        (node.module or "").split(".")[0] if isinstance(node, ast.ImportFrom) else alias.name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert roots - set(sys.stdlib_module_names) == {"numpy"}


def test_numbers_are_standardised_holes_filled_and_marked() -> None:
    x = encode_table([AGE], [{"c1": 40}, {"c1": None}, {"c1": "20"}, {}, {"c1": "abc"}, {"c1": float("inf")}])
    assert x.dtype == np.float32
    assert x.tolist() == [[1, 0], [-0.5, 1], [-1, 0], [-0.5, 1], [-0.5, 1], [-0.5, 1]]


def test_raw_numbers_with_holes_left_open() -> None:
    spec = AGE | {"mode": "raw", "missing": "nan", "flag": False}
    x = encode_table([spec], {"c1": np.array([40.0, np.nan])})
    assert x[0].tolist() == [40]
    assert np.isnan(x[1, 0])


def test_categories_one_place_each_other_last_missing_nowhere() -> None:
    x = encode_table([SEX], [{"c2": "female"}, {"c2": "male"}, {"c2": "unknown"}, {"c2": None}, {"c2": ""}])
    assert x.tolist() == [[0, 1, 0], [1, 0, 0], [0, 0, 1], [0, 0, 0], [0, 0, 0]]


def test_days_count_from_2000_and_turn_with_year_week_and_day() -> None:
    x = encode_table([DAY], [{"c3": "2000-01-01"}, {"c3": "2000-01-08T12:00:00Z"}, {"c3": "no day"}])
    assert x[0].tolist() == pytest.approx([0, 0, 1, 0, 1, 0, 1, 0])
    assert x[1, 0] == 7.5
    assert x[1, 5:7].tolist() == pytest.approx([0, -1], abs=1e-6)
    assert x[2].tolist() == pytest.approx([0, 0, 1, 0, 1, 0, 1, 1])


def test_rows_and_columns_give_the_same() -> None:
    rows = [{"c1": 1.5, "c2": "male", "c3": "1999-05-05"}, {"c1": None, "c2": "x", "c3": None}]
    specs = [AGE, SEX, DAY]
    assert np.array_equal(encode_table(specs, rows), encode_table(specs, as_columns(specs, rows)))
    assert encode_table(specs, rows).shape == (2, width(specs))
    assert feature_names(specs)[:5] == ["Age", "Age missing", "Sex = male", "Sex = female", "Sex = other"]
    assert len(feature_names(specs)) == width(specs)


def test_no_rows_give_no_rows() -> None:
    assert encode_table([AGE, SEX], []).shape == (0, 5)


@pytest.mark.parametrize("shape", [(100, 100), (37, 45), (300, 200), (20, 20), (64, 64), (5, 90)])
def test_pictures_shrink_like_pillows_antialiased_triangle(shape: tuple[int, int]) -> None:
    dice = np.random.default_rng(0)
    picture = dice.integers(0, 256, (*shape, 3), dtype=np.uint8)
    found = encode_image(picture, {"size": 32})
    assert found.shape == (3, 32, 32)
    assert found.dtype == np.uint8
    high, wide = shape
    if max(shape) > 1.25 * min(shape):
        side = min(shape)
        top, left = (high - side) // 2, (wide - side) // 2
        picture = picture[top : top + side, left : left + side]
    expected = np.asarray(Image.fromarray(picture).resize((32, 32), Image.Resampling.BILINEAR))
    assert np.abs(found.transpose(1, 2, 0).astype(int) - expected.astype(int)).max() <= 2


def test_a_picture_of_the_right_size_stays_as_it_is() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (16, 16, 3), dtype=np.uint8)
    assert np.array_equal(encode_image(picture, {"size": 16}), picture.transpose(2, 0, 1))


def test_grey_and_transparent_pictures() -> None:
    grey = np.full((10, 10), 77, np.uint8)
    assert (encode_image(grey, {"size": 8}) == 77).all()
    assert (encode_image(np.full((10, 10, 4), 9, np.uint8), {"size": 8}) == 9).all()


def a_png(mode: str, **options: object) -> tuple[bytes, np.ndarray]:
    dice = np.random.default_rng(1)
    smooth = np.add.outer(np.arange(19) * 7, np.arange(23) * 5) % 256
    pixels = np.stack(
        [smooth, smooth.T[:19, :19].repeat(2, 1)[:, :23], dice.integers(0, 256, (19, 23))], axis=2
    )
    image = Image.fromarray(pixels.astype(np.uint8)).convert(mode)
    file = io.BytesIO()
    image.save(file, "PNG", **options)
    return file.getvalue(), np.asarray(image.convert("RGB"))


@pytest.mark.parametrize("mode", ["RGB", "L", "1", "P", "RGBA", "LA"])
def test_png_of_every_mode_reads_as_pillow_does(mode: str) -> None:
    data, expected = a_png(mode)
    assert np.array_equal(decode_png(data), expected)


def encode_png(pixels: np.ndarray, kind: int, depth: int = 8) -> bytes:
    """A PNG whose every line has this filter."""
    high, wide, channels = pixels.shape
    step = channels * depth // 8
    lines = pixels.astype(">u2").view(np.uint8).reshape(high, -1) if depth == 16 else pixels.reshape(high, -1)
    packed = bytearray()
    for y, x in itertools.product(range(high), range(lines.shape[1])):
        if x == 0:
            packed.append(kind)
        left = int(lines[y, x - step]) if x >= step else 0
        up = int(lines[y - 1, x]) if y else 0
        corner = int(lines[y - 1, x - step]) if y and x >= step else 0
        guess = left + up - corner
        nearest = min((left, up, corner), key=lambda near: abs(guess - near))
        packed.append((int(lines[y, x]) - (0, left, up, (left + up) // 2, nearest)[kind]) & 255)
    header = struct.pack(">IIBBBBB", wide, high, depth, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(bytes(packed))), (b"IEND", b"")]
    body = b"".join(
        struct.pack(">I", len(c)) + name + c + struct.pack(">I", zlib.crc32(name + c)) for name, c in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize("kind", range(5))
@pytest.mark.parametrize("depth", [8, 16])
def test_every_filter_and_depth(kind: int, depth: int) -> None:
    pixels = np.random.default_rng(2).integers(0, 256, (7, 9, 3), dtype=np.uint8)
    data = encode_png(pixels.astype(np.uint16) * 257 if depth == 16 else pixels, kind, depth)
    assert np.array_equal(decode_png(data), pixels)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"JFIF", "not a PNG"),
        (a_png("RGB")[0][:40], "cut short"),
        (a_png("RGB")[0][:33] + struct.pack(">I", 4) + b"IDATabcd0000", "damaged"),
        (a_png("RGB")[0].replace(b"\x08\x02\x00\x00\x00", b"\x08\x02\x00\x00\x01", 1), "interlaced"),
    ],
)
def test_broken_pngs_are_refused_in_words(data: bytes, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        decode_png(data)


def test_a_png_that_unpacks_to_far_more_than_it_says_is_not_unpacked() -> None:
    pixels = np.zeros((7, 9, 3), np.uint8)
    data = bytearray(encode_png(pixels, 0))
    bomb = zlib.compress(bytes(50_000_000))
    body = struct.pack(">I", len(bomb)) + b"IDAT" + bomb + struct.pack(">I", zlib.crc32(b"IDAT" + bomb))
    assert np.array_equal(decode_png(bytes(data[:33]) + body), pixels)
