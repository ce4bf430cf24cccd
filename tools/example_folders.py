"""The examples of folders and archives: discs and bars, tones and words, all invented (``tools/examples.py``)."""

import io
import json
import struct
import tarfile
import wave
from collections.abc import Callable, Iterator
from math import pi, sin

from PIL import Image, ImageDraw

SIDE = 48
SHAPES = ("disc", "bar")
COLOURS = ((214, 96, 44), (44, 120, 190), (60, 150, 90), (190, 150, 40))
RATE = 8_000
PITCHES = {"low": 220, "high": 880}
Files = dict[str, bytes]
Box = tuple[int, int, int, int]


def place(number: int) -> Box:
    """Where the shape of a picture lies: left, top, right, bottom."""
    left, top = 4 + number * 5 % 18, 6 + number * 7 % 16
    return left, top, left + 20, top + (20 if number % 2 == 0 else 8)


def drawing(number: int) -> Image.Image:
    """A disc (even numbers) or a bar on paper."""
    image = Image.new("RGB", (SIDE, SIDE), (244, 240, 232))
    draw = ImageDraw.Draw(image)
    shape = draw.ellipse if number % 2 == 0 else draw.rectangle
    shape(place(number), fill=COLOURS[number % 4])
    return image


def png(image: Image.Image) -> bytes:
    """A picture's file."""
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def picture(number: int) -> bytes:
    """The file of a drawing."""
    return png(drawing(number))


def mask(number: int) -> bytes:
    """0 for paper, 1 for a disc, 2 for a bar."""
    image = Image.new("L", (SIDE, SIDE), 0)
    draw = ImageDraw.Draw(image)
    shape = draw.ellipse if number % 2 == 0 else draw.rectangle
    shape(place(number), fill=1 + number % 2)
    return png(image)


