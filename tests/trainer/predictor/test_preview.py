"""What training will see, asked of the predictor's own function: refusals, then each kind."""

import base64
import io
from typing import Any

import numpy as np
import pytest
import soundfile
from PIL import Image
from pydantic import ValidationError

from tests.support.trained import a_picture
from trainer.augment import change_pictures
from trainer.augment.arrays import NumpyArrays
from trainer.augment.draws import Draws
from trainer.columns.encode import encode_image
from trainer.contract.augmentations import on, read_augmentation
from trainer.predictor.pictures import decode_picture
from trainer.predictor.preview import preview

PHOTO = a_picture(120, (30, 26))
IMAGE = base64.b64encode(PHOTO).decode()


def pixels(answer: dict[str, Any]) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(answer["png"]))))


@pytest.mark.parametrize(
    ("request_", "sentence"),
    [
        ({}, "A preview has a ‘kind’"),
        ({"kind": "smell"}, "A preview has a ‘kind’"),
        ({"kind": "text", "text": "a", "draw": -1}, "A preview has a ‘kind’"),
        ({"kind": "picture", "size": 16}, "needs ‘image’"),
        ({"kind": "picture", "image": IMAGE, "size": "big"}, "needs ‘size’"),
        ({"kind": "picture", "image": base64.b64encode(b"junk").decode(), "size": 16}, "cannot be used"),
        (
            {"kind": "text", "text": "a", "draw": 1, "changes": {"melt": {}}},
            "No augmentation is called ‘melt’",
        ),
    ],
)
def test_what_cannot_be_shown_is_refused_in_words(request_: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        preview(request_)


def test_values_out_of_range_are_refused() -> None:
    with pytest.raises(ValidationError):
        preview({"kind": "text", "text": "a", "draw": 1, "changes": {"drop_words": {"share": 7}}})


def test_a_picture_is_shown_as_the_loop_would_see_it() -> None:
    changes = on("rotate", "light", "erase", shift={"reach": 0.2}).changes
    asked = {"kind": "picture", "image": IMAGE, "size": 24, "changes": changes, "seed": 5}
    plain = pixels(preview(asked | {"draw": 0}))
    encoded = encode_image(decode_picture(PHOTO), {"size": 24}).transpose(1, 2, 0)
    assert np.array_equal(plain, encoded)
    shown = pixels(preview(asked | {"draw": 3}))
    chosen = read_augmentation(on("rotate", "light", "erase", shift={"reach": 0.2}))
    expected = change_pictures(encoded[None], chosen, Draws(5, 3), NumpyArrays())[0]
    assert np.abs(shown - expected).max() <= 0.5
    assert not np.array_equal(shown, pixels(preview(asked | {"draw": 4})))


def test_a_sound_a_text_and_numbers_are_shown() -> None:
    clip = io.BytesIO()
    soundfile.write(clip, np.sin(np.arange(4000) / 9) * 0.3, 8000, format="FLAC")
    sound = {
        "kind": "sound",
        "sound": base64.b64encode(clip.getvalue()).decode(),
        "changes": on("gain").changes,
    }
    heard = [
        soundfile.read(io.BytesIO(base64.b64decode(preview(sound | {"draw": draw})["wav"])))
        for draw in (0, 1)
    ]
    assert [rate for _, rate in heard] == [8000, 8000]
    assert len(heard[1][0]) == 4000
    assert np.abs(heard[0][0]).max() == pytest.approx(0.3, abs=0.01)
    assert np.abs(heard[1][0]).max() != pytest.approx(0.3, abs=0.001)
    text = {"kind": "text", "text": "one two three", "changes": on(drop_words={"share": 0.5}).changes}
    assert preview(text | {"draw": 0}) == {"text": "one two three"}
    assert len({preview(text | {"draw": draw})["text"] for draw in range(1, 9)}) > 1
    numbers = {
        "kind": "numbers",
        "numbers": [10.0, None],
        "deviations": [2.0, 1.0],
        "changes": on("jitter").changes,
    }
    assert preview(numbers | {"draw": 0}) == {"numbers": [10.0, None]}
    moved, hole = preview(numbers | {"draw": 1})["numbers"]
    assert hole is None
    assert 0 < abs(moved - 10) < 1
