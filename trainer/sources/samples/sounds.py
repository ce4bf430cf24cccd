"""Archives of sounds, synthesised here: instruments, noises of hands and lips, Morse code."""

import csv
import io
import wave
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from trainer.sources.samples.numbers import english
from trainer.sources.samples.written import dice, write_zip

RATE = 16_000
MORSE_RATE = 8_000
EACH_INSTRUMENT, EACH_NOISE, MESSAGES = 50, 60, 200
SCALE = (220.0, 246.9, 261.6, 293.7, 329.6, 349.2, 392.0, 440.0, 493.9, 523.3)
MORSE = {
    "a": ".-", "b": "-...", "c": "-.-.", "d": "-..", "e": ".", "f": "..-.", "g": "--.", "h": "....", "i": "..",
    "j": ".---", "k": "-.-", "l": ".-..", "m": "--", "n": "-.", "o": "---", "p": ".--.", "q": "--.-", "r": ".-.",
    "s": "...", "t": "-", "u": "..-", "v": "...-", "w": ".--", "x": "-..-", "y": "-.--", "z": "--..",
}  # fmt: skip
Samples = npt.NDArray[np.float64]


def instruments(folder: Path) -> Path:
    """A second of one note: flute, organ, plucked string or bell."""
    chance = dice(501)
    tones = {"flute": flute, "organ": organ, "string": string, "bell": bell}

    def entries() -> Iterator[tuple[str, bytes]]:
        for name, tone in tones.items():
            for number in range(EACH_INSTRUMENT):
                note = float(chance.choice(SCALE)) * float(chance.normal(1, 0.004))
                yield f"{name}/{number + 1:02d}.wav", as_wav(tone(note, chance), chance, RATE)

    return write_zip(folder / "sample.zip", entries())


def noises(folder: Path) -> Path:
    """A second each: claps, whistles, hums, hisses, and a room in which nothing happens."""
    chance = dice(502)
    kinds: dict[str, Callable[[np.random.Generator], Samples]] = {
        "background noise": lambda _chance: np.zeros(RATE), "clap": clap, "whistle": whistle, "hum": hum, "hiss": hiss,
    }  # fmt: skip

    def entries() -> Iterator[tuple[str, bytes]]:
        for name, noise in kinds.items():
            for number in range(EACH_NOISE):
                yield f"{name}/{number + 1:02d}.wav", as_wav(noise(chance), chance, RATE)

    return write_zip(folder / "sample.zip", entries())


def morse(folder: Path) -> Path:
    """Number words in Morse code, and what they say: ``metadata.csv`` with a column of transcripts."""
    chance = dice(503)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["file_name", "transcript"])
    files = []
    for number in range(MESSAGES):
        words = english(int(chance.integers(0, 100))).replace("-", " ")
        name = f"message-{number + 1:03d}.wav"
        writer.writerow([name, words])
        files.append((name, as_wav(keyed(words, chance), chance, MORSE_RATE)))
    return write_zip(folder / "sample.zip", [("metadata.csv", out.getvalue().encode()), *files])


def keyed(words: str, chance: np.random.Generator) -> Samples:
    """A tone that goes on and off: a dash is three dots long, between letters there are three, between words seven."""
    dot = int(MORSE_RATE * float(chance.uniform(0.035, 0.06)))
    units = []
    for word in words.split():
        letters = [[(1, 3 if sign == "-" else 1) for sign in MORSE[letter]] for letter in word]
        for letter in letters:
            for on, long in letter:
                units += [(on, long), (0, 1)]
            units.append((0, 2))
        units.append((0, 4))
    gate = np.concatenate([np.full(long * dot, float(on)) for on, long in units])
    soft = np.convolve(gate, np.ones(40) / 40, mode="same")
    return (
        0.6 * soft * np.sin(2 * np.pi * float(chance.uniform(500, 800)) * np.arange(len(gate)) / MORSE_RATE)
    )


def seconds() -> Samples:
    """The times of a second's samples."""
    return np.arange(RATE) / RATE


