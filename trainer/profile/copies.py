"""Rows that are equal in everything but their ids, and texts that are there twice with different answers."""

import re

import numpy as np
import numpy.typing as npt

from trainer.columns.measure import one
from trainer.columns.settle import ID_NAME
from trainer.contract.dataset import Column, Finding
from trainer.profile.holes import leaving_out
from trainer.profile.look import Look, counted
from trainer.profile.sample import Sample

MEDIA = ("image", "audio", "mask")
BY_CHANCE = 0.2
"""Share of the repeats that chance alone explains from which on they say nothing."""
OFTEN = 5
"""Rows for each value from which on equal values are no surprise."""
FEW_ANSWERS = 100
SHORT = 12.0
"""Texts shorter than this on average are words: the same word may well have two answers."""
FEW = 3
"""Columns that tell most rows of a table apart."""
TOO_MANY = 2_000_000
"""Above so many repeated rows only their number is told."""


def repeated_rows(look: Look) -> list[Finding]:
    """Rows that repeat an earlier one, ids left out. Tables of pictures or sounds are compared by content."""
    compared = [column.id for column in look.columns if not is_id(column, look.sample)]
    if any(c.type in MEDIA for c in look.columns) or not compared:
        return []
    if any(c.type == "text" and c.role == "id" and c.id in compared for c in look.columns):
        return []  # every row has a name of its own
    if len(compared) > FEW and not count_repeats(look, most_different(look, compared)):
        return []  # where some columns tell all rows apart, the others need not be read
    extra = count_repeats(look, compared)
    if not extra or extra * BY_CHANCE < expected(look, compared):
        return []
    sentence = (
        f"{counted(extra, 'row repeats', 'rows repeat')} an earlier one. "
        "If a copy falls into another part of the split, scores look better than they are."
    )
    if extra > TOO_MANY:
        return [Finding(kind="duplicates", sentence=sentence, count=extra)]
    rows, groups = find_groups(look, key_of(compared))
    first = np.unique(groups, return_index=True)[1]
    repeats = np.delete(rows, first)
    step = look.exclusion(repeats, "repeats an earlier row")
    return [
        Finding(
            kind="duplicates", sentence=sentence, count=extra,
            rows=look.keep("duplicates", rows, group_scores(groups)),
            fix=None if step is None else leaving_out(step),
        )
    ]  # fmt: skip


def key_of(columns: list[str]) -> str:
    """What is equal where all these columns are."""
    return f"hash({', '.join(columns)})"


def count_repeats(look: Look, columns: list[str]) -> int:
    """Rows that repeat an earlier one in these columns."""
    return look.rows - int(
        one(look.engine, f"SELECT count(DISTINCT {key_of(columns)}) FROM {look.source}")[0]
    )


def most_different(look: Look, columns: list[str]) -> list[str]:
    """The few columns with most different values."""
    return sorted(columns, key=lambda id: -look.measured[id].distinct)[:FEW]


def find_groups(
    look: Look, key: str, where: str = "true"
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The rows that share a key with another, group by group in their own order, and their group's number."""
    found = (
        look.engine.cursor()
        .sql(
            f"WITH keyed AS (SELECT file_row_number AS row, {key} AS key FROM {look.source} WHERE {where}), "
            "twice AS (SELECT key FROM keyed GROUP BY key HAVING count(*) > 1) "
            "SELECT row, dense_rank() OVER (ORDER BY first) AS number FROM ("
            "SELECT row, min(row) OVER (PARTITION BY key) AS first FROM keyed SEMI JOIN twice USING (key)) "
            "ORDER BY first, row"
        )
        .to_arrow_table()
    )
    return found.column(0).to_numpy().astype(np.int64), found.column(1).to_numpy().astype(np.int64)


def group_scores(groups: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Scores that keep a group's rows together, larger groups first."""
    _, place, size = np.unique(groups, return_inverse=True, return_counts=True)
    order = np.argsort(np.argsort(-size, kind="stable"), kind="stable")
    scores: npt.NDArray[np.float64] = (len(size) - order[place]).astype(np.float64)
    return scores


def is_id(column: Column, sample: Sample) -> bool:
    """Whether a column only numbers the rows, or gives them a code that says nothing else."""
    if column.role == "constant":
        return True
    if column.role != "id":
        return False
    return (
        column.type == "number" or bool(ID_NAME.search(column.name)) or is_code(sample.texts(column.id)[:200])
    )


def is_code(texts: list[str | None]) -> bool:
    """Equally long, in one piece, with digits: a code, not a name."""
    said = [text for text in texts if text]
    return len({len(text) for text in said}) == 1 and all(
        re.fullmatch(r"[\w-]*\d[\w-]*", text) for text in said
    )


def expected(look: Look, compared: list[str]) -> float:
    """Repeats to be expected by chance if the columns had nothing to do with each other. Where nearly every row has a
    value of its own, none is.
    """
    chance = 1.0
    for column in look.columns:
        if column.id not in compared or column.id not in look.sample.table:
            continue
        if column.type in ("number", "datetime"):
            counts = look.sample.unique(column.id)[1]
        else:
            codes = look.sample.codes(column.id)[0]
            counts = np.bincount(codes[codes >= 0])
        total = max(1, int(counts.sum()))
        if len(counts) * OFTEN > total:
            return 0.0
        pairs = float((counts.astype(np.float64) * (counts - 1)).sum())
        chance *= pairs / max(1.0, total * (total - 1.0))
    return look.rows * (look.rows - 1) / 2 * chance


def conflicting_texts(look: Look) -> list[Finding]:
    """The same text under different labels, where a table is texts and their labels."""
    texts = [c for c in look.of_type("text") if c.role == "text"]
    labels = [c for c in look.of_type("category") if look.found[c.id].distinct <= FEW_ANSWERS]
    if len(texts) != 1 or len(labels) != 1 or (look.measured[texts[0].id].mean_length or 0) < SHORT:
        return []
    text, label = texts[0], labels[0]
    both = f"{text.id} IS NOT NULL AND {label.id} IS NOT NULL"
    torn = (
        f"{both} AND {text.id} IN (SELECT {text.id} FROM {look.source} WHERE {both} GROUP BY 1 "
        f"HAVING count(DISTINCT {label.id}) > 1)"
    )
    rows, groups = find_groups(look, f"hash({text.id})", torn)
    if not len(rows):
        return []
    count = len(np.unique(groups))
    return [
        Finding(
            kind="labels", columns=[text.id, label.id], count=len(rows),
            sentence=f"{counted(count, 'text stands', 'texts stand')} under more than one ‘{label.name}’: no model can "
            f"be right on all of these {len(rows):,} rows.",
            rows=look.keep("torn-texts", rows, group_scores(groups)),
        )
    ]  # fmt: skip
