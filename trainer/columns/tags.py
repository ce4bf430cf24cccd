"""Tags: several labels in a cell, such as ``drama;war`` or ``drama|war`` or a list in JSON. Kept as a JSON list."""

import json
from collections import Counter
from pathlib import Path

import duckdb

from trainer.columns.measure import Measured
from trainer.columns.reading import Reading
from trainer.contract.dataset import Column
from trainer.sources.cells import looks_numeric
from trainer.sources.engine import literal

MOST = 1_000
SEPARATORS = {";": "semicolons", "|": "bars"}
SEVERAL = 0.2
"""Share of the cells that hold more than one label at least."""
RECURRING = 2.0
"""In how many different cells a label stands at least, on average: words of sentences do not come back like that."""
LONGEST_LABEL = 40
LOOKED = 2_000
LEAST = 3
"""Different cells below which nothing is to be seen."""

JSON_LIST = Reading(
    "tags", lambda cell: labels_of(cell) is not None,
    "CASE WHEN json_valid({x}) AND json_type({x}) = 'ARRAY' THEN json({x})::VARCHAR END", " in lists",
)  # fmt: skip
READINGS = {
    mark: Reading(
        "tags", lambda _: True,
        f"to_json(list_filter(list_transform(string_split({{x}}, '{mark}'), lambda one: trim(one)), "
        "lambda one: one <> ''))::VARCHAR",
        f" parted by {words}",
    )
    for mark, words in SEPARATORS.items()
}  # fmt: skip


def find_reading(values: list[str]) -> Reading | None:
    """The way to read a column as tags, where its first cells show beyond doubt that it holds them."""
    values = list(dict.fromkeys(value.strip() for value in values[:LOOKED]))
    if len(values) < LEAST:
        return None
    if all(value.startswith("[") for value in values):
        lists = [labels_of(value) for value in values]
        return JSON_LIST if all(one is not None for one in lists) and any(lists) else None
    for mark, reading in READINGS.items():
        parted = [[label.strip() for label in value.split(mark) if label.strip()] for value in values]
        if are_tags(parted):
            return reading
    return None


def are_tags(parted: list[list[str]]) -> bool:
    """Whether these look like labels: several in many cells, short, no numbers, each at most once a cell, and coming
    back in other company.
    """
    several = [labels for labels in parted if len(labels) > 1]
    if len(several) < max(2, SEVERAL * len(parted)):
        return False
    counts = Counter(label for labels in parted for label in labels)
    if any(len(label) > LONGEST_LABEL for label in counts) or len(counts) > MOST:
        return False
    if any(len(set(labels)) < len(labels) for labels in several):
        return False
    numbers = sum(count for label, count in counts.items() if looks_numeric(label))
    total = counts.total()
    return numbers * 2 < total and total >= RECURRING * len(counts)


def labels_of(cell: str) -> list[str] | None:
    """The labels of a JSON list of texts; None for anything else."""
    try:
        found = json.loads(cell)
    except (ValueError, RecursionError):
        return None
    if isinstance(found, list) and all(isinstance(one, str) for one in found):
        return found
    return None


def column(
    engine: duckdb.DuckDBPyConnection, table: Path, id: str, name: str, measured: Measured, why: str
) -> Column:
    """A tags column with its labels, most frequent first."""
    found = engine.execute(
        "SELECT label, count(*) AS n FROM (SELECT unnest(from_json("
        f"{id}, '[\"VARCHAR\"]')) AS label FROM read_parquet({literal(str(table))})) "
        f"WHERE label IS NOT NULL GROUP BY 1 ORDER BY n DESC, 1 LIMIT {MOST + 1}"
    ).fetchall()
    total = sum(int(count) for _, count in found)
    labels = [str(label) for label, _ in found]
    mean = total / max(1, measured.count)
    many = f"over {MOST:,}" if len(labels) > MOST else f"{len(labels):,}"
    reason = f"lists of {many} different labels, {mean:.1f} a row{why}"
    role = "constant" if measured.count == 0 or not labels else "input"
    return Column(
        id=id,
        name=name,
        type="tags",
        reason=reason,
        role=role,
        categories=labels if len(labels) <= MOST else None,
    )
