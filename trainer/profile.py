"""What is in a version: counts, histograms and findings, each in words. All counting is SQL."""

import re
from pathlib import Path

import duckdb

from trainer.columns.bins import count_bins
from trainer.columns.measure import Measured, most_frequent, one
from trainer.contract.dataset import Column, ColumnProfile, Finding, Histogram, Profile
from trainer.sources.engine import literal

BINS = 20
TOLD = 10
"""Most columns with missing values that get a finding each."""
EXTREME = 0.95
"""Share of the most frequent category from which on a finding says so."""


def profile(
    engine: duckdb.DuckDBPyConnection,
    table: Path,
    rows: int,
    columns: list[Column],
    measured: dict[str, Measured],
    source: str,
    said: list[str],
    rejects: tuple[int, str | None],
) -> Profile:
    """The profile of a written table. ``said``: what reading found; ``rejects``: how many, and the first
    in words.
    """
    histograms = bins(engine, table, columns, measured)
    found: dict[str, ColumnProfile] = {}
    for column in columns:
        values = measured[column.id]
        numbers = column.type == "number"
        found[column.id] = ColumnProfile(
            missing=rows - values.count,
            distinct=values.distinct,
            histogram=histograms.get(column.id) or frequent(engine, table, column, values),
            minimum=values.minimum if numbers else None,
            maximum=values.maximum if numbers else None,
            mean=values.mean if numbers else None,
            deviation=values.deviation if numbers else None,
            median=values.median if numbers else None,
        )
    findings = [
        *reject_findings(rejects),
        *(Finding(kind="other", sentence=sentence) for sentence in said),
        *missing_findings(rows, columns, found),
        *duplicate_findings(engine, table, rows, columns),
        *column_findings(rows, columns, found),
    ]
    return Profile(columns=found, findings=findings, rejects=rejects[0], source=source)


def bins(
    engine: duckdb.DuckDBPyConnection, table: Path, columns: list[Column], measured: dict[str, Measured]
) -> dict[str, Histogram]:
    """20 equal bins for numbers and datetimes (edges in seconds since 1970), each column read once."""
    ranges: dict[str, tuple[float, float]] = {}
    for column in columns:
        low, high = measured[column.id].minimum, measured[column.id].maximum
        if column.type not in ("number", "datetime") or low is None or high is None:
            continue
        if high - low != float("inf"):
            ranges[column.id] = (low, high)
    threads = int(one(engine, "SELECT current_setting('threads')")[0])
    result: dict[str, Histogram] = {}
    for id, counts in count_bins(table, ranges, BINS, threads).items():
        low, high = ranges[id]
        if high == low:
            result[id] = Histogram(counts=[int(counts.sum())], edges=[low, high])
            continue
        edges = [low + (high - low) * place / BINS for place in range(BINS)] + [high]
        result[id] = Histogram(counts=counts.tolist(), edges=edges)
    return result


def frequent(engine: duckdb.DuckDBPyConnection, table: Path, column: Column, measured: Measured) -> Histogram:
    """The 20 most frequent labels of categories; nothing for free text, where counting says nothing."""
    if column.type != "category":
        return Histogram(counts=[], labels=[])
    assert measured.count, column
    top = most_frequent(engine, table, column.id)
    return Histogram(counts=[count for _, count in top], labels=[label for label, _ in top])


def reject_findings(rejects: tuple[int, str | None]) -> list[Finding]:
    """What could not be read."""
    count, first = rejects
    if not count:
        return []
    noun = "line" if first is not None and re.match(r"line \d+: ", first) else "file"
    what = (
        f"1 {noun} could not be read and was left out"
        if count == 1
        else f"{count:,} {noun}s could not be read and were left out"
    )
    return [Finding(kind="rejects", sentence=f"{what}: {first}.", count=count)]


def missing_findings(rows: int, columns: list[Column], found: dict[str, ColumnProfile]) -> list[Finding]:
    """The columns with most holes."""
    holes = sorted((c for c in columns if found[c.id].missing), key=lambda c: -found[c.id].missing)
    findings = [
        Finding(
            kind="missing", column=column.id, count=found[column.id].missing,
            sentence=f"‘{column.name}’ is missing in {found[column.id].missing:,} of {rows:,} rows "
            f"({percent(found[column.id].missing / rows)}).",
        )
        for column in holes[:TOLD]
    ]  # fmt: skip
    if len(holes) > TOLD:
        findings.append(
            Finding(
                kind="missing",
                sentence="1 more column has missing values."
                if len(holes) == TOLD + 1
                else f"{len(holes) - TOLD} more columns have missing values.",
            )
        )
    return findings


def duplicate_findings(
    engine: duckdb.DuckDBPyConnection, table: Path, rows: int, columns: list[Column]
) -> list[Finding]:
    """Rows that are equal in all but their numbers. Pictures are not compared."""
    compared = [column.id for column in columns if not (column.role == "id" and column.type == "number")]
    if any(column.type == "image" for column in columns) or not compared:
        return []
    if any(column.type == "text" and column.role == "id" for column in columns):
        return []  # every row has its own name
    different = one(
        engine, f"SELECT count(DISTINCT hash({', '.join(compared)})) FROM read_parquet({literal(str(table))})"
    )[0]
    extra = rows - int(different)
    if not extra:
        return []
    sentence = (
        f"{extra:,} {'row repeats' if extra == 1 else 'rows repeat'} an earlier one. "
        "If a copy falls into another part of the split, scores look better than they are."
    )
    return [Finding(kind="duplicates", sentence=sentence, count=extra)]


def column_findings(rows: int, columns: list[Column], found: dict[str, ColumnProfile]) -> list[Finding]:
    """Columns that cannot help, and categories that nearly never change."""
    findings = []
    for column in columns:
        if column.role == "constant":
            sentence = f"‘{column.name}’ says the same in every row ({column.reason}): nothing can be learned from it."
            findings.append(Finding(kind="constant", column=column.id, sentence=sentence, count=rows))
        elif column.role == "id":
            sentence = (
                f"‘{column.name}’ looks like an id ({column.reason}): it is no input unless you choose it."
            )
            findings.append(Finding(kind="id", column=column.id, sentence=sentence, count=rows))
        counts = found[column.id].histogram.counts
        present = rows - found[column.id].missing
        if column.type == "category" and column.role == "input" and counts and counts[0] >= EXTREME * present:
            labels = found[column.id].histogram.labels or [""]
            sentence = (
                f"{percent(counts[0] / present)} of ‘{column.name}’ is ‘{labels[0]}’. If you predict "
                "it, always saying so "
                "is right that often: look at the balanced accuracy."
            )
            findings.append(Finding(kind="imbalance", column=column.id, sentence=sentence, count=counts[0]))
    return findings


def percent(share: float) -> str:
    """A share in words: never 0 % or 100 % of what is not."""
    if 0 < share < 0.01:
        return "under 1 %"
    return "over 99 %" if 0.99 < share < 1 else f"{share:.0%}".replace("%", " %")
