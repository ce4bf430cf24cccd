"""Dates that cannot be: in the future, before anything was recorded, or a computer's zero."""

from datetime import UTC, datetime, timedelta

import numpy as np

from trainer.contract.dataset import Column, Finding
from trainer.profile.look import Look, counted

ZEROS = ("1970-01-01", "1900-01-01", "1899-12-30", "1899-12-31", "1904-01-01", "9999-12-31", "0001-01-01")
"""What computers write for no date."""
DAY = 86_400.0
TOLD = 3
RARE = 0.05


def odd_dates(look: Look) -> list[Finding]:
    """Columns with dates that cannot be."""
    found = [
        finding
        for column in look.of_type("datetime")
        for finding in (*zeros(look, column), *future(look, column))
    ]
    return found[:TOLD]


def zeros(look: Look, column: Column) -> list[Finding]:
    """A computer's zero at the edge of a column, far from all other dates."""
    measured = look.measured[column.id]
    seconds = look.sample.present(column.id)
    result = []
    for edge in (measured.minimum, measured.maximum):
        if edge is None or day_of(edge) not in ZEROS:
            continue
        others = seconds[np.abs(seconds - edge) >= DAY]
        if len(others) < 3 or np.abs(others - edge).min() < max(365 * DAY, np.ptp(others) / 4):
            continue
        where = f"{column.id}::DATE = DATE '{day_of(edge)}'"
        rows = [row for (row,) in look.ask(f"SELECT file_row_number FROM {look.source} WHERE {where}")]
        result.append(
            Finding(
                kind="dates", column=column.id, count=len(rows),
                sentence=f"‘{column.name}’ is {day_of(edge)} in {counted(len(rows), 'row', 'rows')}, years away from "
                "all others: many programs write that where no date is known.",
                rows=look.keep(f"dates-{column.id}-{day_of(edge)}", rows),
            )
        )  # fmt: skip
    return result


def future(look: Look, column: Column) -> list[Finding]:
    """A few dates after today in a column of the past."""
    today = datetime.now(UTC).replace(tzinfo=None) + timedelta(days=2)
    measured = look.measured[column.id]
    if measured.maximum is None or measured.maximum <= (today - datetime(1970, 1, 1)).total_seconds():  # noqa: DTZ001 - as the table has it
        return []
    where = f"{column.id} > TIMESTAMP '{today:%Y-%m-%d %H:%M:%S}' AND {column.id}::DATE <> DATE '9999-12-31'"
    found = look.ask(f"SELECT file_row_number, epoch({column.id}) FROM {look.source} WHERE {where}")
    if not 0 < len(found) <= max(3, RARE * look.rows):
        return []  # a plan or a forecast
    last = max(second for _, second in found)
    return [
        Finding(
            kind="dates", column=column.id, count=len(found),
            sentence=f"{counted(len(found), 'date', 'dates')} of ‘{column.name}’ lie in the future, the last is "
            f"{day_of(last)}.",
            rows=look.keep(f"dates-{column.id}-future", [row for row, _ in found], [second for _, second in found]),
        )
    ]  # fmt: skip


def day_of(second: float) -> str:
    """The day of a second since 1970."""
    return (datetime(1970, 1, 1) + timedelta(seconds=second)).date().isoformat()  # noqa: DTZ001 - as the table has it
