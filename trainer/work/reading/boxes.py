"""Boxes as they were written down -> shares of the picture as it is, told where they cannot be."""

import math
from dataclasses import dataclass, field

from trainer.sources.layouts.plan import Box, Boxes
from trainer.sources.pictures import Picture, Unreadable

SLACK = 0.01
"""This much of the picture a box may reach over its edge without a word: annotations are rounded."""
SHAPE = 0.03
"""How much the sides of a picture may differ from what its annotation says, in proportion."""


@dataclass
class Placed:
    """Boxes in shares of the picture."""

    boxes: list[Box] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    cut: int = 0


def place_boxes(noted: Boxes, picture: Picture) -> Placed:
    """The boxes on the picture. Raises Unreadable where they were drawn on another one, or on it turned."""
    upright = (picture.source_width, picture.source_height)
    width, height = (noted.size or upright) if noted.pixels else (1, 1)
    if noted.pixels and noted.size:
        check_shape(noted.size, upright, picture)
    placed = Placed()
    for name, x, y, w, h in noted.boxes:
        left, top, right, bottom = x / width, y / height, (x + w) / width, (y + h) / height
        if not all(map(math.isfinite, (left, top, right, bottom))) or right <= left or bottom <= top:
            placed.outside.append(f"a box of it (‘{name}’) has no area")
            continue
        inner = (max(0.0, left), max(0.0, top), min(1.0, right), min(1.0, bottom))
        if inner[2] <= inner[0] or inner[3] <= inner[1]:
            placed.outside.append(
                f"a box of it (‘{name}’, from {x:g}, {y:g} to {x + w:g}, {y + h:g}) lies outside of the picture"
            )
            continue
        over = max(abs(a - b) for a, b in zip(inner, (left, top, right, bottom), strict=True))
        placed.cut += over > SLACK
        placed.boxes.append((name, inner[0], inner[1], inner[2] - inner[0], inner[3] - inner[1]))
    return placed


def check_shape(said: tuple[int, int], upright: tuple[int, int], picture: Picture) -> None:
    """Refuse boxes that were drawn on a picture of another shape."""
    shape, true = said[0] / said[1], upright[0] / upright[1]
    if abs(shape / true - 1) <= SHAPE:
        return
    if picture.turned and abs(shape * true - 1) <= SHAPE:
        raise Unreadable(
            "the picture was taken with the camera held sideways, and its boxes were drawn on it lying down: turn it "
            "and draw them anew"
        )
    raise Unreadable(
        f"its boxes were drawn on {said[0]:,} × {said[1]:,} pixels, but the picture has {upright[0]:,} × {upright[1]:,}"
    )
