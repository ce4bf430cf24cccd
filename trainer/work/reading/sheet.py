"""The table beside pictures and sounds: written row by row, its free columns typed as those of every table."""

import csv
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from trainer.columns import audio, boxes, category, image, mask
from trainer.columns import text as texts
from trainer.columns.infer import Guess
from trainer.columns.measure import Measured, measure, most_frequent, one
from trainer.columns.settle import settle
from trainer.contract.dataset import Column, Histogram, Profile, Schema
from trainer.profile import profile
from trainer.sources.brought import Entry
from trainer.sources.cells import MISSING
from trainer.sources.csv import TextTable
from trainer.sources.engine import literal, open_engine
from trainer.sources.layouts.plan import MEDIA, Box, Field, Plan, Row
from trainer.sources.masks import class_names
from trainer.sources.media import MediaWriter, Thing
from trainer.sources.rejects import Rejects
from trainer.sources.sniff import LONGEST_LINE, SAMPLE_ROWS, Layout
from trainer.work.desk import Desk
from trainer.work.reading.look import kind_of
from trainer.work.reading.typed import write_table

BATCH = 5_000
BATCH_CHARACTERS = 8 << 20
TOP = 20
SENTENCES = 0.5
"""Share of the cells that must have a blank between words for a column to be language, not names of rows."""


class Sheet:
    """Fills a version with the rows of a plan. ``finish`` says what is in it."""

    def __init__(self, plan: Plan, desk: Desk) -> None:
        self._plan = plan
        self._desk = desk
        self._held = ExitStack()
        self.ids = [f"c{place}" for place in range(len(plan.fields))]
        self._media: dict[int, MediaWriter] = {}
        self._plain = [place for place, field in enumerate(plan.fields) if field.kind != "cell"]
        self._cells = [place for place, field in enumerate(plan.fields) if field.kind == "cell"]
        self._labels: dict[int, Counter[str]] = {
            place: Counter() for place, field in enumerate(plan.fields) if field.kind == "boxes"
        }
        self._batch: list[list[str | None]] = []
        self._characters = 0
        self._first: list[list[str]] = []
        self._folder = desk.scratch / "sheet"

    def __enter__(self) -> Self:
        version = self._desk.version
        self._folder.mkdir()
        for place, field in enumerate(self._plan.fields):
            if field.kind in MEDIA:
                id, kind = self.ids[place], field.kind
                writer = MediaWriter(version.media(id), version.thumbs(id), kind)  # type: ignore[arg-type]
                self._held.callback(writer.close)
                self._media[place] = writer
        target = self._folder / "plain.parquet" if self._cells else version.table
        self._schema = pa.schema([(self.ids[place], pa.string()) for place in self._plain])
        self._writer = self._held.enter_context(pq.ParquetWriter(target, self._schema, compression="snappy"))
        if self._cells:
            file = self._held.enter_context(
                (self._folder / "cells.csv").open("w", encoding="utf-8", newline="")
            )
            self._csv = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._held.close()

    def add(self, row: Row, things: dict[int, Thing], placed: dict[int, list[Box]], rejects: Rejects) -> None:
        """Append a row; one with cells that no table can hold is told instead."""
        cells = [as_cell(row.cells[place]) for place in self._cells]
        if sum(map(len, cells)) > LONGEST_LINE // 2:
            rejects.add(row.file, None, f"its values are longer than {LONGEST_LINE // 2:,} characters")
            return
        if self._cells:
            self._csv.writerow(cells)
            if len(self._first) < SAMPLE_ROWS:
                self._first.append(cells)
        for place, writer in self._media.items():
            writer.add(things.get(place))
        for place, found in placed.items():
            self._labels[place].update(name for name, *_ in found)
        values = [plain_cell(row.cells[place], placed.get(place)) for place in self._plain]
        self._batch.append(values)
        self._characters += sum(len(value) for value in values if value)
        if len(self._batch) >= BATCH or self._characters >= BATCH_CHARACTERS:
            self._flush()

    def _flush(self) -> None:
        if self._batch:
            columns = zip(*self._batch, strict=True)
            arrays = [pa.array(list(values), pa.string()) for values in columns]
            self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._schema))
        self._batch, self._characters = [], 0

    def finish(self, rejects: Rejects) -> tuple[Schema, Profile]:
        """Close the files, type the free columns, and say what every column is."""
        self._flush()
        self._held.close()
        guesses = self._join(rejects) if self._cells else {}
        version, fields = self._desk.version, self._plan.fields
        kinds: dict[str, str] = {id: kind_of(guesses[id]) if id in guesses else "text" for id in self.ids}
        names = dict(zip(self.ids, names_of(fields), strict=True))
        with open_engine(version.path, threads=self._desk.threads, scratch=self._desk.scratch) as engine:
            rows, measured = measure(engine, version.table, kinds)
            free = {id: names[id] for id in guesses}
            typed = {c.id: c for c in settle(engine, version.table, rows, free, guesses, measured)}
            columns = [
                as_language(engine, version.table, typed[id], rows)
                if id in typed
                else self._column(engine, place, names[id], measured[id], rows)
                for place, id in enumerate(self.ids)
            ]
            told = (rejects.count, rejects.first)
            said = self._plan.findings
            found = profile(engine, version.table, rows, columns, measured, self._plan.source, said, told)
        return Schema(rows=rows, columns=columns), self._with_labels(found)

    def _join(self, rejects: Rejects) -> dict[str, Guess]:
        """Type the free cells, and put them beside the others row by row."""
        width = len(self._cells)
        layout = Layout(",", True, False, width, [], self._first)  # noqa: FBT003 - quoted, without a header
        names = [f"c{place}" for place in range(width)]
        table = TextTable(
            self._folder / "cells.csv", "cells", layout, names, "", markers=MISSING, sifted=True
        )
        typed, plain = self._folder / "typed.parquet", self._folder / "plain.parquet"
        guesses = write_table(table, self._desk, rejects, typed)
        order = [
            f"t.c{self._cells.index(place)} AS {id}" if place in self._cells else f"p.{id}"
            for place, id in enumerate(self.ids)
        ]
        version, scratch = self._desk.version, self._desk.scratch
        with open_engine(self._folder, version.path, threads=self._desk.threads, scratch=scratch) as engine:
            engine.execute(
                f"COPY (SELECT {', '.join(order)} FROM read_parquet({literal(str(plain))}) p "
                f"POSITIONAL JOIN read_parquet({literal(str(typed))}) t) TO {literal(str(version.table))} "
                "(FORMAT parquet, PRESERVE_ORDER true)"
            )
        return {self.ids[place]: guesses[f"c{n}"] for n, place in enumerate(self._cells)}

    def _column(
        self, engine: duckdb.DuckDBPyConnection, place: int, name: str, found: Measured, rows: int
    ) -> Column:
        """What a column is whose rule says it."""
        field, id = self._plan.fields[place], self.ids[place]
        of = self.ids[field.of] if field.of is not None else ""
        match field.kind:
            case "image":
                return image.column(id, name, found.count)
            case "audio":
                return audio.column(id, name, found.count)
            case "mask":
                return mask.column(id, name, of, class_names(field.values), found.count)
            case "boxes":
                return boxes.column(id, name, of, dict(self._labels[place]), found.count)
            case "text":
                return Column(id=id, name=name, type="text", reason=field.reason or "text", role="text")
        if not found.count:
            return texts.column(id, name, found, rows, "")
        top = most_frequent(engine, self._desk.version.table, id, category.MOST)
        column = category.column(id, name, found, top, "")
        changes: dict[str, Any] = {"role": "part"} if field.kind == "part" else {}
        if field.reason:
            changes["reason"] = field.reason
        return column.model_copy(update=changes)

    def _with_labels(self, found: Profile) -> Profile:
        """The profile with how often each label stands on a box."""
        columns = dict(found.columns)
        for place, counts in self._labels.items():
            top = counts.most_common(TOP)
            shown = Histogram(counts=[count for _, count in top], labels=[name for name, _ in top])
            id = self.ids[place]
            columns[id] = columns[id].model_copy(update={"histogram": shown})
        return found.model_copy(update={"columns": columns})


