"""Draw each sample from its own values: ``python tools/sample_drawings.py`` writes templates/datasets/samples/KEY.svg.

Those of digits, flowers and moons came first, by hand from the same values, and stay.
"""

import csv
import html
import itertools
import math
import tempfile
import wave
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from trainer.sources.samples import MAKERS
from trainer.sources.samples.drawings import KINDS, SIDE, a_scene
from trainer.sources.samples.pictures import hand_angle
from trainer.sources.samples.written import dice

TARGET = Path(__file__).parent.parent / "templates" / "datasets" / "samples"
WIDTH, HEIGHT, MARGIN = 160, 90, 9
Table = list[dict[str, str]]
FRAME = '<svg viewBox="0 0 160 90" aria-hidden="true">{}</svg>\n'


def scaled(values: list[float], low: float, high: float) -> list[float]:
    """The values between ``low`` and ``high``, in pixels."""
    least, most = min(values), max(values)
    return [round(low + (v - least) / ((most - least) or 1) * (high - low), 1) for v in values]


def scatter(
    x: str, y: str, by: str | None = None, most: int = 150, top: float = math.inf
) -> Callable[[Table], str]:
    """Two columns against each other, coloured by a third: its values, or fifths of its numbers."""

    def draw(table: Table) -> str:
        rows = [row for row in table if row[x] and row[y] and float(row[y]) < top][:most]
        xs = scaled([float(row[x]) for row in rows], MARGIN, WIDTH - MARGIN)
        ys = scaled([float(row[y]) for row in rows], HEIGHT - MARGIN, MARGIN)
        groups: dict[str, list[str]] = {}
        for place, row in enumerate(rows):
            groups.setdefault(row[by] if by else "", []).append(f"M{xs[place]} {ys[place]}h0")
        return dots(groups)

    return draw


def heights(x: str, y: str, z: str, most: int = 240) -> Callable[[Table], str]:
    """A number over the plane, in five shades."""

    def draw(table: Table) -> str:
        rows = table[:most]
        xs = scaled([float(row[x]) for row in rows], MARGIN, WIDTH - MARGIN)
        ys = scaled([float(row[y]) for row in rows], HEIGHT - MARGIN, MARGIN)
        zs = scaled([float(row[z]) for row in rows], 0, 4.999)
        paths = []
        for shade in range(5):
            at = "".join(f"M{xs[n]} {ys[n]}h0" for n in range(len(rows)) if int(zs[n]) == shade)
            paths.append(stroke(at, "var(--class-0)", 4.5, 0.15 + 0.2 * shade))
        return "".join(paths)

    return draw


def dots(groups: dict[str, list[str]]) -> str:
    """A colour a group."""
    names = sorted(groups)
    return "".join(
        stroke("".join(groups[name]), f"var(--class-{n % 8})", 4.5) for n, name in enumerate(names)
    )


def stroke(path: str, colour: str, width: float, opacity: float = 1) -> str:
    """A path, drawn."""
    seen = f' opacity="{opacity:.2f}"' if opacity < 1 else ""
    return f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width}" stroke-linecap="round"{seen}/>'


