"""Where each pixel of the new picture comes from: all moves of a picture composed, then applied in one pass."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from trainer.augment.arrays import Arrays

Numbers = npt.NDArray[np.float64]


@dataclass
class Placing:
    """For each of B pictures: source = matrix · place + offset, (down, right) in pixels from the middle."""

    count: int
    high: int
    wide: int
    matrix: Numbers = field(init=False)
    """[B, 2, 2]."""
    offset: Numbers = field(init=False)
    """[B, 2]."""
    exact: bool = True
    """Whether places are whole pixels, so that nothing is blended."""
    moved: bool = False

    def __post_init__(self) -> None:
        self.matrix = np.tile(np.eye(2), (self.count, 1, 1))
        self.offset = np.zeros((self.count, 2))

    def compose(
        self, matrix_B22: Numbers | None = None, offset_B2: Numbers | None = None, *, exact: bool
    ) -> None:
        """Then also this: the new picture's place goes through it first."""
        self.moved = True
        self.exact = self.exact and exact
        if offset_B2 is not None:
            self.offset = self.offset + np.einsum("bij,bj->bi", self.matrix, offset_B2)
        if matrix_B22 is not None:
            self.matrix = self.matrix @ matrix_B22

    def apply(self, x_BSSC: Any, on: Arrays) -> Any:
        """The moved pictures; the edge is repeated where a place lies outside."""
        if not self.moved:
            return x_BSSC
        middle = (self.high - 1) / 2, (self.wide - 1) / 2
        if self.exact:
            down = self.whole(0, self.high, middle[0])
            right = self.whole(1, self.wide, middle[1])
            each = np.arange(self.count)
            return x_BSSC[on.put(each[:, None, None]), on.put(down[:, :, None]), on.put(right[:, None, :])]
        m, t = on.put(self.matrix), on.put(self.offset)
        rows = on.put(np.arange(self.high) - middle[0])[None, :, None]
        columns = on.put(np.arange(self.wide) - middle[1])[None, None, :]
        down = (
            rows * m[:, 0, 0, None, None] + columns * m[:, 0, 1, None, None] + t[:, 0, None, None] + middle[0]
        )
        right = (
            rows * m[:, 1, 0, None, None] + columns * m[:, 1, 1, None, None] + t[:, 1, None, None] + middle[1]
        )
        return on.sample(x_BSSC, down, right)

    def whole(self, axis: int, side: int, middle: float) -> npt.NDArray[np.int64]:
        """The source row (or column) of each, where axes are only turned round and shifted."""
        places = (np.arange(side) - middle)[None, :] * self.matrix[:, axis, axis, None]
        found = np.rint(places + self.offset[:, axis, None] + middle).astype(np.int64)
        return np.clip(found, 0, side - 1)
