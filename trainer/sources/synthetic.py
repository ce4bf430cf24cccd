"""The sample of pictures that scikit-learn brings along: no network."""

import io
from collections.abc import Callable

import numpy as np
from PIL import Image

from trainer.contract.samples import SAMPLES
from trainer.sources.image_zip import PictureRows
from trainer.sources.media import MediaWriter
from trainer.sources.pictures import read_picture

UPSCALE = 8


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
        f"sample: {SAMPLES['digits'].title}, 8 × 8 pixels shown eight times as large. {SAMPLES['digits'].origin}",
    )


PICTURES: dict[str, Callable[[MediaWriter, Callable[[int, int], None]], PictureRows]] = {"digits": digits}
