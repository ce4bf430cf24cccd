"""What a cell becomes is what training would be given: the same encoders, their numbers checked by hand."""

import base64
import io
from typing import Any

import numpy as np
import pytest
import soundfile
from PIL import Image

from trainer.columns.encode import encode_image
from trainer.columns.mel import log_mel
from trainer.predictor.tensors import SHOWERS, show_tensor

NUMBER = {"kind": "number", "column": "c0", "name": "Age", "mode": "standard", "missing": "median", "mean": 30.0,
    "deviation": 10.0, "median": 28.0, "flag": True}  # fmt: skip


def planes(told: dict[str, Any]) -> np.ndarray:
    return np.frombuffer(base64.b64decode(told["planes"]), np.uint8).reshape(told["plane_shape"])


def packed(data: bytes) -> str:
    return base64.b64encode(data).decode()


def test_a_type_that_becomes_no_tensor_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="does not become a tensor"):
        show_tensor({"type": "part"})


def test_a_number_is_standardised_and_a_hole_is_marked() -> None:
    told = show_tensor({"type": "number", "spec": NUMBER, "cell": 45.0})
    assert (told["shape"], told["dtype"], told["values"]) == ([2], "float32", [1.5, 0.0])
    assert told["names"] == ["Age", "Age missing"]
    assert show_tensor({"type": "number", "spec": NUMBER, "cell": None})["values"] == [-0.2, 1.0]


def test_a_category_is_one_hot() -> None:
    spec = {"kind": "category", "column": "c1", "name": "Sex", "categories": ["male", "female"]}
    assert show_tensor({"type": "category", "spec": spec, "cell": "female"})["values"] == [0, 1, 0]
    assert show_tensor({"type": "category", "spec": spec, "cell": "other"})["values"] == [0, 0, 1]


def test_a_date_is_days_and_circles() -> None:
    spec = NUMBER | {"kind": "datetime", "name": "Day", "mean": 0.0, "deviation": 1.0, "flag": False}
    told = show_tensor({"type": "datetime", "spec": spec, "cell": "2000-01-02T06:00:00"})
    assert told["shape"] == [7]
    assert told["values"][0] == 1.25
    assert told["values"][5:] == [1.0, 0.0]  # a quarter of a day round the circle


def test_a_picture_is_three_planes_of_what_training_sees() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (90, 70, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    told = show_tensor({"type": "image", "spec": {"size": 32}, "bytes": packed(file.getvalue())})
    expected = encode_image(pixels, {"size": 32})
    assert (told["shape"], told["dtype"]) == ([3, 32, 32], "uint8")
    assert (planes(told) == expected).all()
    assert told["values"] == expected.reshape(-1)[:64].tolist()


def test_a_mask_keeps_its_numbers() -> None:
    numbers = np.repeat(np.arange(4, dtype=np.uint8), 16).reshape(8, 8)
    file = io.BytesIO()
    Image.fromarray(numbers).save(file, "PNG")
    told = show_tensor({"type": "mask", "spec": {"size": 4}, "bytes": packed(file.getvalue())})
    assert (told["shape"], told["dtype"], told["low"], told["high"]) == ([4, 4], "int64", 0, 3)
    assert told["values"] == np.repeat(np.arange(4), 4).tolist()


@pytest.mark.parametrize("hertz", [300, 1000, 3000])
def test_a_tone_is_loud_in_its_own_band(hertz: int) -> None:
    rate = 8000
    tone = (0.5 * np.sin(2 * np.pi * hertz * np.arange(rate) / rate)).astype(np.float32)
    file = io.BytesIO()
    soundfile.write(file, tone, rate, format="FLAC")
    told = show_tensor({"type": "audio", "spec": {}, "bytes": packed(file.getvalue())})
    bands, frames = told["shape"]
    assert (bands, frames) == (64, 98)
    loudest = 63 - planes(told)[0, :, 40].argmax()  # the picture has high pitch above
    edges = 700 * (10 ** (np.linspace(0, 2595 * np.log10(1 + rate / 2 / 700), 66) / 2595) - 1)
    assert edges[loudest] <= hertz <= edges[loudest + 2]


@pytest.mark.parametrize("length", [0, 1, 50, 199, 200, 201])
def test_a_short_sound_has_a_frame_too(length: int) -> None:
    found = log_mel(np.zeros(length, np.float32), 8000)
    assert found.shape == (64, 1)
    assert np.isfinite(found).all()


def test_text_is_bytes_tags_are_marks_boxes_are_lines() -> None:
    told = show_tensor({"type": "text", "spec": {}, "cell": "né"})
    assert (told["shape"], told["values"], told["names"]) == ([3], [110, 195, 169], ["n", "\\xc3", "\\xa9"])
    assert show_tensor({"type": "text", "spec": {}, "cell": None})["shape"] == [0]
    spec = {"categories": ["a", "b", "c"]}
    assert show_tensor({"type": "tags", "spec": spec, "cell": '["c", "a"]'})["values"] == [1, 0, 1]
    cell = '[{"label": "b", "x": 0.25, "y": 0.5, "w": 0.25, "h": 0.125}]'
    told = show_tensor({"type": "boxes", "spec": spec, "cell": cell})
    assert (told["shape"], told["values"]) == ([1, 5], [1, 0.25, 0.5, 0.25, 0.125])


def test_every_column_type_has_one() -> None:
    types = {"number", "category", "tags", "text", "datetime", "image", "audio", "boxes", "mask"}
    assert set(SHOWERS) == types
