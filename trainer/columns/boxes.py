"""Boxes on pictures: a JSON list of labels and places, in shares of the picture's width and height."""

import json
from collections.abc import Iterable

from trainer.contract.dataset import Column
from trainer.sources.layouts.plan import Box

MOST_LABELS = 1_000
DIGITS = 6
"""A millionth of a picture is finer than any pixel."""


def cell(boxes: Iterable[Box]) -> str:
    """The cell of a picture's boxes."""
    listed = [
        {"label": label} | {k: round(v, DIGITS) for k, v in zip("xywh", place, strict=True)}
        for label, *place in boxes
    ]
    return json.dumps(listed, ensure_ascii=False, separators=(",", ":"))


def column(id: str, name: str, of: str, labels: dict[str, int], rows: int) -> Column:
    """A column of boxes on the pictures of column ``of``; ``labels`` with how many boxes each has."""
    order = sorted(labels, key=lambda label: (-labels[label], label))
    count = sum(labels.values())
    kinds = f"{len(labels):,} {'label' if len(labels) == 1 else 'labels'}"
    return Column(
        id=id,
        name=name,
        type="boxes",
        of=of,
        reason=f"{count:,} boxes with {kinds} on {rows:,} pictures",
        categories=order if len(order) <= MOST_LABELS else None,
    )
