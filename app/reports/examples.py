"""The examples behind the numbers of a report: predictions joined with the rows they were made for."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.datasets.engine import SOURCE, open_engine
from app.datasets.tables import DatasetVersion
from app.errors import BadInput
from app.pages import words
from app.storage import Store
from trainer.contract.dataset import Schema
from trainer.contract.recipe import Question
from trainer.contract.results import Report, ResultFiles

_ = words.gettext

PAGE = 24


@dataclass(frozen=True)
class Choice:
    """Which test examples are asked for: of a truth, with an answer, wrong ones, with an error in a range."""

    truth: str | None = None
    predicted: str | None = None
    wrong: bool = False
    low: float | None = None
    high: float | None = None
    page: int = 1


@dataclass(frozen=True)
class Example:
    """One test example: its row in the version, what it is, what the model said, its cells by column id."""

    row: int
    truth: Any
    predicted: Any
    confidence: float | None
    error: float | None
    correct: bool | None
    cells: dict[str, Any]

    @property
    def truth_words(self) -> str:
        """The truth as the person's data has it."""
        return data_words(self.truth)

    @property
    def written(self) -> dict[str, str]:
        """The cells in words, by column id; those that are missing are left out."""
        return {id: data_words(cell) for id, cell in self.cells.items() if cell is not None}


def data_words(value: Any) -> str:
    """A number of the person's data, as it stands there up to six digits; anything else as text."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        return str(value)
    exponent = math.floor(math.log10(abs(value))) if value else 0
    if not -5 <= exponent < 15:
        return f"{value:.6g}".replace("-", "−")
    text = f"{value:,.{max(0, 5 - exponent)}f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace("-", "−")


@dataclass(frozen=True)
class Found:
    """A page of examples and how many there are."""

    examples: list[Example]
    total: int
    choice: Choice

    @property
    def first(self) -> int:
        """1-based place of the first one shown."""
        return (self.choice.page - 1) * PAGE + 1 if self.examples else 0

    @property
    def last(self) -> int:
        """1-based place of the last one shown."""
        return self.first + len(self.examples) - 1 if self.examples else 0


def read_choice(query: Mapping[str, str], report: Report) -> Choice:
    """The choice in an address. Classes are indices into the report's labels. Raises BadInput in words."""
    return Choice(
        truth=_label(query, "truth", report),
        predicted=_label(query, "predicted", report),
        wrong=query.get("wrong") == "1",
        low=_number(query, "low"),
        high=_number(query, "high"),
        page=_page(query.get("page", "1")),
    )


def _label(query: Mapping[str, str], key: str, report: Report) -> str | None:
    text = query.get(key)
    if text is None:
        return None
    if not text.isdecimal() or len(text) > 6 or int(text) >= len(report.labels):
        raise BadInput(
            _(
                "There is no class number ‘{text}’ here: it has {n}, counted from 0. Open the matrix again."
            ).format(text=text[:40], n=len(report.labels))
        )
    return report.labels[int(text)]


def _number(query: Mapping[str, str], key: str) -> float | None:
    text = query.get(key)
    try:
        value = None if text is None else float(text)
    except ValueError:
        value = float("nan")
    if value is not None and math.isnan(value):
        raise BadInput(
            _("‘{text}’ is not a number; an error is asked for as a number like 4.5.").format(
                text=str(text)[:40]
            )
        )
    return value


def _page(text: str) -> int:
    if not text.isdecimal() or len(text) > 7 or int(text) < 1:
        raise BadInput(_("‘{text}’ is no page; pages count from 1.").format(text=text[:40]))
    return int(text)


def read_examples(
    store: Store,
    results: ResultFiles,
    version: DatasetVersion,
    schema: Schema,
    question: Question,
    choice: Choice,
) -> Found:
    """A page of the test examples of this choice: the most confidently wrong, or the largest error, first."""
    clauses, bound = ["part = 'test'"], [str(results.predictions)]
    for name, value in (("truth", choice.truth), ("predicted", choice.predicted)):
        if value is not None:
            clauses.append(f"{name} = ?")
            bound.append(value)
    if choice.wrong:
        clauses.append("NOT correct")
    for sign, limit in ((">=", choice.low), ("<=", choice.high)):
        if limit is not None:
            clauses.append(f"error {sign} {limit!r}")
    where = " AND ".join(clauses)
    by = (
        "coalesce(correct, true), confidence DESC" if question.task == "classification" else "abs(error) DESC"
    )
    engine = open_engine(store.jobs).cursor()
    counted = engine.execute(f"SELECT count(*) FROM read_parquet(?) WHERE {where}", bound).fetchone()  # noqa: S608
    found = engine.execute(
        f"SELECT row, truth, predicted, confidence, error, correct FROM read_parquet(?) WHERE {where} "  # noqa: S608
        f"ORDER BY {by}, row LIMIT {PAGE} OFFSET {(choice.page - 1) * PAGE}",
        bound,
    ).fetchall()
    cells = read_cells(store, version.hash, schema, [int(line[0]) for line in found])
    examples = [
        Example(int(row), truth, predicted, confidence, error, correct, cells.get(int(row), {}))
        for row, truth, predicted, confidence, error, correct in found
    ]
    return Found(examples, int(counted[0]) if counted else 0, choice)


def read_cells(store: Store, hash: str, schema: Schema, rows: list[int]) -> dict[int, dict[str, Any]]:
    """The cells of these rows of the version with this hash, by row number and column id."""
    if not rows:
        return {}
    folder = store.version(hash)
    names = ", ".join(f'"{column.id}"' for column in schema.columns)
    numbers = ", ".join(str(int(row)) for row in rows)
    found = (
        open_engine(folder.path.parent)
        .cursor()
        .execute(
            f"SELECT file_row_number, {names} FROM {SOURCE} WHERE file_row_number IN ({numbers})",  # noqa: S608
            [str(folder.table)],
        )
        .fetchall()
    )
    ids = [column.id for column in schema.columns]
    return {int(line[0]): dict(zip(ids, line[1:], strict=True)) for line in found}


def read_test_row(store: Store, results: ResultFiles, offset: int) -> tuple[int, Any] | None:
    """Row number and truth of the test example at this place, round and round; None where there is none."""
    engine = open_engine(store.jobs).cursor()
    place = str(results.predictions)
    counted = engine.execute("SELECT count(*) FROM read_parquet(?) WHERE part = 'test'", [place]).fetchone()
    total = int(counted[0]) if counted else 0
    if not total:
        return None
    found = engine.execute(
        "SELECT row, truth FROM read_parquet(?) WHERE part = 'test' ORDER BY hash(row) LIMIT 1 OFFSET ?",
        [place, offset % total],
    ).fetchone()
    return (int(found[0]), found[1]) if found else None


def read_test_sample(store: Store, results: ResultFiles, count: int) -> list[tuple[int, Any]]:
    """Row numbers and truths of some test examples, always the same ones: of every class before any comes twice."""
    found = (
        open_engine(store.jobs)
        .cursor()
        .execute(
            "SELECT row, truth FROM read_parquet(?) WHERE part = 'test' "
            "ORDER BY row_number() OVER (PARTITION BY CASE WHEN correct IS NULL THEN '' ELSE truth::VARCHAR END "
            "ORDER BY hash(row)), hash(row) LIMIT ?",
            [str(results.predictions), count],
        )
        .fetchall()
    )
    return [(int(row), truth) for row, truth in found]
