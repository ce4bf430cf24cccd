"""Slows down guessing of passwords: tokens by account and by address, that come back with time.

Kept in memory: a restart forgives, which costs an attacker more time than it gives. An address gets many more
than an account, because a whole class may stand behind one.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

PER_ACCOUNT = (10, 1 / 30)
PER_ADDRESS = (60, 1.0)
"""Tries at once, and how many come back a second."""
REMEMBERED = 10_000


class Attempts:
    """Token buckets, the least used forgotten first."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, name: str, address: str) -> bool:
        """Take one try; False when there is none left."""
        with self._lock:
            return all(
                [
                    self._take(f"name {name[:120]}", *PER_ACCOUNT),
                    self._take(f"address {address}", *PER_ADDRESS),
                ]
            )

    def forgive(self, name: str) -> None:
        """The password was right: its owner starts afresh."""
        with self._lock:
            self._buckets.pop(f"name {name[:120]}", None)

    def _take(self, key: str, most: float, rate: float) -> bool:
        at = self.clock()
        left, since = self._buckets.pop(key, (most, at))
        left = min(most, left + (at - since) * rate)
        allowed = left >= 1
        self._buckets[key] = (left - 1 if allowed else left, at)
        while len(self._buckets) > REMEMBERED:
            self._buckets.popitem(last=False)
        return allowed
