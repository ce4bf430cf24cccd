"""Learning-rate schedules as plain functions, so that the preview and the training are the same curve."""

import math


def factor(schedule: str, progress: float, warmup: float = 0.0) -> float:
    """Multiplier of the learning rate at ``progress`` in 0..1 of the training.

    ``cosine`` (Loshchilov & Hutter 2017), ``step`` (a tenth after 60 % and 85 %), ``one_cycle`` (Smith 2018: rises
    over 25 % from a tenth, falls by cosine to zero), ``constant``; all after a linear warm-up over ``warmup``.
    """
    progress = min(max(progress, 0.0), 1.0)
    if schedule == "one_cycle":
        peak = 0.25
        if progress < peak:
            return 0.1 + 0.9 * (1 - math.cos(math.pi * progress / peak)) / 2
        return (1 + math.cos(math.pi * (progress - peak) / (1 - peak))) / 2
    if warmup and progress < warmup:
        return progress / warmup
    rest = (progress - warmup) / (1 - warmup) if warmup < 1 else 1.0
    if schedule == "cosine":
        return (1 + math.cos(math.pi * rest)) / 2
    if schedule == "step":
        return 1.0 if rest < 0.6 else 0.1 if rest < 0.85 else 0.01
    return 1.0


def preview(schedule: str, rate: float, warmup: float, points: int = 100) -> tuple[list[float], list[float]]:
    """Progress in 0..1 and the learning rate there: the preview plot."""
    xs = [i / (points - 1) for i in range(points)]
    return xs, [rate * factor(schedule, x, warmup) for x in xs]
