"""The figures of each column: histograms by exact counts, quantiles and frequent values by the sample."""

from collections import Counter
from pathlib import Path

import duckdb
import numpy as np

from trainer.columns.bins import BINS
from trainer.columns.measure import Measured, most_frequent
from trainer.contract.dataset import Column, ColumnProfile, Histogram
from trainer.profile.sample import Sample, write_value

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
TOP = 5
LONGEST = 100
"""Characters of a frequent text that are kept."""
FEW_TO_SKEW = 8


def column_profiles(
    engine: duckdb.DuckDBPyConnection,
    table: Path,
    rows: int,
    columns: list[Column],
    measured: dict[str, Measured],
    sample: Sample,
) -> dict[str, ColumnProfile]:
    """What is to be said of each column."""
    found: dict[str, ColumnProfile] = {}
    for column in columns:
        values = measured[column.id]
        numbers = column.type == "number"
        found[column.id] = ColumnProfile(
            missing=rows - values.count,
            distinct=values.distinct,
            histogram=bins(column, values) or frequent(engine, table, column),
            minimum=values.minimum if numbers else None,
            maximum=values.maximum if numbers else None,
            mean=values.mean if numbers else None,
            deviation=values.deviation if numbers else None,
            median=median(sample, column) if numbers else None,
            quantiles=quantiles(sample, column) if numbers else None,
            skew=skew(sample, column) if numbers else None,
            frequent=most_often(sample, column, values),
        )
    return found


def median(sample: Sample, column: Column) -> float | None:
    """The middle number."""
    numbers = sample.present(column.id)
    return float(np.median(numbers)) if len(numbers) else None


def quantiles(sample: Sample, column: Column) -> list[float] | None:
    """What 5, 25, 50, 75 and 95 % of the numbers lie below."""
    numbers = sample.present(column.id)
    return [float(value) for value in np.quantile(numbers, QUANTILES)] if len(numbers) else None


def skew(sample: Sample, column: Column) -> float | None:
    """The third standardised moment."""
    numbers = sample.present(column.id)
    if len(numbers) < FEW_TO_SKEW:
        return None
    scale = float(np.abs(numbers).max()) or 1.0
    away = numbers / scale - (numbers / scale).mean()
    deviation = float(np.sqrt((away * away).mean()))
    return float((away * away * away).mean() / deviation**3) if deviation > 1e-9 else None


def most_often(sample: Sample, column: Column, measured: Measured) -> dict[str, int]:
    """The most frequent values of the sample, where one occurs twice."""
    if measured.distinct == measured.count:
        return {}
    if column.type == "number":
        values, counts = sample.unique(column.id)
        order = np.lexsort((values, -counts))[:TOP]
        pairs = [(write_value(values[place]), int(counts[place])) for place in order]
    elif column.type == "text" and column.role != "id":
        pairs = Counter(text for text in sample.texts(column.id) if text is not None).most_common(TOP)
        pairs = [(text[:LONGEST], count) for text, count in pairs]
    else:
        return {}
    return dict(pairs) if pairs and pairs[0][1] > 1 else {}


def bins(column: Column, measured: Measured) -> Histogram | None:
    """20 equal bins for numbers and datetimes (edges in seconds since 1970)."""
    counts = measured.scanned.counts if measured.scanned else None
    if column.type not in ("number", "datetime") or measured.ends is None or counts is None:
        return None
    low, high = measured.ends
    if high == low:
        return Histogram(counts=[sum(counts)], edges=[low, high])
    return Histogram(
        counts=counts, edges=[low + (high - low) * place / BINS for place in range(BINS)] + [high]
    )


def frequent(engine: duckdb.DuckDBPyConnection, table: Path, column: Column) -> Histogram:
    """The 20 most frequent labels of categories; nothing for free text, where counting says nothing."""
    if column.type != "category":
        return Histogram(counts=[], labels=[])
    top = most_frequent(engine, table, column.id)
    return Histogram(counts=[count for _, count in top], labels=[label for label, _ in top])