def sound(pitch: int, number: int) -> bytes:
    """A tenth of a second of a tone, a little higher each time."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        step = 2 * pi * (pitch + 10 * number) / RATE
        file.writeframes(
            b"".join(struct.pack("<h", round(12_000 * sin(step * n))) for n in range(RATE // 10))
        )
    return out.getvalue()


def lines(*rows: str) -> bytes:
    """A text file."""
    return ("\n".join(rows) + "\n").encode()


def shapes(count: int) -> Iterator[tuple[int, str]]:
    """Numbers with the names of their shapes."""
    return ((number, SHAPES[number % 2]) for number in range(count))


def class_folders() -> Files:
    """A folder each for discs and bars."""
    return {f"shapes/{kind}/{number}.png": picture(number) for number, kind in shapes(12)}


def split_folders() -> Files:
    """The same below train, val and test."""
    parts = ("train", "train", "train", "train", "val", "val", "test", "test")
    return {f"{part}/{kind}/{n}.png": picture(n) for part, (n, kind) in zip(parts, shapes(8), strict=True)}


def metadata() -> Files:
    """imagefolder: pictures with metadata.jsonl."""
    rows = [
        json.dumps({"file_name": f"{n}.png", "left": place(n)[0], "note": f"a {kind} on paper"})
        for n, kind in shapes(8)
    ]
    return {f"train/{n}.png": picture(n) for n in range(8)} | {"train/metadata.jsonl": lines(*rows)}


def values() -> Files:
    """Pictures with a table of numbers."""
    rows = [f"{n}.png,{place(n)[0]}" for n in range(10)]
    return {f"images/{n}.png": picture(n) for n in range(10)} | {"places.csv": lines("image,left", *rows)}


def coco() -> Files:
    """Pictures with boxes in one JSON file."""
    notes = {
        "images": [{"id": n, "file_name": f"{n}.png", "width": SIDE, "height": SIDE} for n in range(8)],
        "categories": [{"id": n, "name": name} for n, name in enumerate(SHAPES)],
        "annotations": [
            {"id": n, "image_id": n, "category_id": n % 2, "bbox": [left, top, right - left, bottom - top]}
            for n in range(8)
            for left, top, right, bottom in [place(n)]
        ],
    }
    return {f"images/{n}.png": picture(n) for n in range(8)} | {
        "annotations.json": json.dumps(notes).encode()
    }


def yolo() -> Files:
    """Pictures with boxes in text files."""
    files: Files = {
        "data.yaml": lines("train: images/train", "val: images/val", f"names: [{', '.join(SHAPES)}]")
    }
    for n in range(8):
        part = "val" if n > 5 else "train"
        left, top, right, bottom = (edge / SIDE for edge in place(n))
        numbers = ((left + right) / 2, (top + bottom) / 2, right - left, bottom - top)
        files[f"images/{part}/{n}.png"] = picture(n)
        files[f"labels/{part}/{n}.txt"] = lines(f"{n % 2} " + " ".join(f"{value:.6f}" for value in numbers))
    return files


def voc() -> Files:
    """Pictures with boxes in XML files."""
    files: Files = {}
    for n, kind in shapes(8):
        edges = zip(("xmin", "ymin", "xmax", "ymax"), place(n), strict=True)
        box = "".join(f"<{edge}>{value}</{edge}>" for edge, value in edges)
        files[f"JPEGImages/{n}.png"] = picture(n)
        files[f"Annotations/{n}.xml"] = lines(
            f"<annotation><filename>{n}.png</filename><size><width>{SIDE}</width><height>{SIDE}</height></size>",
            f"<object><name>{kind}</name><bndbox>{box}</bndbox></object></annotation>",
        )
    return files


def masks() -> Files:
    """Pictures with masks of the same names."""
    return {f"images/{n}.png": picture(n) for n in range(8)} | {f"masks/{n}.png": mask(n) for n in range(8)}


def sound_folders() -> Files:
    """A folder each for low and high tones."""
    return {f"{name}/{n}.wav": sound(pitch, n) for name, pitch in PITCHES.items() for n in range(5)}


def transcripts() -> Files:
    """Sounds with what they say."""
    said = {f"{n}": name for n, name in enumerate(("low", "high", "low high", "high low", "low low"))}
    files: Files = {}
    for n, words in said.items():
        files[f"{n}.wav"] = sound(PITCHES[words.split()[0]], int(n))
        files[f"{n}.txt"] = lines(words)
    return files


def texts() -> Files:
    """A folder each for kind and unkind letters."""
    words = {
        "kind": ("Thank you", "Well done", "How lovely"),
        "unkind": ("Go away", "How dull", "Never again"),
    }
    return {
        f"{label}/{n}.txt": lines(f"{said}, said the potter to the {thing}.")
        for label, sayings in words.items()
        for n, (said, thing) in enumerate((said, thing) for said in sayings for thing in ("cup", "vase"))
    }


def parallel() -> Files:
    """The same lines in English and German."""
    return {
        "pots.en": lines("a cup", "a red cup", "a vase", "a tall vase", "two bowls"),
        "pots.de": lines("eine Tasse", "eine rote Tasse", "eine Vase", "eine hohe Vase", "zwei Schalen"),
    }


def webdataset() -> Files:
    """A picture, its class and a note under one name."""
    files: Files = {}
    for n, kind in shapes(8):
        files |= {
            f"{n:04}.png": picture(n),
            f"{n:04}.cls": f"{n % 2}".encode(),
            f"{n:04}.txt": f"a {kind}".encode(),
        }
    return files


def tables() -> Files:
    """Three series of one shape."""
    return {
        f"series/{name}.csv": lines(
            "day,height", *(f"2026-03-{day:02},{day * step + start}" for day in range(1, 9))
        )
        for name, start, step in (("cups", 3, 0.5), ("vases", 20, 1.5), ("bowls", 8, 0.25))
    }


def prose() -> bytes:
    """Paragraphs of plain text."""
    said = (
        "The clay is wet.\nIt turns.",
        "The kiln is hot.\nIt waits.",
        "The pot is done.\nIt cools.",
        "We drink tea.",
    )
    return ("\n\n".join(said) + "\n").encode()


def tarred(files: Files) -> bytes:
    """A tar whose bytes do not depend on the day."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


ZIPPED: dict[str, Callable[[], Files]] = {
    "class-folders.zip": class_folders,
    "split-folders.zip": split_folders,
    "imagefolder.zip": metadata,
    "pictures-with-values.zip": values,
    "coco.zip": coco,
    "yolo.zip": yolo,
    "voc.zip": voc,
    "masks.zip": masks,
    "sound-folders.zip": sound_folders,
    "transcripts.zip": transcripts,
    "text-folders.zip": texts,
    "parallel.zip": parallel,
    "tables.zip": tables,
}
OTHERS: dict[str, Callable[[], bytes]] = {
    "webdataset.tar": lambda: tarred(webdataset()),
    "prose.txt": prose,
}
