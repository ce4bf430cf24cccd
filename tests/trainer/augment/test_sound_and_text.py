"""Sounds and texts changed on purpose."""

import numpy as np
import pytest

from trainer.augment import SOUND, TEXT, change_sound, change_text
from trainer.augment.draws import Draws
from trainer.contract.augmentations import list_cards, on, read_augmentation
from trainer.contract.recipe import Augmentation

RATE = 8_000


def a_tone(seconds: float = 0.5, pitch: float = 440.0) -> np.ndarray:
    """A sine, half as loud as can be."""
    return (0.5 * np.sin(2 * np.pi * pitch * np.arange(int(seconds * RATE)) / RATE)).astype(np.float32)


def hear(sound: np.ndarray, augmentation: Augmentation, step: int = 0) -> np.ndarray:
    return change_sound(sound, RATE, read_augmentation(augmentation), Draws(2, step))


def read(text: str, augmentation: Augmentation, step: int = 0) -> str:
    return change_text(text, read_augmentation(augmentation), Draws(2, step))


def test_every_card_of_sound_and_text_has_its_function() -> None:
    assert list(SOUND) == [card.key for card in list_cards("audio")]
    assert list(TEXT) == [card.key for card in list_cards("text")]


@pytest.mark.parametrize("key", list(SOUND))
def test_a_clip_keeps_its_length_and_never_clips(key: str) -> None:
    tone = a_tone()
    heard = [hear(tone, on(key), step) for step in range(20)]
    assert all(one.shape == tone.shape and one.dtype == np.float32 for one in heard)
    assert all(np.abs(one).max() <= 1 for one in heard)
    assert any(not np.array_equal(one, tone) for one in heard)
    assert np.array_equal(heard[3], hear(tone, on(key), 3))
    for odd in (np.zeros(0, np.float32), np.zeros(1, np.float32), np.zeros(100, np.float32)):
        assert hear(odd, on(key)).shape == odd.shape
        assert np.isfinite(hear(odd, on(key))).all()


def test_each_sound_change_does_what_it_says() -> None:
    tone = a_tone()
    loud = [np.abs(hear(tone, on(gain={"decibels": 12.0}), step)).max() for step in range(30)]
    assert min(loud) < 0.25
    assert max(loud) == pytest.approx(1.0, abs=0.01)
    pitches = [
        np.fft.rfft(hear(tone, on(speed={"amount": 0.3}), step)).__abs__().argmax() for step in range(30)
    ]
    assert min(pitches) < 200 < 240 < max(pitches)  # 440 Hz is place 220
    silent = [int((hear(tone, on(slide={"seconds": 0.1}), step) == 0).sum()) for step in range(30)]
    assert max(silent) <= 0.1 * RATE + 50
    noise = hear(tone, on(hiss={"below": 0.0})) - tone
    assert 0.01 < noise.std() <= 0.4
    gaps = [int((hear(tone + 1e-3, on(mask_time={"share": 0.4}), step) == 0).sum()) for step in range(30)]
    assert 0.2 * len(tone) < max(gaps) <= 0.4 * len(tone)
    bands = [
        np.abs(np.fft.rfft(hear(tone, on(mask_frequency={"share": 0.5}), step)))[220] for step in range(60)
    ]
    assert min(bands) < 0.01 * max(bands)


def test_texts_lose_swap_and_shout() -> None:
    text = "the quick brown fox jumps over the lazy dog"
    assert read(text, on()) == text
    dropped = [read(text, on(drop_words={"share": 0.5}), step).split() for step in range(30)]
    assert all(0 < len(words) <= 9 and set(words) <= set(text.split()) for words in dropped)
    assert min(len(words) for words in dropped) < 6
    swapped = [read(text, on(swap_words={"share": 0.3}), step) for step in range(30)]
    assert all(sorted(one.split()) == sorted(text.split()) for one in swapped)
    assert len(set(swapped)) > 10
    cases = {read("One Two", on(letter_case={"share": 1.0}), step) for step in range(30)}
    assert cases == {"one two", "ONE TWO"}
    assert read("", on("drop_words", "swap_words", "letter_case")) == ""
    assert read("word", on(drop_words={"share": 0.9})) == "word"
