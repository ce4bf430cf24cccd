"""What everybody who makes vectors of rows is given and gives."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.int64]
Matrix = npt.NDArray[np.float32]
Tell = Callable[[str, float, float], None]
"""Phase in words, done, total. It raises when the job shall stop."""