def lines(value: str, by: str | None, first: int, count: int) -> Callable[[Table], str]:
    """Values in their order, a line a group."""

    def draw(table: Table) -> str:
        chosen = table[first : first + count]
        every = scaled([float(row[value]) for row in chosen], HEIGHT - MARGIN, MARGIN)
        groups: dict[str, list[float]] = {}
        for row, y in zip(chosen, every, strict=True):
            groups.setdefault(row[by] if by else "", []).append(y)
        paths = []
        for n, every_y in enumerate(groups.values()):
            ys = every_y[:: max(1, len(every_y) // 240)]
            xs = scaled([float(place) for place in range(len(ys))], MARGIN, WIDTH - MARGIN)
            points = " ".join(f"{x} {y}" for x, y in zip(xs, ys, strict=True))
            paths.append(stroke(f"M{points}", f"var(--class-{n})", 1.4))
        return "".join(paths)

    return draw


def words(columns: tuple[str, ...], by: str | None = None, rows: int = 4) -> Callable[[Table], str]:
    """The first rows as text, marked by a class."""

    def draw(table: Table) -> str:
        seen: list[str] = []
        parts = []
        for n, row in enumerate(table[:rows]):
            if by and row[by] not in seen:
                seen.append(row[by])
            y = 18 + n * 19
            if by:
                parts.append(stroke(f"M{MARGIN} {y - 3}h0", f"var(--class-{seen.index(row[by])})", 5))
            text = html.escape(" → ".join(row[column] for column in columns)[:46])
            x = MARGIN + (8 if by else 0)
            parts.append(f'<text x="{x}" y="{y}" font-size="9" fill="var(--ink)">{text}</text>')
        return "".join(parts)

    return draw


def marks(table: Table) -> str:
    """People across, films down, darker where the mark was better."""
    people, films = sorted({row["person"] for row in table})[:30], sorted({row["film"] for row in table})[:16]
    given = {(row["person"], row["film"]): int(row["stars"]) for row in table}
    paths = []
    for stars in range(1, 6):
        at = "".join(
            f"M{MARGIN + a * 4.8:.1f} {MARGIN + b * 4.8:.1f}h3.6v3.6h-3.6z"
            for (a, person), (b, film) in itertools.product(enumerate(people), enumerate(films))
            if given.get((person, film)) == stars
        )
        paths.append(f'<path d="{at}" fill="var(--class-0)" opacity="{stars / 5:.1f}"/>')
    return "".join(paths)


def scenes(*, boxes: bool, masks: bool, seed: int, many: int) -> Callable[[], str]:
    """Two or eight scenes as their samples draw them, with their boxes, or coloured in."""

    def draw() -> str:
        chance = dice(seed)
        across = 4 if many > 2 else 2
        side = (WIDTH - 2 * MARGIN) / across
        parts = []
        for n in range(many):
            kinds = [KINDS[(n + k) % len(KINDS)] for k in range(3 if boxes or masks else 1)]
            scene = a_scene(chance, kinds, *((14, 26) if len(kinds) > 1 else (26, 34)))
            left, up = MARGIN + n % across * side, MARGIN + n // across * side
            scale = (side - 4) / SIDE
            for shape in scene.shapes:
                at = "L".join(
                    f"{left + x * scale:.1f} {up + y * scale:.1f}"
                    for x, y in shape.outline()[:: 4 if shape.kind == "circle" else 1]
                )
                fill = (
                    f"var(--class-{KINDS.index(shape.kind)})"
                    if masks
                    else "#" + "".join(f"{value:02x}" for value in shape.paint)
                )
                parts.append(f'<path d="M{at}z" fill="{fill}"/>')
                if boxes:
                    x, y, wide, tall = (value * scale for value in shape.box())
                    parts.append(
                        f'<rect x="{left + x:.1f}" y="{up + y:.1f}" width="{wide:.1f}" height="{tall:.1f}" '
                        'fill="none" stroke="var(--ink)"/>'
                    )
        return "".join(parts)

    return draw


def dials() -> str:
    """Three gauges."""
    parts = []
    for n, value in enumerate((12, 55, 87)):
        x, y, radius = 32 + 48 * n, 45, 21
        angle = hand_angle(value)
        parts.append(
            f'<circle cx="{x}" cy="{y}" r="{radius}" fill="none" stroke="var(--line)" stroke-width="1.5"/>'
        )
        marks_ = "".join(
            f"M{x + 16 * math.cos(a):.1f} {y + 16 * math.sin(a):.1f}"
            f"L{x + 19 * math.cos(a):.1f} {y + 19 * math.sin(a):.1f}"
            for a in map(hand_angle, range(0, 101, 20))
        )
        parts.append(stroke(marks_, "var(--line)", 1.2))
        parts.append(
            stroke(
                f"M{x} {y}L{x + 15 * math.cos(angle):.1f} {y + 15 * math.sin(angle):.1f}",
                "var(--class-3)",
                2.2,
            )
        )
    return "".join(parts)


def weave() -> str:
    """Cloth with a scratch."""
    across = "".join(f"M{MARGIN} {y}H{WIDTH - MARGIN}" for y in range(MARGIN, HEIGHT - MARGIN + 1, 6))
    down = "".join(f"M{x} {MARGIN}V{HEIGHT - MARGIN}" for x in range(MARGIN, WIDTH - MARGIN + 1, 6))
    return stroke(across + down, "var(--line)", 1, 0.6) + stroke("M92 34L118 58", "var(--class-3)", 3)


def waves(archive: str, names: tuple[str, ...]) -> Callable[[], str]:
    """Sounds of an archive as their loudness, one under another."""

    def draw() -> str:
        paths = []
        with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(MAKERS[archive](Path(folder))) as made:
            for n, name in enumerate(names):
                with made.open(name) as file, wave.open(file) as sound:
                    heard = np.frombuffer(sound.readframes(sound.getnframes()), "<i2").astype(float)
                loud = np.abs(heard[: len(heard) // 70 * 70]).reshape(70, -1).max(axis=1)
                room = (HEIGHT - 2 * MARGIN) / len(names)
                middle = MARGIN + room * (n + 0.5)
                at = "".join(
                    f"M{MARGIN + k * 2.05:.1f} {middle - half:.1f}v{2 * half:.1f}"
                    for k, half in enumerate((loud / loud.max() * room * 0.42 + 0.3).tolist())
                )
                paths.append(stroke(at, f"var(--class-{n})", 1.2))
        return "".join(paths)

    return draw


PICTURES: dict[str, Callable[[], str]] = {
    "shapes": scenes(boxes=False, masks=False, seed=401, many=8),
    "crates": scenes(boxes=True, masks=False, seed=404, many=2),
    "meadow": scenes(boxes=False, masks=True, seed=405, many=2),
    "gauges": dials,
    "tiles": weave,
    "instruments": waves("instruments", ("flute/01.wav", "string/01.wav", "bell/01.wav")),
    "noises": waves("noises", ("clap/02.wav", "whistle/01.wav", "hiss/01.wav")),
    "morse": waves("morse", ("message-001.wav", "message-002.wav")),
}
DRAWINGS: dict[str, Callable[[Table], str]] = {
    "wine": scatter("flavanoids", "color intensity", "grower"),
    "tumours": scatter("mean radius", "mean texture", "diagnosis"),
    "shop": scatter("delivery days", "price", "sent back", 190, 300),
    "diabetes": scatter("body mass index", "progression"),
    "flats": scatter("square metres", "rent"),
    "fitness": scatter("sit-ups", "waist"),
    "customers": scatter("hour of the day", "euros a visit"),
    "films": marks,
    **{key: scatter("x", "y", "colour", 220) for key in ("circles", "spirals", "blobs", "xor")},
    "ripple": heights("x", "y", "height"),
    "reviews": words(("review",), "mood"),
    "requests": words(("message",), "wish"),
    "numbers": words(("English", "French")),
    "fables": words(("fable",)),
    "sales": lines("sold", "kiosk", 0, 1000),
    "freezer": lines("degrees", None, 200, 300),
}


def main() -> None:
    """Write all drawings."""
    for key, sketch in PICTURES.items():
        (TARGET / f"{key}.svg").write_text(FRAME.format(sketch()), encoding="utf-8")
    for key, draw in DRAWINGS.items():
        with tempfile.TemporaryDirectory() as folder:
            made = MAKERS[key](Path(folder))
            with made.open(newline="", encoding="utf-8") as file:
                table = list(csv.DictReader(file))
        (TARGET / f"{key}.svg").write_text(FRAME.format(draw(table)), encoding="utf-8")


if __name__ == "__main__":
    main()
