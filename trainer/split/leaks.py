"""What stands in two parts: copies, and groups. Reported with its rows; the remedy is another split."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from trainer.columns import read_columns
from trainer.contract.dataset import VersionFolder
from trainer.contract.recipe import Question
from trainer.contract.results import Groups, Leak
from trainer.split.copies import read_content
from trainer.split.material import PARTS, Rows, code_labels, piece_of

MOST_ROWS = 10_000
"""Rows of a leak that are kept to be shown."""


def find_leaks(
    version: VersionFolder, question: Question, parts: dict[str, Rows], groups: list[Groups], folder: Path
) -> list[Leak]:
    """The leaks between these parts; their rows are written into ``folder``."""
    found = [report_copies(version, question, parts, folder)]
    for offer in groups:
        cells = read_columns(version, [offer.column])[offer.column]
        codes = code_labels(cells if offer.piece is None else piece_of(cells, offer.piece))
        found.append(report_group(offer, codes, parts, folder))
    return [leak for leak in found if leak is not None]


def report_copies(
    version: VersionFolder, question: Question, parts: dict[str, Rows], folder: Path
) -> Leak | None:
    """Rows of validation and test whose content is in an earlier part."""
    content = read_content(version, question)
    seen, count = concerned(content, parts)
    if not count:
        return None
    in_test = int(
        np.isin(
            content[parts["test"]], np.concatenate([content[parts["train"]], content[parts["validation"]]])
        ).sum()
    )
    first = (
        "1 row of the later parts is a copy"
        if count == 1
        else f"{count:,} rows of validation and test are copies"
    )
    sentence = (
        f"{first} of rows in another part ({in_test:,} of them in the test part): what is learned by heart is counted "
        "as understood."
    )
    write_rows(folder / "copies.parquet", content, parts, seen)
    return Leak(key="copies", kind="copies", sentence=sentence, count=count)


def report_group(
    offer: Groups, codes: npt.NDArray[np.int64], parts: dict[str, Rows], folder: Path
) -> Leak | None:
    """Rows of validation and test whose group is in an earlier part."""
    seen, count = concerned(codes, parts)
    if not count:
        return None
    both = len(parts["validation"]) + len(parts["test"])
    sentence = (
        f"{count:,} of {both:,} validation and test rows are of groups (by {offer.name}) that are learned from too: "
        "the score says how well known groups are answered, not new ones."
    )
    key = f"group-{offer.column}" + ("" if offer.piece is None else f"-{offer.piece}")
    write_rows(folder / f"{key}.parquet", codes, parts, seen)
    return Leak(key=key, kind="group", sentence=sentence, count=count, column=offer.column, piece=offer.piece)


def concerned(codes: npt.NDArray[np.int64], parts: dict[str, Rows]) -> tuple[npt.NDArray[np.int64], int]:
    """The numbers that stand in more than one part, and how many rows of later parts have one of an earlier part."""
    earlier = np.array([], dtype=np.int64)
    across: list[npt.NDArray[np.int64]] = []
    count = 0
    for part in PARTS:
        mine = codes[parts[part]]
        mine = mine[mine >= 0]
        known = np.isin(mine, earlier)
        count += int(known.sum())
        across.append(np.unique(mine[known]))
        earlier = np.union1d(earlier, mine)
    return np.unique(np.concatenate(across)), count


def write_rows(
    path: Path, codes: npt.NDArray[np.int64], parts: dict[str, Rows], seen: npt.NDArray[np.int64]
) -> None:
    """The rows of these numbers, set by set."""
    rows = np.concatenate([parts[part] for part in PARTS])
    part_N = np.repeat(np.arange(len(PARTS)), [len(parts[part]) for part in PARTS])
    mine = np.isin(codes[rows], seen)
    rows, part_N = rows[mine], part_N[mine]
    order = np.lexsort((rows, -part_N, codes[rows]))[:MOST_ROWS]
    path.parent.mkdir(parents=True, exist_ok=True)
    table = {
        "row": pa.array(rows[order]),
        "part": pa.array([PARTS[place] for place in part_N[order]]),
        "set": pa.array(codes[rows][order]),
    }
    pq.write_table(pa.table(table), path)
