"""Does deeds to cells: the one mending of versions, of predictions and of downloaded models.

Columns are arrays by id: float64 with nan, object (text or None), datetime64[us] with NaT. This file stands alone on
numpy, the standard library and its neighbours, and is copied into every download. It learns nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from trainer.mend.formulas import evaluate, missing
from trainer.mend.reading import (
    Array,
    as_numbers,
    as_texts,
    as_times,
    change_tags,
    each,
    fix_text,
    list_tags,
    read_format,
    read_number,
    read_tags,
    read_time,
    write_texts,
)

Deed = Mapping[str, Any]
Columns = dict[str, Array]


class Mender:
    """Deeds made ready to be done to one block of rows after the other."""

    def __init__(self, deeds: Sequence[Deed]) -> None:
        self.deeds = [dict(deed) for deed in deeds]
        for deed in self.deeds:
            if deed["do"] == "exclude":
                deed["rows"] = np.unique(np.array(deed["rows"], dtype=np.int64))
            elif deed["do"] == "relabel":
                deed["cells"] = dict(sorted(deed["cells"]))
                deed["rows"] = np.array(list(deed["cells"]), dtype=np.int64)
            elif deed["do"] == "map":
                deed["pairs"] = dict(deed["pairs"])

    def mend(self, columns: Mapping[str, Array], rows: Array | None = None) -> tuple[Columns, Array]:
        """The columns after all deeds, and the 0-based places of the rows that are left.

        ``rows``: the number in the root of each row, in ascending order. None: these rows are new, and what was said
        of single rows does not concern them.
        """
        found = dict(columns)
        count = len(rows) if rows is not None else len(next(iter(found.values()), ()))
        kept = np.arange(count)
        for deed in self.deeds:
            if deed["do"] == "exclude":
                if rows is not None:
                    kept = leave_out(deed["rows"], rows, found, kept)
                    rows = rows[~is_among(rows, deed["rows"])]
            elif deed["do"] == "relabel":
                if rows is not None:
                    found[deed["column"]] = relabel(found[deed["column"]], deed, rows)
            elif deed["do"] == "drop":
                for id in deed["columns"]:
                    found.pop(id, None)
            elif deed["do"] == "make":
                found[deed["column"]] = make(deed, found, len(kept))
            else:
                found[deed["column"]] = DEEDS[deed["do"]](found[deed["column"]], deed)
        return found, kept


def is_among(rows: Array, chosen: Array) -> Array:
    """Which of these ascending rows are among the chosen ascending ones: bool [N]."""
    if not len(rows) or not len(chosen):
        return np.zeros(len(rows), dtype=bool)
    places = np.minimum(np.searchsorted(chosen, rows), len(chosen) - 1)
    return np.asarray(chosen[places] == rows)


def leave_out(chosen: Array, rows: Array, columns: Columns, kept: Array) -> Array:
    """Take the chosen rows out of all columns; the places that are left."""
    stays = ~is_among(rows, chosen)
    if not stays.all():
        for id, cells in columns.items():
            columns[id] = cells[stays]
    return kept[stays]


def relabel(cells: Array, deed: Deed, rows: Array) -> Array:
    """Write single cells anew."""
    places = np.flatnonzero(is_among(rows, deed["rows"]))
    if not len(places):
        return cells
    values = [deed["cells"][row] for row in rows[places].tolist()]
    changed = cells.copy()
    changed[places] = MAKERS[deed["kind"]](values)
    return changed


def make(deed: Deed, columns: Columns, count: int) -> Array:
    """A new column by a formula; yes or no where it asks something."""
    found = evaluate(deed["tree"], columns, count)
    if deed["kind"] == "truth":
        return as_texts(None if cell != cell else "yes" if cell else "no" for cell in found.tolist())
    return as_texts(cell or None for cell in found.tolist()) if deed["kind"] == "text" else found


def fill(cells: Array, deed: Deed) -> Array:
    """The holes filled with a value."""
    kind = {"O": "text", "M": "time"}.get(cells.dtype.kind, "number")
    return np.where(missing(cells), MAKERS[kind]([deed["value"]]), cells)


def clip(cells: Array, deed: Deed) -> Array:
    """Numbers within bounds."""
    return np.clip(cells, deed["low"], deed["high"])


def map_values(cells: Array, deed: Deed) -> Array:
    """Values in another way; others stay."""
    pairs = deed["pairs"]
    if deed["kind"] == "tags":
        return as_texts(each(cells, lambda text: change_tags(text, lambda tag: pairs.get(tag, tag))))
    if deed["kind"] == "text":
        return as_texts(pairs.get(cell, cell) for cell in cells.tolist())
    changed = cells.copy()
    for old, new in pairs.items():
        changed[cells == old] = np.nan if new is None else new
    return changed


def read_dates(cells: Array, deed: Deed) -> Array:
    """Text as dates of one format."""
    return as_times(each(write_texts(cells), lambda text: read_format(text, deed["format"])))


def retype(cells: Array, deed: Deed) -> Array:
    """Cells of another kind; holes where one does not fit."""
    to = deed["to"]
    if deed["was"] == "tags":
        cells = as_texts(each(cells, lambda text: change_tags(text, str)))
        if to == "text":
            return as_texts(each(cells, lambda text: ", ".join(list_tags(text) or [])))
    said = write_texts(cells)
    if to == "number":
        return as_numbers(each(said, lambda text: read_number(text, deed["decimal"])))
    if to == "time":
        return as_times(each(said, read_time))
    return as_texts(each(said, read_tags)) if to == "tags" else said


def mend_text(cells: Array, _: Deed) -> Array:
    """Text as it was meant before it was read in the wrong encoding."""
    return as_texts(each(cells, fix_text))


def as_moments(values: Sequence[str | None]) -> Array:
    """ISO texts as times."""
    return as_times(None if value is None else read_time(value) for value in values)


MAKERS: dict[str, Callable[[Sequence[Any]], Array]] = {
    "number": as_numbers,
    "text": as_texts,
    "tags": as_texts,
    "time": as_moments,
}
DEEDS: dict[str, Callable[[Array, Deed], Array]] = {
    "fill": fill,
    "clip": clip,
    "map": map_values,
    "dates": read_dates,
    "retype": retype,
    "fix_text": mend_text,
}
