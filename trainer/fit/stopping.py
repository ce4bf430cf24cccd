"""When to stop: patience with the validation loss, and the signs of divergence."""

import math
from dataclasses import dataclass

EXPLODED = 1_000.0
"""A loss this many times the first one will not come back."""


@dataclass
class Patience:
    """Remembers the best validation loss. ``limit`` 0 never stops."""

    limit: int
    best: float = math.inf
    best_step: int | None = None
    stale: int = 0

    def improved(self, loss: float, step: int) -> bool:
        """Take note of an epoch; True when it is the best so far."""
        if loss < self.best:
            self.best, self.best_step, self.stale = loss, step, 0
            return True
        self.stale += 1
        return False

    def exhausted(self) -> bool:
        """Whether it is time to stop."""
        return bool(self.limit) and self.stale >= self.limit


def diverged(loss: float, first: float | None) -> bool:
    """Not a finite number, or far above where training began."""
    return not math.isfinite(loss) or (first is not None and loss > EXPLODED * max(first, 1.0))


def advise(rate: float, clip: float) -> tuple[str, dict[str, float]]:
    """What to change after a divergence: the sentence, and the parameters as a clone of the run would have
    them."""
    better = float(f"{rate / 10:.1g}")
    change = {"learning_rate": better} | ({} if clip else {"clip": 1.0})
    also = "" if clip else " and gradient clipping at 1"
    return (
        f"The loss left all bounds, so training ended. The learning rate {rate:g} is probably too high: try "
        f"{better:g}{also}."
    ), change