def as_cell(cell: object) -> str:
    """A free cell as text; nothing for a hole."""
    return cell.replace("\0", "�") if isinstance(cell, str) else ""


def plain_cell(cell: object, placed: list[Box] | None) -> str | None:
    """A cell of a column that is not free: the name of a file, boxes, a label, a text."""
    if isinstance(cell, Entry):
        return cell.file
    if placed is not None:
        return boxes.cell(placed)
    return cell.replace("\0", "�").encode(errors="replace").decode() if isinstance(cell, str) else None


def names_of(fields: list[Field]) -> list[str]:
    """Names that are all there and all different."""
    seen: Counter[str] = Counter()
    result = []
    for place, field in enumerate(fields):
        name = (
            " ".join("".join(c for c in field.name if c.isprintable()).split())[:100] or f"column {place + 1}"
        )
        seen[name] += 1
        result.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return result


def as_language(engine: duckdb.DuckDBPyConnection, table: Path, column: Column, rows: int) -> Column:
    """A column of different sentences is text to learn from, though each row has its own."""
    if column.type != "text" or column.role != "id":
        return column
    share = one(
        engine, f"SELECT avg(contains(trim({column.id}), ' ')::INT) FROM read_parquet({literal(str(table))})"
    )[0]
    if share is None or share <= SENTENCES:
        return column
    return column.model_copy(update={"role": "text", "reason": f"{rows:,} different texts of several words"})
