"""Points in the plane."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from trainer.sources.samples.written import Make, dice, rounded, write_csv

POINTS = 400
NOISE = 0.15
Points = tuple[np.ndarray, Sequence[object]]


def moons(chance: np.random.Generator) -> Points:
    """Two crescents."""
    half = POINTS // 2
    angle = np.linspace(0.0, np.pi, half)
    upper = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    lower = np.stack([1.0 - np.cos(angle), 0.5 - np.sin(angle)], axis=1)
    return np.concatenate([upper, lower]) + chance.normal(0.0, NOISE, (POINTS, 2)), halves("upper", "lower")


def circles(chance: np.random.Generator) -> Points:
    """A ring inside a ring."""
    half = POINTS // 2
    angle = chance.uniform(0, 2 * np.pi, POINTS)
    radius = np.concatenate([np.full(half, 1.0), np.full(half, 0.45)]) + chance.normal(0, 0.09, POINTS)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1), halves("blue", "orange")


def spirals(chance: np.random.Generator) -> Points:
    """Two arms, one the other turned by half a turn."""
    along = np.sqrt(np.tile(np.linspace(0.02, 1, POINTS // 2), 2)) * 1.75 * 2 * np.pi
    turn = np.repeat([0.0, np.pi], POINTS // 2)
    arms = np.stack([along * np.cos(along + turn), along * np.sin(along + turn)], axis=1) / 11
    return arms + chance.normal(0, 0.025, (POINTS, 2)), halves("blue", "orange")


def blobs(chance: np.random.Generator) -> Points:
    """Four round clouds."""
    middles = np.array([[-1.0, -0.8], [1.1, -0.9], [-0.8, 1.0], [0.9, 0.8]])
    which = np.repeat(np.arange(4), POINTS // 4)
    names = ["blue", "orange", "green", "red"]
    return middles[which] + chance.normal(0, 0.36, (POINTS, 2)), tuple(names[place] for place in which)


def xor(chance: np.random.Generator) -> Points:
    """Four fields, opposite ones alike."""
    at = chance.uniform(-1, 1, (POINTS, 2))
    same = (at[:, 0] > 0) == (at[:, 1] > 0)
    return at + chance.normal(0, 0.04, (POINTS, 2)), tuple("blue" if one else "orange" for one in same)


def ripple(chance: np.random.Generator) -> Points:
    """A height: waves that run from the middle and grow weak."""
    at = chance.uniform(-2, 2, (POINTS, 2))
    away = np.hypot(at[:, 0], at[:, 1])
    height = np.cos(2.6 * away) * np.exp(-0.5 * away) + chance.normal(0, 0.03, POINTS)
    return at, tuple(rounded(height, 3))


def halves(first: str, second: str) -> Sequence[object]:
    """The first half is this, the second that."""
    return [first] * (POINTS // 2) + [second] * (POINTS // 2)


def a_set(draw: Callable[[np.random.Generator], Points], seed: int, target: str) -> Make:
    """The sample of a set: its points in any order, as a table."""

    def make(folder: Path) -> Path:
        chance = dice(seed)
        at, answers = draw(chance)
        order = chance.permutation(POINTS).tolist()
        rows = ([*rounded(at[place], 4), answers[place]] for place in order)
        return write_csv(folder / "table.csv", ["x", "y", target], rows)

    return make


MAKERS: dict[str, Make] = {
    "moons": a_set(moons, 1936, "moon"),
    "circles": a_set(circles, 2, "colour"),
    "spirals": a_set(spirals, 3, "colour"),
    "blobs": a_set(blobs, 4, "colour"),
    "xor": a_set(xor, 5, "colour"),
    "ripple": a_set(ripple, 6, "height"),
}
