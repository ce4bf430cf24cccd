"""An area of a scatter that was drawn around: which rows lie in it, of all, not only of those that are drawn."""

import json
from typing import Annotated

from pydantic import BaseModel, Field, ValidationError

from app.datasets.conditions import Condition
from app.errors import BadInput
from app.exploring.counts import Table, number_of
from app.pages import words
from trainer.contract.dataset import Column

_ = words.gettext

MOST_CORNERS = 200
Place = Annotated[float, Field(allow_inf_nan=False)]


class Corners(BaseModel):
    """The path: ``[[x, y], …]`` in the values of the two columns."""

    path: list[tuple[Place, Place]] = Field(min_length=3, max_length=MOST_CORNERS)


def read_area(text: str) -> list[tuple[float, float]]:
    """The corners of an area as a page sends them; raises BadInput in words."""
    try:
        return Corners(path=json.loads(text)).path
    except (ValidationError, ValueError, RecursionError) as error:
        raise BadInput(
            _(
                "This area cannot be read: it has 3 to {n} corners, each of two numbers. Draw it again."
            ).format(n=MOST_CORNERS)
        ) from error


def inside(x: Column, y: Column, corners: list[tuple[float, float]]) -> Condition:
    """Rows whose point lies in the area: an odd number of its edges are crossed on the way to the right."""
    across, up = number_of(x), number_of(y)
    found = Condition().also(
        f"{across} BETWEEN ? AND ?", min(a for a, b in corners), max(a for a, b in corners)
    )
    found = found.also(f"{up} BETWEEN ? AND ?", min(b for a, b in corners), max(b for a, b in corners))
    edges: list[str] = []
    bound: list[float] = []
    for (a, b), (c, d) in zip(corners, corners[1:] + corners[:1], strict=True):
        if b != d:  # a level edge is never crossed
            edges.append(f"CAST({up} >= ? AND {up} < ? AND {across} < ? + ? * ({up} - ?) AS INTEGER)")
            bound += [min(b, d), max(b, d), a, (c - a) / (d - b), b]
    return found.also(f"({' + '.join(edges) or '0'}) % 2 = 1", *bound)


def rows_inside(
    table: Table, x: Column, y: Column, corners: list[tuple[float, float]], most: int
) -> list[int]:
    """Numbers of the rows in an area, ascending; not many more than ``most``."""
    area = inside(x, y, corners)
    rest = f"AND {area.sql} ORDER BY file_row_number LIMIT {most + 1}"
    return [int(line[0]) for line in table.ask("file_row_number", (), rest, area.bound)]


def count_inside(table: Table, x: Column, y: Column, corners: list[tuple[float, float]]) -> int:
    """How many rows lie in an area."""
    area = inside(x, y, corners)
    ((count,),) = table.ask("count(*)", (), f"AND {area.sql}", area.bound)
    return int(count)
