"""The sample of pictures that scikit-learn brings along: no network."""

import io
from collections.abc import Callable, Iterator

import numpy as np
from PIL import Image

from trainer.contract.samples import SAMPLES
from trainer.sources.brought import Entry
from trainer.sources.layouts.plan import Field, Plan, Row

UPSCALE = 8


def digits() -> Plan:
    """1,797 scanned digits, 8 × 8, each pixel shown as 8 × 8."""
    from sklearn.datasets import load_digits  # noqa: PLC0415 - scikit-learn takes a second to load

    bundle = load_digits()
    fields = [Field("photo", "image"), Field("label", "category", "the digit that was written")]

    def rows() -> Iterator[Row]:
        for number, (grey_HW, kind) in enumerate(zip(bundle.images, bundle.target, strict=True)):
            small_HW = np.round(np.asarray(grey_HW) * (255.0 / 16.0)).astype(np.uint8)
            big_HW = small_HW.repeat(UPSCALE, axis=0).repeat(UPSCALE, axis=1)
            out = io.BytesIO()
            Image.fromarray(big_HW).save(out, "PNG")
            name = f"digit-{number + 1:04d}.png"
            yield Row([in_memory(name, out.getvalue()), str(kind)], name)

    said = SAMPLES["digits"]
    source = f"sample: {said.title}, 8 × 8 pixels shown eight times as large. {said.origin}"
    return Plan(fields, rows(), len(bundle.target), source)


def in_memory(name: str, data: bytes) -> Entry:
    """A file that was made, not brought."""
    return Entry(name, len(data), lambda _size: iter((data,)))


PICTURES: dict[str, Callable[[], Plan]] = {"digits": digits}
