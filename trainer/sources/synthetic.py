"""The samples one click away, made from what scikit-learn brings along or from our own numbers: no
network.
"""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from trainer.sources.image_zip import PictureRows
from trainer.sources.media import MediaWriter
from trainer.sources.pictures import read_picture

MOONS = 400
NOISE = 0.15
UPSCALE = 8


def write_table(sample: str, target: Path) -> None:
    """Write a sample table as CSV."""
    with target.open("w", newline="") as file:
        csv.writer(file).writerows(TABLES[sample]())


def flowers() -> list[list[object]]:
    """Fisher's irises, as scikit-learn bundles them."""
    from sklearn.datasets import load_iris  # noqa: PLC0415 - scikit-learn takes a second to load

    iris = load_iris()
    header: list[object] = [
        "sepal length (cm)",
        "sepal width (cm)",
        "petal length (cm)",
        "petal width (cm)",
        "species",
    ]
    names = [str(name) for name in iris.target_names]
    return [
        header,
        *([*map(float, row), names[kind]] for row, kind in zip(iris.data, iris.target, strict=True)),
    ]


def moons() -> list[list[object]]:
    """Two crescents with noise: x, y and which moon."""
    generator = np.random.Generator(np.random.PCG64(1936))
    half = MOONS // 2
    angle = np.linspace(0.0, np.pi, half)
    upper = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    lower = np.stack([1.0 - np.cos(angle), 0.5 - np.sin(angle)], axis=1)
    points = np.concatenate([upper, lower]) + generator.normal(0.0, NOISE, (MOONS, 2))
    order = generator.permutation(MOONS)
    rows: list[list[object]] = [
        [round(float(points[i, 0]), 4), round(float(points[i, 1]), 4), "upper" if i < half else "lower"]
        for i in order
    ]
    return [["x", "y", "moon"], *rows]


def digits(media: MediaWriter, tell: Callable[[int, int], None]) -> PictureRows:
    """1,797 scanned digits, 8 × 8, each pixel shown as 8 × 8."""
    from sklearn.datasets import load_digits  # noqa: PLC0415 - scikit-learn takes a second to load

    bundle = load_digits()
    names: list[str] = []
    labels: list[str | None] = []
    for number, (grey_HW, kind) in enumerate(zip(bundle.images, bundle.target, strict=True)):
        small_HW = np.round(np.asarray(grey_HW) * (255.0 / 16.0)).astype(np.uint8)
        big_HW = small_HW.repeat(UPSCALE, axis=0).repeat(UPSCALE, axis=1)
        out = io.BytesIO()
        Image.fromarray(big_HW).save(out, "PNG")
        media.add(read_picture(out.getvalue()))
        names.append(f"digit-{number + 1:04d}.png")
        labels.append(str(kind))
        tell(number + 1, len(bundle.target))
    return PictureRows(
        names,
        labels,
        [],
        "sample: handwritten digits of scikit-learn, 8 × 8 pixels shown eight times as large",
    )


TABLES: dict[str, Callable[[], list[list[object]]]] = {"flowers": flowers, "moons": moons}
PICTURES: dict[str, Callable[[MediaWriter, Callable[[int, int], None]], PictureRows]] = {"digits": digits}