def flute(note: float, chance: np.random.Generator) -> Samples:
    """Nearly a sine, with breath and a slow tremble."""
    t = seconds()
    tremble = 1 + 0.004 * np.sin(2 * np.pi * float(chance.uniform(4, 6)) * t)
    tone = np.sin(2 * np.pi * note * t * tremble) + 0.15 * np.sin(4 * np.pi * note * t)
    return 0.5 * tone * np.clip(t * 12, 0, 1) + 0.02 * chance.normal(0, 1, RATE)


def organ(note: float, _chance: np.random.Generator) -> Samples:
    """Many pipes at once, all at full strength from the start."""
    t = seconds()
    return 0.22 * sum(
        (np.sin(2 * np.pi * note * part * t) / part**0.5 for part in (1, 2, 3, 4, 6, 8)), np.zeros(RATE)
    )


def string(note: float, chance: np.random.Generator) -> Samples:
    """Plucked, by the algorithm of Karplus and Strong (1983): a noise that runs in a ring and is smoothed."""
    ring = chance.uniform(-1, 1, round(RATE / note))
    out = np.empty(RATE)
    for start in range(0, RATE, len(ring)):
        piece = out[start : start + len(ring)]
        piece[:] = ring[: len(piece)]
        ring = 0.498 * (ring + np.roll(ring, -1))
    return 0.8 * out


def bell(note: float, chance: np.random.Generator) -> Samples:
    """Partials that fit no scale, and ring out."""
    t = seconds()
    partials = ((0.56, 1.0), (0.92, 0.67), (1.19, 1.0), (1.71, 1.8), (2.0, 2.67), (2.74, 1.67), (3.0, 1.46))
    fade = float(chance.uniform(2.5, 4))
    tone = sum(
        (np.sin(2 * np.pi * 2 * note * f * t) * np.exp(-t * fade * f) * a for f, a in partials),
        np.zeros(RATE),
    )
    return 0.12 * tone


def clap(chance: np.random.Generator) -> Samples:
    """One to three bursts."""
    out = np.zeros(RATE)
    for at in np.sort(chance.uniform(0.05, 0.85, int(chance.integers(1, 4)))):
        start = int(at * RATE)
        burst = chance.normal(0, 1, 900) * np.exp(-np.arange(900) / float(chance.uniform(80, 160)))
        out[start : start + 900] += 0.8 * burst[: RATE - start]
    return out


def whistle(chance: np.random.Generator) -> Samples:
    """A glide high up."""
    t = seconds()
    low, high = (float(value) for value in chance.uniform(900, 2200, 2))
    phase = 2 * np.pi * np.cumsum(low + (high - low) * t) / RATE
    return 0.5 * np.sin(phase) * np.sin(np.pi * np.clip((t - 0.1) / 0.8, 0, 1))


def hum(chance: np.random.Generator) -> Samples:
    """A low voice."""
    t = seconds()
    note = float(chance.uniform(90, 200)) * (1 + 0.01 * np.sin(2 * np.pi * 5 * t))
    phase = 2 * np.pi * np.cumsum(note) / RATE
    tone = sum((np.sin(part * phase) / part**1.5 for part in range(1, 7)), np.zeros(RATE))
    return 0.4 * tone * np.clip(t * 8, 0, 1)


def hiss(chance: np.random.Generator) -> Samples:
    """Sh: noise without its lows, swelling and fading."""
    t = seconds()
    rough = np.diff(chance.normal(0, 1, RATE + 1))
    return 0.25 * rough * np.sin(np.pi * np.clip((t - 0.08) / 0.84, 0, 1))


def as_wav(samples: Samples, chance: np.random.Generator, rate: int) -> bytes:
    """16 bits, one channel, in a room that is never quite still."""
    loud = samples * float(chance.uniform(0.5, 1)) + float(chance.uniform(0.001, 0.008)) * chance.normal(
        0, 1, len(samples)
    )
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((np.clip(loud, -1, 1) * 32_767).astype("<i2").tobytes())
    return out.getvalue()
