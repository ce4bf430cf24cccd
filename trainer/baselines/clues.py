"""What the rules may ask about: the input columns as they are, or six simple facts about each picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from trainer.baselines.rounding import MAY_MOVE
from trainer.columns import read_columns, read_pictures
from trainer.contract.dataset import Column, VersionFolder

Floats = npt.NDArray[np.float64]
SIDE = 16
"""Pictures are looked at this small: brightness and colours do not change with size."""
GREY = np.array([0.299, 0.587, 0.114])
PICTURE_FACTS = (
    "mean brightness of the picture",
    "contrast of the picture",
    "mean red of the picture",
    "mean green of the picture",
    "mean blue of the picture",
    "width over height of the picture",
)


@dataclass(frozen=True)
class Clue:
    """One thing known about each row: a number (nan where missing) or, with ``names``, a category's
    number (-1).
    """

    column: str
    name: str
    values: Floats
    names: tuple[str, ...] | None = None
    date: bool = False

    @property
    def may_move(self) -> float:
        """Share of the rows that may change sides for a short threshold: none for dates, told by the day."""
        return 0.0 if self.date else MAY_MOVE

    def show(self, threshold: float) -> str:
        """A threshold in words."""
        if self.date:
            return datetime.fromtimestamp(threshold, tz=UTC).strftime("%Y-%m-%d")
        return f"{threshold:,.12g}"

    def take(self, rows: npt.NDArray[np.int64]) -> "Clue":
        """The clue for some of the rows."""
        return Clue(self.column, self.name, self.values[rows], self.names, self.date)


def read_clues(version: VersionFolder, columns: Sequence[Column], rows: npt.NDArray[np.int64]) -> list[Clue]:
    """What is known about these rows."""
    pictures = [column for column in columns if column.type == "image"]
    if pictures:
        return read_picture_clues(version, pictures[0], rows)
    found = read_columns(version, [column.id for column in columns], rows)
    return [as_clue(column, found[column.id]) for column in columns]


def as_clue(column: Column, values: npt.NDArray[Any]) -> Clue:
    """A table column as a clue."""
    if column.type == "number":
        return Clue(column.id, column.name, values.astype(np.float64))
    if column.type == "datetime":
        seconds = values.astype("datetime64[us]").astype(np.float64) / 1e6
        seconds[np.isnat(values)] = np.nan
        return Clue(column.id, column.name, seconds, date=True)
    names = column.categories or sorted({str(value) for value in values if value is not None})
    number = {name: place for place, name in enumerate(names)}
    coded = np.array([-1 if value is None else number.get(value, -1) for value in values], dtype=np.float64)
    return Clue(column.id, column.name, coded, tuple(names))


def read_picture_clues(version: VersionFolder, column: Column, rows: npt.NDArray[np.int64]) -> list[Clue]:
    """Six facts about each picture, from its preview; colours between 0 and 1."""
    with pa.memory_map(str(version.media(column.id))) as source:
        sizes = pa.ipc.open_file(source).read_all().select(["width", "height"])
        width = sizes["width"].to_numpy()[rows].astype(np.float64)
        height = sizes["height"].to_numpy()[rows].astype(np.float64)
    facts_NF = np.empty((len(rows), len(PICTURE_FACTS)))
    for place, picture_HWC in enumerate(read_pictures(version, column.id, rows, thumbs=True, side=SIDE)):
        colours_HWC = picture_HWC / 255.0
        grey_HW = colours_HWC @ GREY
        facts_NF[place, :2] = grey_HW.mean(), grey_HW.std()
        facts_NF[place, 2:5] = colours_HWC.mean(axis=(0, 1))
    facts_NF[:, 5] = width / height
    return [Clue(column.id, name, facts_NF[:, place].copy()) for place, name in enumerate(PICTURE_FACTS)]
