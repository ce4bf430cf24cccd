"""What the pages of collections send."""

import math
import re
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from app.errors import BadInput

MOST_POINTS = 5_000
ODD = re.compile(r"[/\\\x00-\x1f\x7f]")

Point = tuple[float, float, str | float]


class Points(BaseModel):
    """All points of a collection. ``target``: the third value of each is the id of its class, or a height."""

    model_config = ConfigDict(extra="forbid")

    target: Literal["class", "height"] = "class"
    points: Annotated[list[Point], Field(max_length=MOST_POINTS)]

    @field_validator("points")
    @classmethod
    def _finite(cls, points: list[Point]) -> list[Point]:
        if not all(math.isfinite(value) for point in points for value in point if not isinstance(value, str)):
            raise ValueError("a coordinate is not a finite number")
        return points


def class_name(text: str) -> str:
    """A name that may also be that of a folder; raises BadInput in words."""
    name = " ".join(text.split())[:100]
    if not name:
        raise BadInput("A class needs a name. Type one, then press Enter.")
    if ODD.search(name) or not name.strip("."):
        raise BadInput(
            f"‘{name[:40]}’ cannot be a class: a name holds no slashes and is not only dots. Choose another."
        )
    return name
