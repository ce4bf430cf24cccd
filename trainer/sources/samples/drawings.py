"""Pictures of shapes: scenes as plain data first, so that a picture, its boxes, its mask and a drawing agree."""

import io
import math
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

SIDE = 96
SCALE = 3
"""Drawn so many times larger and made small: soft edges."""
KINDS = ("circle", "square", "triangle", "star")
PAINTS = ((214, 69, 52), (44, 110, 188), (58, 153, 82), (232, 168, 48), (130, 84, 168), (40, 160, 165))

Point = tuple[float, float]


@dataclass(frozen=True)
class Shape:
    """One thing in a scene, in pixels of a picture of ``SIDE``."""

    kind: str
    x: float
    y: float
    radius: float
    turn: float
    paint: tuple[int, int, int]

    def outline(self) -> list[Point]:
        """Its corners; of a circle, many."""
        corners = {"circle": 40, "square": 4, "triangle": 3, "star": 10}[self.kind]
        radii = [self.radius * (0.45 if self.kind == "star" and n % 2 else 1.0) for n in range(corners)]
        angles = [self.turn + 2 * math.pi * n / corners for n in range(corners)]
        return [
            (self.x + r * math.cos(a), self.y + r * math.sin(a)) for r, a in zip(radii, angles, strict=True)
        ]

    def box(self) -> tuple[float, float, float, float]:
        """Left, top, width and height in pixels."""
        xs, ys = zip(*self.outline(), strict=True)
        return min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)


@dataclass(frozen=True)
class Scene:
    """Shapes on a ground."""

    ground: tuple[int, int, int]
    shapes: list[Shape]


def a_scene(chance: np.random.Generator, kinds: list[str], low: float = 13, high: float = 27) -> Scene:
    """These kinds of shapes, side by side: none covers another."""
    ground = tuple(int(v) for v in chance.integers(214, 248, 3))
    placed: list[Shape] = []
    tries = 0
    while len(placed) < len(kinds):
        tries += 1
        radius = float(chance.uniform(low, high)) * (0.97 ** (tries // 20))
        x, y = (float(v) for v in chance.uniform(radius + 2, SIDE - radius - 2, 2))
        if all(math.hypot(x - one.x, y - one.y) > radius + one.radius + 2 for one in placed):
            paint = PAINTS[int(chance.integers(len(PAINTS)))]
            placed.append(
                Shape(kinds[len(placed)], x, y, radius, float(chance.uniform(0, 2 * math.pi)), paint)
            )
    return Scene((ground[0], ground[1], ground[2]), placed)


def paint(scene: Scene, chance: np.random.Generator) -> Image.Image:
    """The scene with a little of the noise that cameras make."""
    image = Image.new("RGB", (SIDE * SCALE, SIDE * SCALE), scene.ground)
    pen = ImageDraw.Draw(image)
    for shape in scene.shapes:
        pen.polygon([(x * SCALE, y * SCALE) for x, y in shape.outline()], fill=shape.paint)
    pixels = np.asarray(image.resize((SIDE, SIDE), Image.Resampling.BOX), dtype=np.float64)
    return Image.fromarray(np.clip(pixels + chance.normal(0, 6, pixels.shape), 0, 255).astype(np.uint8))


def mask(scene: Scene) -> Image.Image:
    """An 8-bit picture: 0 is ground, then the number of the kind, 1 circle and so on."""
    image = Image.new("L", (SIDE, SIDE), 0)
    pen = ImageDraw.Draw(image)
    for shape in scene.shapes:
        pen.polygon(shape.outline(), fill=KINDS.index(shape.kind) + 1)
    return image


def as_png(image: Image.Image) -> bytes:
    """A PNG's bytes."""
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
