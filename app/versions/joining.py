"""Neighbours in a list of steps that are one: labelling a hundred rows one by one is one step, not a hundred."""

from collections.abc import Iterable

from trainer.contract.steps import Exclude, Relabel, Step


def join_steps(steps: Iterable[Step]) -> list[Step]:
    """The steps with relabels of one column, and exclusions for one reason, joined where they stand side by side."""
    joined: list[Step] = []
    for step in steps:
        last = joined[-1] if joined else None
        if isinstance(step, Relabel) and isinstance(last, Relabel) and step.column == last.column:
            joined[-1] = last.model_copy(update={"cells": {**last.cells, **step.cells}})
        elif isinstance(step, Exclude) and isinstance(last, Exclude) and step.reason == last.reason:
            joined[-1] = last.model_copy(update={"rows": sorted({*last.rows, *step.rows})})
        else:
            joined.append(step)
    return joined
