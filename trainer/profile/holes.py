"""What is missing: in which columns, in the same rows of several, and rows that hold nearly nothing."""

import numpy as np

from trainer.columns.measure import one
from trainer.contract.dataset import Column, Finding, Fix
from trainer.contract.steps import Drop, Exclude, Impute
from trainer.profile.look import Look, counted, percent, quoted

TOLD = 3
"""Columns with holes that get a finding each; the rest share one."""
NEARLY_ALL = 0.7
"""Share of a row's cells that are missing from which on a finding says so."""
FEW_COLUMNS = 4
TOO_EMPTY = 0.5
"""Columns emptier than this are not filled: what would stand there is mostly our invention."""


def holes(look: Look) -> list[Finding]:
    """The columns with most holes, those with the same holes together."""
    holed = sorted((c for c in look.columns if 0 < look.found[c.id].missing < look.rows),
                   key=lambda c: -look.found[c.id].missing)  # fmt: skip
    nearly_empty = {row for row, _ in find_empty(look)[0]}
    groups = [group for group in together(look, holed) if not only_in(look, group, nearly_empty)]
    findings = [hole(look, group) for group in groups[:TOLD]]
    rest = [column for group in groups[TOLD:] for column in group]
    if rest:
        most = look.found[rest[0].id].missing
        what = "1 more column has" if len(rest) == 1 else f"{len(rest):,} more columns have"
        each = "" if len(rest) == 1 else " each"
        findings.append(
            Finding(
                kind="missing", columns=[c.id for c in rest], count=most,
                sentence=f"{what} missing values, at most {most:,}{each}: {quoted([c.name for c in rest])}.",
            )
        )  # fmt: skip
    return findings


def hole(look: Look, group: list[Column]) -> Finding:
    """The sentence of columns that are missing in the same rows (or of one column)."""
    missing = look.found[group[0].id].missing
    names = quoted([c.name for c in group])
    share = f"in {missing:,} of {look.rows:,} rows ({percent(missing / look.rows)})"
    if len(group) > 1:
        rows = look.ask(f"SELECT file_row_number FROM {look.source} WHERE {group[0].id} IS NULL")
        return Finding(
            kind="missing", columns=[c.id for c in group], count=missing,
            sentence=f"{names} are missing together, {share}: one cause, it seems.",
            rows=look.keep(f"missing-{group[0].id}", [row for (row,) in rows]),
        )  # fmt: skip
    return Finding(
        kind="missing", column=group[0].id, count=missing, sentence=f"{names} is missing {share}.",
        fix=filling(group[0], missing / look.rows),
    )  # fmt: skip


def filling(column: Column, share: float) -> Fix | None:
    """How the holes of a column could be filled by what the training part teaches."""
    if share > TOO_EMPTY:
        return Fix(label=f"Leave out ‘{column.name}’", steps=[Drop(columns=[column.id])])
    if column.type == "number":
        return Fix(label="Fill with the median", steps=[Impute(column=column.id, how="median")])
    if column.type == "category":
        step = Impute(column=column.id, how="most_frequent")
        return Fix(label="Fill with the most frequent", steps=[step])
    return None


def together(look: Look, holed: list[Column]) -> list[list[Column]]:
    """Columns in groups that are missing in exactly the same rows. Equal counts are compared row by row."""
    groups: list[list[Column]] = []
    for column in holed:
        missing = look.found[column.id].missing
        alike = [g for g in groups if look.found[g[0].id].missing == missing > 1]
        for group in alike:
            sql = f"SELECT count(*) FROM {look.source} WHERE {column.id} IS NULL AND {group[0].id} IS NULL"
            if one(look.engine, sql)[0] == missing:
                group.append(column)
                break
        else:
            groups.append([column])
    return groups


def only_in(look: Look, group: list[Column], nearly_empty: set[int]) -> bool:
    """Whether the holes that these columns share are those of rows that are told of anyway."""
    if len(group) == 1 or look.found[group[0].id].missing > len(nearly_empty):
        return False
    found = look.ask(f"SELECT file_row_number FROM {look.source} WHERE {group[0].id} IS NULL")
    return {row for (row,) in found} <= nearly_empty


def find_empty(look: Look) -> tuple[list[tuple[int, int]], int, list[Column]]:
    """Rows that hold nearly nothing with the number of their holes; the least number; the columns with holes."""
    told = [c for c in look.columns if c.role in ("input", "text")]
    holed = [c for c in told if look.found[c.id].missing]
    least = int(np.ceil(NEARLY_ALL * len(told)))
    if len(told) < FEW_COLUMNS or len(holed) < least:
        return [], least, holed
    missing = " + ".join(f"({column.id} IS NULL)::INTEGER" for column in holed)
    found = look.ask(
        f"SELECT file_row_number, holes FROM (SELECT file_row_number, {missing} AS holes FROM {look.source}) "
        f"WHERE holes >= {least} LIMIT {look.rows // 2 + 1}"
    )
    return ([], least, holed) if len(found) > look.rows / 2 else ([(r, h) for r, h in found], least, holed)


def empty_rows(look: Look) -> list[Finding]:
    """Rows that hold nearly nothing beside their id."""
    found, least, holed = find_empty(look)
    if not found:
        return []
    told = [c for c in look.columns if c.role in ("input", "text")]
    rows = np.array([row for row, _ in found], np.int64)
    step = look.exclusion(rows, "nearly everything is missing")
    return [
        Finding(
            kind="missing", count=len(found), columns=[c.id for c in holed],
            sentence=f"{counted(len(found), 'row holds', 'rows hold')} nearly nothing: at least {least} of "
            f"{len(told)} values are missing.",
            rows=look.keep("nearly-empty", rows, [float(holes) for _, holes in found]),
            fix=None if step is None else leaving_out(step),
        )
    ]  # fmt: skip


def leaving_out(step: Exclude) -> Fix:
    """The words on the button."""
    return Fix(label=f"Leave out {counted(len(step.rows), 'row', 'rows')}", steps=[step])
