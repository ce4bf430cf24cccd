"""Archives of pictures."""

import csv
import io
import json
import math
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from trainer.sources.samples import drawings
from trainer.sources.samples.drawings import KINDS, SCALE, SIDE, a_scene, as_png
from trainer.sources.samples.written import dice, write_zip

UPSCALE = 8
SHAPES, SCENES, MASKS, GAUGES, TILES = 400, 240, 160, 400, 240
TOP = 100
ODD = 24


def digits(folder: Path) -> Path:
    """1,797 scanned digits, 8 × 8, each pixel shown as 8 × 8, a folder a digit."""
    from sklearn.datasets import load_digits  # noqa: PLC0415 - scikit-learn takes a second to load

    bundle = load_digits()

    def entries() -> Iterator[tuple[str, bytes]]:
        for number, (grey_HW, kind) in enumerate(zip(bundle.images, bundle.target, strict=True)):
            small_HW = np.round(np.asarray(grey_HW) * (255.0 / 16.0)).astype(np.uint8)
            big_HW = small_HW.repeat(UPSCALE, axis=0).repeat(UPSCALE, axis=1)
            yield f"{kind}/digit-{number + 1:04d}.png", as_png(Image.fromarray(big_HW))

    return write_zip(folder / "sample.zip", entries())


def shapes(folder: Path) -> Path:
    """One shape a picture."""
    chance = dice(401)
    kinds = [KINDS[number % len(KINDS)] for number in range(SHAPES)]
    kinds = [kinds[place] for place in chance.permutation(SHAPES).tolist()]

    def entries() -> Iterator[tuple[str, bytes]]:
        for number, kind in enumerate(kinds):
            scene = a_scene(chance, [kind], 12, 34)
            yield f"shape-{number + 1:03d}.png", as_png(drawings.paint(scene, chance))

    return with_table(folder, entries(), "label", kinds)


def gauges(folder: Path) -> Path:
    """A dial with one hand, from 0 at the lower left to 100 at the lower right."""
    chance = dice(402)
    values = [round(float(value), 1) for value in chance.uniform(0, TOP, GAUGES)]

    def entries() -> Iterator[tuple[str, bytes]]:
        for number, value in enumerate(values):
            yield f"gauge-{number + 1:03d}.png", as_png(a_gauge(value, chance))

    return with_table(folder, entries(), "pressure", [str(value) for value in values])


def a_gauge(value: float, chance: np.random.Generator) -> Image.Image:
    """A gauge that shows this value, photographed a little askew."""
    light = int(chance.integers(200, 250))
    image = Image.new("RGB", (SIDE * SCALE, SIDE * SCALE), (light - 30, light - 25, light - 20))
    pen = ImageDraw.Draw(image)
    middle = SIDE * SCALE / 2 + float(chance.normal(0, 6))
    radius = SIDE * SCALE * float(chance.uniform(0.38, 0.45))
    pen.ellipse(
        (middle - radius, middle - radius, middle + radius, middle + radius),
        fill=(light, light, light),
        outline=(60, 60, 70),
        width=6,
    )
    tilt = float(chance.normal(0, 0.03))
    for mark in range(0, TOP + 1, 10):
        angle = hand_angle(mark) + tilt
        ends = [
            (middle + part * radius * math.cos(angle), middle + part * radius * math.sin(angle))
            for part in (0.82, 0.94)
        ]
        pen.line(ends, fill=(60, 60, 70), width=4)
    angle = hand_angle(value) + tilt
    tip = (middle + 0.76 * radius * math.cos(angle), middle + 0.76 * radius * math.sin(angle))
    pen.line([(middle, middle), tip], fill=(196, 52, 40), width=9)
    pen.ellipse((middle - 12, middle - 12, middle + 12, middle + 12), fill=(60, 60, 70))
    pixels = np.asarray(image.resize((SIDE, SIDE), Image.Resampling.BOX), dtype=np.float64)
    return Image.fromarray(np.clip(pixels + chance.normal(0, 5, pixels.shape), 0, 255).astype(np.uint8))


def hand_angle(value: float) -> float:
    """Radians, clockwise from three o'clock: 135° at 0, 405° at 100."""
    return math.radians(135 + 270 * value / TOP)


