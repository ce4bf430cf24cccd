"""What could not be read of a file, page by page."""

import math
from dataclasses import dataclass

from app.datasets.engine import SOURCE, ask
from app.datasets.view import PAGE
from trainer.contract.dataset import VersionFolder


@dataclass(frozen=True)
class Reject:
    """What could not be read: a line of a file, or a picture of an archive."""

    file: str
    line: int | None
    reason: str
    raw: str | None


@dataclass(frozen=True)
class Rejects:
    """A page of rejects, and how many there are in all."""

    lines: list[Reject]
    total: int
    page: int


def read_rejects(folder: VersionFolder, total: int, page: int) -> Rejects:
    """A page of what could not be read, in the order of the file."""
    page = min(page, max(1, math.ceil(total / PAGE)))
    if not total:
        return Rejects([], 0, page)
    low = (page - 1) * PAGE
    sql = f"SELECT file, line, reason, raw FROM {SOURCE} WHERE file_row_number BETWEEN ? AND ? ORDER BY file_row_number"  # noqa: S608
    lines = ask(folder.path.parent, sql, [str(folder.rejects), low, low + PAGE - 1])
    return Rejects([Reject(*line) for line in lines], total, page)
