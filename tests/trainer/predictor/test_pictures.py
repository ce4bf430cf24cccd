"""A picture looks the same to the import, to the predictor and to a download."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from trainer.predictor.pictures import decode_picture
from trainer.predictor.predict import read_picture


def a_clear_picture(mode: str) -> Image.Image:
    """Colours whose opacity runs from nothing to full."""
    dice = np.random.default_rng(0)
    pixels = dice.integers(0, 256, (40, 30, 4), dtype=np.uint8)
    pixels[:, :, 3] = np.linspace(0, 255, 30).astype(np.uint8)
    image = Image.fromarray(pixels, "RGBA") if mode != "P" else Image.fromarray(pixels // 64 * 64, "RGBA")
    return image.quantize(64) if mode == "P" else image.convert(mode)


def save(image: Image.Image, path: Path, form: str, **options: int) -> Path:
    image.save(path, form, **options)
    return path


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_transparent_parts_lie_on_white_everywhere(tmp_path: Path, mode: str) -> None:
    path = save(a_clear_picture(mode), tmp_path / "a.png", "PNG")
    imported = decode_picture(path.read_bytes()).astype(int)
    assert np.abs(read_picture(path).astype(int) - imported).max() <= 2
    assert imported[:, 0].min() >= 250


def test_formats_that_need_pillow(tmp_path: Path) -> None:
    path = save(a_clear_picture("RGBA"), tmp_path / "a.webp", "WEBP", lossless=1)
    imported = decode_picture(path.read_bytes()).astype(int)
    assert np.abs(read_picture(path).astype(int) - imported).max() <= 2


def test_a_photo_is_turned_upright(tmp_path: Path) -> None:
    picture = Image.new("RGB", (60, 30))
    picture.paste((255, 255, 255), (0, 0, 30, 30))
    exif = Image.Exif()
    exif[0x0112] = 6
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=exif)
    (tmp_path / "a.jpg").write_bytes(out.getvalue())
    here, there = read_picture(tmp_path / "a.jpg"), decode_picture(out.getvalue())
    assert here.shape == there.shape == (60, 30, 3)
    assert here[5].mean() > 250
    assert np.abs(here.astype(int) - there.astype(int)).mean() < 3
