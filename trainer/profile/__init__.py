"""What is in a version: counts, histograms and findings, each in words with the rows that show it.

What can be exact at little cost is exact (SQL over the whole table); the rest is said of a sample, and says so.
"""

import re
from collections.abc import Callable
from pathlib import Path

import duckdb

from trainer.columns.measure import Measured
from trainer.contract.dataset import Column, Finding, Profile, VersionFolder
from trainer.profile.content import repeated_content
from trainer.profile.copies import conflicting_texts, repeated_rows
from trainer.profile.dates import odd_dates
from trainer.profile.figures import column_profiles
from trainer.profile.formats import nearly_numbers, units
from trainer.profile.holes import empty_rows, holes
from trainer.profile.look import Look
from trainer.profile.mojibake import garbled
from trainer.profile.outliers import outliers
from trainer.profile.placeholders import placeholders
from trainer.profile.ranking import rank
from trainer.profile.relations import relate, strong_relations
from trainer.profile.same import say_the_same
from trainer.profile.sample import take_sample
from trainer.profile.scales import mixed_scales
from trainer.profile.spellings import slips, spellings
from trainer.profile.useless import never_inputs, one_sided

UNIT = re.compile(r"^(?:[^:]*: )?(line|row) [\d,]+: ")
"""A reject that is a line or a row of a file, not the whole file."""
FINDERS: tuple[Callable[[Look], list[Finding]], ...] = (
    garbled, placeholders, repeated_content, repeated_rows, conflicting_texts, say_the_same, spellings, slips,
    units, mixed_scales, nearly_numbers, odd_dates, empty_rows, outliers, holes, one_sided, never_inputs,
)  # fmt: skip


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
    """The profile of a written table, and beside it (``VersionFolder.rows``) the rows that findings speak of.

    ``said``: what reading found; ``rejects``: how many, and the first in words. The engine must see the table's
    folder; pictures and sounds are read from there too.
    """
    sample = take_sample(rows, columns, measured)
    figures = column_profiles(engine, table, rows, columns, measured, sample)
    look = Look(engine, VersionFolder(table.parent), rows, columns, measured, figures, sample)
    relations = relate(look)
    found = [finding for find in FINDERS for finding in find(look)]
    found += strong_relations(look, relations, found)
    return Profile(
        columns=figures,
        findings=[
            *reject_findings(rejects),
            *rank([*(Finding(kind="other", sentence=sentence) for sentence in said), *found]),
        ],
        relations=relations,
        sampled=None if sample.whole else sample.rows,
        rejects=rejects[0],
        source=source,
    )


def reject_findings(rejects: tuple[int, str | None]) -> list[Finding]:
    """What could not be read."""
    count, first = rejects
    if not count:
        return []
    found = UNIT.search(first or "")
    noun = found[1] if found else "file"
    what = (
        f"1 {noun} could not be read and was left out"
        if count == 1
        else f"{count:,} {noun}s could not be read and were left out"
    )
    return [Finding(kind="rejects", sentence=f"{what}: {first}.", count=count)]


__all__ = ["profile"]