def tiles(folder: Path) -> Path:
    """Woven tiles, all alike; a tenth have a scratch or a stain."""
    chance = dice(403)
    odd = set(chance.choice(TILES, ODD, replace=False).tolist())

    def entries() -> Iterator[tuple[str, bytes]]:
        for number in range(TILES):
            yield f"tile-{number + 1:03d}.png", as_png(a_tile(chance, spoiled=number in odd))

    return with_table(
        folder, entries(), "state", ["spoiled" if number in odd else "fine" for number in range(TILES)]
    )


def a_tile(chance: np.random.Generator, *, spoiled: bool) -> Image.Image:
    """A piece of cloth from above."""
    y, x = np.mgrid[0:SIDE, 0:SIDE]
    phase = chance.uniform(0, 2 * np.pi, 2)
    weave = 18 * np.sin(x * 0.9 + phase[0]) + 18 * np.sin(y * 0.9 + phase[1])
    grey = 150 + weave + chance.normal(0, 7, (SIDE, SIDE)) + float(chance.normal(0, 5))
    image = Image.fromarray(
        np.clip(np.stack([grey + 22, grey + 6, grey - 18], axis=2), 0, 255).astype(np.uint8)
    )
    if spoiled:
        pen = ImageDraw.Draw(image)
        at = chance.uniform(20, SIDE - 20, 2)
        if chance.random() < 0.5:
            way = chance.uniform(0, 2 * np.pi)
            along = float(chance.uniform(14, 30)) * np.array([np.cos(way), np.sin(way)])
            pen.line([tuple(at - along), tuple(at + along)], fill=(60, 48, 40), width=2)
        else:
            radius = float(chance.uniform(5, 10))
            pen.ellipse([*(at - radius), *(at + radius)], fill=(88, 66, 50))
    return image


def crates(folder: Path) -> Path:
    """Scenes of one to four shapes with their boxes, as COCO writes them."""
    chance = dice(404)
    images: list[dict[str, object]] = []
    boxes: list[dict[str, object]] = []
    files: list[tuple[str, bytes]] = []
    for number in range(SCENES):
        scene = a_scene(
            chance, [str(kind) for kind in chance.choice(KINDS, int(chance.integers(1, 5)))], 10, 22
        )
        name = f"scene-{number + 1:03d}.png"
        files.append((f"images/{name}", as_png(drawings.paint(scene, chance))))
        images.append({"id": number + 1, "file_name": name, "width": SIDE, "height": SIDE})
        for shape in scene.shapes:
            box = [round(value, 1) for value in shape.box()]
            boxes.append(
                {
                    "id": len(boxes) + 1, "image_id": number + 1, "category_id": KINDS.index(shape.kind) + 1,
                    "bbox": box, "area": round(box[2] * box[3], 1), "iscrowd": 0,
                }
            )  # fmt: skip
    kinds = [{"id": place + 1, "name": kind} for place, kind in enumerate(KINDS)]
    said = json.dumps({"images": images, "annotations": boxes, "categories": kinds})
    return write_zip(folder / "sample.zip", [("annotations.json", said.encode()), *files])


def meadow(folder: Path) -> Path:
    """Scenes and, of the same name, masks: what each pixel shows."""
    chance = dice(405)
    files: list[tuple[str, bytes]] = []
    for number in range(MASKS):
        scene = a_scene(
            chance, [str(kind) for kind in chance.choice(KINDS, int(chance.integers(1, 4)))], 14, 26
        )
        files.append((f"images/scene-{number + 1:03d}.png", as_png(drawings.paint(scene, chance))))
        files.append((f"masks/scene-{number + 1:03d}.png", as_png(drawings.mask(scene))))
    return write_zip(folder / "sample.zip", files)


def with_table(folder: Path, entries: Iterable[tuple[str, bytes]], name: str, answers: Sequence[str]) -> Path:
    """Pictures, and a ``metadata.csv`` that says of each what is on it."""
    files = list(entries)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["file_name", name])
    writer.writerows([file, answer] for (file, _), answer in zip(files, answers, strict=True))
    return write_zip(folder / "sample.zip", [("metadata.csv", out.getvalue().encode()), *files])
