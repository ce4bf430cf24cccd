"""Importing a zip of photos, beside a bare Pillow loop that does the same with the same ones on the same cores."""

import io
import json
import os
import shutil
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from tests.bench.imports import IMPORT, run
from trainer.contract.documents import digest
from trainer.contract.folder import JobFolder
from trainer.contract.order import ImportOrder, Order, SourceFile

ROOT = Path(__file__).resolve().parents[2]
COUNT = 600
SIZE = (640, 480)
ROUNDS = 5
SPEED_BAR = 0.8
MEMORY_BAR = 200
"""MB over an idle child, whatever the number of pictures."""
BARE = """
import io, os, sys, time, zipfile
from concurrent.futures import ThreadPoolExecutor
from PIL import Image

def one(data):
    with Image.open(io.BytesIO(data)) as image:
        picture = image.convert("RGB")
    picture.thumbnail((512, 512), Image.Resampling.LANCZOS)
    preview = picture.copy()
    preview.thumbnail((128, 128), Image.Resampling.BICUBIC)
    large, small = io.BytesIO(), io.BytesIO()
    picture.save(large, "JPEG", quality=92)
    preview.save(small, "JPEG", quality=80)
    return large.tell() + small.tell()

began = time.perf_counter()
with zipfile.ZipFile(sys.argv[1]) as archive, ThreadPoolExecutor(os.cpu_count()) as pool:
    written = sum(pool.map(one, map(archive.read, archive.namelist())))
assert written
print(time.perf_counter() - began)
"""


def measure(count: int = COUNT, rounds: int = ROUNDS) -> dict[str, dict[str, Any]]:
    """The best of some rounds of each, in turns."""
    place = ROOT / "build" / "bench-images"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    try:
        source = write_zip(place / "photos.zip", count)
        ours: list[dict[str, Any]] = []
        bare: list[float] = []
        for turn in range(rounds):
            bare.append(float(run(BARE, source)))
            ours.append(json.loads(run(IMPORT, an_order(place, source, turn))))
            assert ours[-1]["results"]["rows"] == count, ours[-1]
    finally:
        shutil.rmtree(place, ignore_errors=True)
    seconds = min(one["seconds"] for one in ours)
    memory = max(one["peak"] - one["idle"] for one in ours)
    speed = min(bare) / seconds
    return {
        "import.images": {
            "value": round(speed, 3), "unit": "x", "bar": f">= {SPEED_BAR}", "holds": speed >= SPEED_BAR,
            "against": f"bare Pillow loop {min(bare):.2f} s, ours {seconds:.2f} s; {count} JPEGs of 640 x 480",
        },
        "import.images_rss": {
            "value": round(memory), "unit": "MB over idle", "bar": f"<= {MEMORY_BAR}", "holds": memory <= MEMORY_BAR,
            "against": f"idle child with the libraries loaded: {ours[0]['idle']:.0f} MB",
        },
    }  # fmt: skip


def write_zip(path: Path, count: int) -> Path:
    """Photos of clouds of colour with some grain, which take as many bytes as photos do, in two class folders."""
    dice = np.random.default_rng(1)
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(count):
            small = Image.fromarray(dice.integers(0, 256, (12, 16, 3), dtype=np.uint8))
            cloud_HWC = np.asarray(small.resize(SIZE, Image.Resampling.BICUBIC), dtype=np.int16)
            grain_HWC = dice.normal(0, 12, cloud_HWC.shape).astype(np.int16)
            out = io.BytesIO()
            Image.fromarray((cloud_HWC + grain_HWC).clip(0, 255).astype(np.uint8)).save(
                out, "JPEG", quality=85
            )
            archive.writestr(f"photos/{'ab'[number % 2]}/{number:04}.jpg", out.getvalue())
    return path


def an_order(place: Path, source: Path, turn: int) -> Path:
    """A job's folder with the order to import, all cores granted. Each round imports into a folder of its own."""
    job = JobFolder(place / "jobs" / digest(turn))
    datasets = place / f"datasets-{turn}"
    datasets.mkdir()
    file = SourceFile(path=source, filename="photos.zip")
    job.create(Order(job="bench", body=ImportOrder(datasets=datasets, files=[file])))
    job.grant(os.cpu_count() or 1)
    return job.path
