"""What lies on the pictures of a row: boxes as rectangles in pixels, masks as addresses, in the colours of classes."""

import json
from dataclasses import dataclass
from typing import Any

from trainer.contract.dataset import Column, Schema

TONES = 8


@dataclass(frozen=True)
class Rect:
    """A box in pixels of its picture, its label and the number of its colour."""

    x: float
    y: float
    w: float
    h: float
    label: str
    tone: int


@dataclass(frozen=True)
class Layer:
    """A column of boxes or of a mask, on a picture."""

    column: Column
    rects: tuple[Rect, ...] = ()

    @property
    def mask(self) -> bool:
        """Whether it is a mask."""
        return self.column.type == "mask"


def layers_on(schema: Schema, picture: Column) -> list[Column]:
    """The columns of boxes and masks that lie on a picture."""
    return [c for c in schema.columns if c.type in ("boxes", "mask") and c.of == picture.id]


def read_layers(
    schema: Schema, picture: Column, cells: dict[str, Any], size: tuple[int, int] | None
) -> list[Layer]:
    """What lies on the picture of one row; a layer without anything in this row is left out."""
    found: list[Layer] = []
    for column in layers_on(schema, picture):
        cell = cells[column.id]
        if cell is None or size is None:
            continue
        found.append(Layer(column, read_rects(column, str(cell), size) if column.type == "boxes" else ()))
    return found


def read_rects(column: Column, cell: str, size: tuple[int, int]) -> tuple[Rect, ...]:
    """The boxes of a cell, in pixels."""
    tones = {label: n % TONES for n, label in enumerate(column.categories or ())}
    width, height = size
    return tuple(
        Rect(
            round(box["x"] * width, 2),
            round(box["y"] * height, 2),
            round(box["w"] * width, 2),
            round(box["h"] * height, 2),
            str(box["label"]),
            tones.get(str(box["label"]), TONES - 1),
        )
        for box in json.loads(cell)
    )
