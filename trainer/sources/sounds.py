"""One sound from strangers' bytes to our own: decoded by an allow-list, one channel, 16-bit FLAC.

Nothing of the original file survives but its samples: no titles, no place, no pictures.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import soundfile
import soxr
from PIL import Image

from trainer.sources.pictures import Unreadable, encode, what_is

MOST_RATE = 48_000
LEAST_RATE = 1_000
MOST_SECONDS = 1_800
MOST_SAMPLES = MOST_SECONDS * MOST_RATE * 2
"""In all channels together, whatever their rate."""
MOST_CHANNELS = 16
BLOCK = 1 << 20
"""Samples of all channels decoded at a time: bounds memory."""
FULL = 32_768.0
"""What 1.0 is in 16 bits; samples that came as 16 bits come out unchanged."""
WAVE_WIDTH, WAVE_HEIGHT = 128, 32
WAVE_COLOUR = (120, 124, 130, 255)
"""A grey that shows on white and on black."""
MP3 = 0xE0
OTHERS = (
    (b"\x1aE\xdf\xa3", "a WebM or Matroska file"),
    (b"FORM", "an AIFF file"),
    (b".snd", "an AU file"),
    (b"caff", "a CAF file"),
    (b"#!AMR", "an AMR file"),
)

Samples = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Sound:
    """A sound in our own bytes: FLAC, one channel, with samples a second and their number; and its picture."""

    data: bytes
    rate: int
    frames: int
    thumb: bytes
    thumb_width: int
    thumb_height: int


def is_sound(head: bytes) -> bool:
    """Whether the first 12 bytes or more start like a sound that Skillet may read."""
    if head.startswith((b"fLaC", b"OggS", b"ID3")):
        return True
    wave = head.startswith(b"RIFF") and head[8:12] == b"WAVE"
    return wave or (len(head) > 1 and head[0] == 0xFF and head[1] & MP3 == MP3 and head[1] & 0x06 != 0)


def read_sound(data: bytes) -> Sound:
    """Bytes of a stranger -> our own sound. Raises Unreadable with the reason in words."""
    if not data:
        raise Unreadable("the file is empty")
    if not is_sound(data[:64]):
        raise Unreadable(f"it is {what_else(data[:64])}, not a WAV, FLAC, OGG or MP3 sound")
    out = io.BytesIO()
    try:
        with soundfile.SoundFile(io.BytesIO(data)) as source:
            check(source)
            rate = min(source.samplerate, MOST_RATE)
            with soundfile.SoundFile(out, "w", rate, 1, "PCM_16", format="FLAC") as target:
                peaks = Peaks()
                for samples in resampled(source):
                    whole = np.clip(np.round(samples * FULL), -FULL, FULL - 1).astype(np.int16)
                    target.write(whole)
                    peaks.add(samples)
    except soundfile.LibsndfileError as error:
        raise Unreadable("it is damaged: the samples cannot be decoded") from error
    except (RuntimeError, ValueError, OSError) as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable("it is damaged: the samples cannot be decoded") from error
    if not peaks.frames:
        raise Unreadable("it holds no sound: its length is 0")
    return Sound(out.getvalue(), rate, peaks.frames, peaks.draw(), WAVE_WIDTH, WAVE_HEIGHT)


def what_else(head: bytes) -> str:
    """What bytes that are no sound of ours seem to be."""
    if head[4:8] == b"ftyp":
        return "an MP4 or AAC file"
    known = next((words for magic, words in OTHERS if head.startswith(magic)), None)
    found = known or what_is(head)
    return "something else" if found.startswith("not ") else found


def check(source: Any) -> None:
    """Refuse by the header what is no sound for learning; the samples are counted while they are decoded."""
    if not 1 <= source.channels <= MOST_CHANNELS:
        raise Unreadable(f"it has {source.channels} channels; Skillet reads up to {MOST_CHANNELS}")
    if source.samplerate < LEAST_RATE:
        raise Unreadable(f"it has {source.samplerate:,} samples a second; a sound has {LEAST_RATE:,} or more")
    if source.frames > most_frames(source):
        raise too_long()


def most_frames(source: Any) -> int:
    """How many samples a channel may have."""
    return min(MOST_SECONDS * int(source.samplerate), MOST_SAMPLES // int(source.channels))


def too_long() -> Unreadable:
    """The refusal of endless sounds."""
    return Unreadable(
        f"it is longer than {MOST_SECONDS // 60} minutes, or than {MOST_SAMPLES:,} samples; cut it into pieces"
    )


def decoded(source: Any) -> Iterator[Samples]:
    """One channel, the mean of all, block by block. Raises Unreadable for endless sounds and for what is no number."""
    seen = 0
    step = max(1, BLOCK // source.channels)
    while len(block_TC := source.read(step, dtype="float32", always_2d=True)):
        seen += len(block_TC)
        if seen > most_frames(source):
            raise too_long()
        if not np.isfinite(block_TC).all():
            raise Unreadable("some of its samples are not numbers")
        yield block_TC.clip(-1.0, 1.0).mean(axis=1)


def resampled(source: Any) -> Iterator[Samples]:
    """The samples at no more than 48,000 a second."""
    if source.samplerate <= MOST_RATE:
        yield from decoded(source)
        return
    stream = soxr.ResampleStream(source.samplerate, MOST_RATE, 1, dtype="float32")
    for block in decoded(source):
        yield stream.resample_chunk(block)
    yield stream.resample_chunk(np.zeros(0, np.float32), last=True)


class Peaks:
    """The picture of a sound: how loud it is from moment to moment, in constant memory."""

    STEP = 256

    def __init__(self) -> None:
        self.frames = 0
        self._peaks: list[npt.NDArray[np.float32]] = []

    def add(self, samples: Samples) -> None:
        """Take the next samples."""
        self.frames += len(samples)
        if len(samples):
            starts = np.arange(0, len(samples), self.STEP)
            self._peaks.append(np.maximum.reduceat(np.abs(samples), starts))

    def draw(self) -> bytes:
        """A PNG of 128 x 32: a column for each 128th of the time."""
        peaks = np.concatenate(self._peaks)
        starts = np.linspace(0, len(peaks), WAVE_WIDTH, endpoint=False).astype(int)
        height = np.maximum.reduceat(peaks, starts)
        loudest = max(float(height.max()), 1e-4)
        half = np.maximum(0.5, height / loudest * WAVE_HEIGHT / 2)
        from_middle_H = np.abs(np.arange(WAVE_HEIGHT) - (WAVE_HEIGHT - 1) / 2)
        picture_HWC = np.zeros((WAVE_HEIGHT, WAVE_WIDTH, 4), np.uint8)
        picture_HWC[from_middle_H[:, None] <= half[None, :]] = WAVE_COLOUR
        return encode(Image.fromarray(picture_HWC), "PNG", compress_level=4)
