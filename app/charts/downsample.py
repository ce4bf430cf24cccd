"""Fewer points that draw the same line: the lowest and highest of each bucket, and those that must stay."""

from collections.abc import Sequence

LIMIT = 2000


def downsample(
    steps: Sequence[int], values: Sequence[float], keep: int | None = None, limit: int = LIMIT
) -> tuple[list[int], list[float]]:
    """At most ``limit`` of these points, in order; all of them when they are no more than that.

    The first, the last and the one at index ``keep`` (the best) are always among them, and so are the
    lowest and highest of every bucket, so that no spike is hidden and no dip invented.
    """
    if len(steps) != len(values):
        raise ValueError(f"A line has as many steps as values, not {len(steps)} and {len(values)}.")
    if limit < 5:
        raise ValueError(f"A line cannot be drawn with {limit} points.")
    count = len(values)
    if count <= limit:
        return list(steps), list(values)
    chosen = {0, count - 1}
    if keep is not None:
        chosen.add(range(count)[keep])
    buckets = (limit - 3) // 2
    low = 1
    for bucket in range(1, buckets + 1):
        high = 1 + (count - 2) * bucket // buckets
        part = values[low:high]
        chosen.add(low + part.index(min(part)))
        chosen.add(low + part.index(max(part)))
        low = high
    kept = sorted(chosen)
    return [steps[i] for i in kept], [values[i] for i in kept]
