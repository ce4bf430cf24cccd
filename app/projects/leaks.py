"""The rows behind a leak, set by set, as the baseline job wrote them."""

import re
from dataclasses import dataclass
from typing import Any

from app.datasets.engine import SOURCE, open_engine
from app.datasets.tables import DatasetVersion
from app.errors import NotFound
from app.jobs.tables import Job
from app.pages import words
from app.storage import Store
from trainer.contract.dataset import Schema
from trainer.contract.results import SplitFacts

_ = words.gettext

KEY = re.compile(r"copies|group-c\d{1,6}(-\d{1,2})?")
SHOWN = 60
COLUMNS = 6


@dataclass(frozen=True)
class LeakRow:
    """A row that stands in two parts by its content or group; ``fresh``: the first of its set."""

    row: int
    part: str
    fresh: bool
    cells: tuple[Any, ...]


def read_leak(
    store: Store, job: Job, facts: SplitFacts, version: DatasetVersion, schema: Schema, key: str
) -> dict[str, Any]:
    """A leak's sentence and the first of its rows; raises NotFound where there is none of this name."""
    leak = next((leak for leak in facts.leaks if leak.key == key), None)
    path = store.job(job.id).results.leaks / f"{key}.parquet"
    if leak is None or not KEY.fullmatch(key) or not path.is_file():
        raise NotFound(
            _("This split has no such leak any more. Open the question again to see how it stands.")
        )
    engine = open_engine(store.jobs).cursor()
    found = engine.execute(
        'SELECT row, part, "set" FROM read_parquet(?, file_row_number = true) ORDER BY file_row_number LIMIT ?',
        [str(path), SHOWN],
    ).fetchall()
    total = engine.execute("SELECT count(*) FROM read_parquet(?)", [str(path)]).fetchone()
    columns = [c for c in schema.columns if c.type not in ("image", "audio", "mask")][:COLUMNS]
    cells = read_cells(store, version, [c.id for c in columns], [int(row) for row, _part, _set in found])
    sets = [group for _row, _part, group in found]
    return {
        "leak": leak,
        "columns": columns,
        "picture": next((c for c in schema.columns if c.type == "image"), None),
        "total": int(total[0]) if total else 0,
        "rows": [
            LeakRow(int(row), part, place == 0 or sets[place - 1] != group, cells[int(row)])
            for place, (row, part, group) in enumerate(found)
        ],
    }


def read_cells(
    store: Store, version: DatasetVersion, ids: list[str], rows: list[int]
) -> dict[int, tuple[Any, ...]]:
    """The cells of these rows."""
    folder = store.version(version.hash)
    names = "".join(f', "{id}"' for id in ids)
    wanted = ", ".join(str(row) for row in rows) or "-1"
    found = (
        open_engine(folder.path.parent)
        .cursor()
        .execute(
            f"SELECT file_row_number{names} FROM {SOURCE} WHERE file_row_number IN ({wanted})",  # noqa: S608 - our ids
            [str(folder.table)],
        )
        .fetchall()
    )
    return {int(line[0]): tuple(line[1:]) for line in found}
