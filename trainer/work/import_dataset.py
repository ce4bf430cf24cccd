"""From a stranger's file to a dataset version: read, type, measure, name by content, put in place whole
or not at all.
"""

import errno
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from trainer.columns import category, image
from trainer.columns.infer import Guess, guess, settle
from trainer.columns.measure import count_distinct, measure, most_frequent
from trainer.contract.dataset import Column, Profile, Schema, VersionFolder
from trainer.contract.documents import write_document
from trainer.contract.events import ProgressPayload
from trainer.contract.folder import EventWriter, JobFolder
from trainer.contract.order import ImportOrder
from trainer.contract.outcome import Outcome
from trainer.contract.samples import SAMPLES
from trainer.limits import confine
from trainer.profile import profile
from trainer.sources import open_source
from trainer.sources.csv import TextTable, open_csv, sift
from trainer.sources.engine import literal, open_engine
from trainer.sources.image_zip import PictureRows, read_zip
from trainer.sources.media import MediaWriter
from trainer.sources.refusal import Refused
from trainer.sources.rejects import Rejects
from trainer.sources.synthetic import PICTURES, write_table
from trainer.sources.zips import Archive
from trainer.work.content import name_version

SECONDS = 3_600
MEMORY = 6 << 30
FILE_BYTES = 64 << 30
EVERY = 0.25
"""Seconds between two signs of progress."""
PHOTO, LABEL = "c0", "c1"


class Halted(Exception):
    """A word came from outside; nothing is kept of an import that did not end."""


class BadRows(Exception):
    """DuckDB met lines that are no rows: the table must be sifted first."""


class Desk:
    """What one import works with: the folder it fills, a scratch folder, and whom it tells."""

    def __init__(self, version: VersionFolder, scratch: Path, job: JobFolder, tell: EventWriter) -> None:
        self.version = version
        self.scratch = scratch
        self.threads = max(1, job.granted())
        self._job = job
        self._tell = tell
        self._last = 0.0
        self._began = time.monotonic()

    def progress(self, phase: str, done: float, total: float, unit: str) -> None:
        """Tell how far a phase is, at most four times a second and at its end. Raises Halted when a word
        was left.
        """
        now = time.monotonic()
        if now - self._last < EVERY and done < total:
            return
        if self._job.word() is not None:
            raise Halted
        self._last = now
        took = now - self._began
        eta = took * (total - done) / done if done > 0 and took > 1.0 else None
        self._tell.write("progress", ProgressPayload(phase=phase, done=done, total=total, unit=unit, eta=eta))

    def begin(self, phase: str, total: float, unit: str) -> None:
        """A phase begins: its clock starts anew."""
        self._began, self._last = time.monotonic(), 0.0
        self.progress(phase, 0, total, unit)

    @contextmanager
    def watching(
        self, engine: duckdb.DuckDBPyConnection, phase: str, total: float, unit: str
    ) -> Iterator[None]:
        """Tell how far DuckDB is while it runs one long statement, and interrupt it when a word was left."""
        ended = threading.Event()

        def watch() -> None:
            while not ended.wait(EVERY):
                if self._job.word() is not None:
                    engine.interrupt()
                    return
                share = engine.query_progress()
                if 0 < share < 100:
                    self._tell.write(
                        "progress",
                        ProgressPayload(phase=phase, done=total * share / 100, total=total, unit=unit),
                    )

        self.begin(phase, total, unit)
        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        try:
            yield
        except duckdb.InterruptException:
            raise Halted from None
        finally:
            ended.set()
            watcher.join()
        self.progress(phase, total, total, unit)


def run(
    order: ImportOrder, job: JobFolder, tell: EventWriter, *, confined: bool = False
) -> dict[str, Any] | Outcome:
    """Import a file or make a sample. Results: version, rows, columns, rejects.

    ``confined``: this process is for this import alone and gives up network, memory and time first.
    Raises Refused in words; OSError when the disk is full. Whatever happens, ``datasets`` holds whole
    versions only.
    """
    if confined:
        confine(SECONDS, MEMORY, FILE_BYTES)
    order.datasets.mkdir(parents=True, exist_ok=True)
    place = Path(tempfile.mkdtemp(dir=order.datasets, prefix=".import-"))
    try:
        version, scratch = VersionFolder(place / "version"), place / "scratch"
        version.path.mkdir()
        scratch.mkdir()
        schema, found = read(order, Desk(version, scratch, job, tell))
        write_document(version.schema, schema)
        write_document(version.profile, found)
        name = settle_down(version, found.source, order.datasets, max(1, job.granted()))
    except Halted:
        stopped = job.word() == "stop"
        words = (
            "Stopped: nothing of the file was kept."
            if stopped
            else "Paused: the file is read again from its start."
        )
        return Outcome(state="stopped" if stopped else "paused", sentence=words)
    except duckdb.Error as error:
        raise translated(error) from error
    except pa.ArrowException as error:
        raise translated(error) from error
    finally:
        shutil.rmtree(place, ignore_errors=True)
    return {"version": name, "rows": schema.rows, "columns": len(schema.columns), "rejects": found.rejects}


def translated(error: Exception) -> Exception:
    """What a library said, as the error that the edge knows."""
    text = str(error)
    if "No space left" in text or "Disk quota" in text or "max_temp_directory_size" in text:
        return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    if isinstance(error, duckdb.OutOfMemoryException):
        return MemoryError()
    return error


def read(order: ImportOrder, desk: Desk) -> tuple[Schema, Profile]:
    """Fill the version folder but for its documents."""
    with Rejects(desk.version.rejects) as rejects:
        if order.sample is not None:
            return make_sample(order.sample, desk, rejects)
        if not order.files:
            raise Refused("The order names neither a file nor a sample.")
        file = order.files[0]
        source = open_source(file.path, file.filename, desk.scratch)
        if isinstance(source, TextTable):
            return read_text(source, desk, rejects)
        with source.zip:
            return read_archive(source, desk, rejects)


def make_sample(sample: str, desk: Desk, rejects: Rejects) -> tuple[Schema, Profile]:
    """One of the samples: a table goes the way of every CSV, pictures the way of every zip."""
    if sample not in SAMPLES:
        raise Refused(f"There is no sample ‘{sample}’. Choose one of {', '.join(SAMPLES)}.")
    title = SAMPLES[sample].title
    if sample not in PICTURES:
        path = desk.scratch / "sample.csv"
        write_table(sample, path)
        return read_text(open_csv(path, title, desk.scratch), desk, rejects, source=f"sample: {title}")
    desk.begin("pictures", 1, "pictures")
    media = MediaWriter(desk.version.media(PHOTO), desk.version.thumbs(PHOTO))
    try:
        rows = PICTURES[sample](media, lambda done, total: desk.progress("pictures", done, total, "pictures"))
    finally:
        media.close()
    return tabulate(rows, desk, rejects)


def read_archive(archive: Archive, desk: Desk, rejects: Rejects) -> tuple[Schema, Profile]:
    """A zip of class folders."""
    desk.begin("pictures", len(archive.files), "pictures")
    media = MediaWriter(desk.version.media(PHOTO), desk.version.thumbs(PHOTO))
    try:
        rows = read_zip(
            archive,
            media,
            rejects,
            desk.threads,
            lambda done, total: desk.progress("pictures", done, total, "pictures"),
        )
    finally:
        media.close()
    if not rows.names:
        raise Refused(
            f"None of the {rejects.count:,} files in the zip is a picture that can be read; for example "
            f"{rejects.first}."
        )
    return tabulate(rows, desk, rejects)


def tabulate(rows: PictureRows, desk: Desk, rejects: Rejects) -> tuple[Schema, Profile]:
    """The table beside the pictures: their names and labels."""
    arrays = {PHOTO: pa.array(rows.names, pa.string())}
    if rows.labels is not None:
        arrays[LABEL] = pa.array(rows.labels, pa.string())
    table = desk.version.table
    pq.write_table(pa.table(arrays), table, compression="snappy")
    with open_engine(desk.version.path, threads=desk.threads, scratch=desk.scratch) as engine:
        count, measured = measure(engine, table, dict.fromkeys(arrays, "text"))
        columns: list[Column] = [image.column(PHOTO, "photo", count)]
        if rows.labels is not None:
            top = most_frequent(engine, table, LABEL, category.MOST)
            labels = category.column(LABEL, "label", measured[LABEL], top, "")
            columns.append(
                labels.model_copy(update={"reason": f"names of {measured[LABEL].distinct:,} folders"})
            )
        told = (rejects.count, rejects.first)
        found = profile(engine, table, count, columns, measured, rows.source, rows.findings, told)
    return Schema(rows=count, columns=columns), found


def read_text(
    table: TextTable, desk: Desk, rejects: Rejects, source: str | None = None
) -> tuple[Schema, Profile]:
    """A table of text: typed and written by DuckDB, sifted first where it has damaged lines."""
    size = table.path.stat().st_size
    try:
        guesses = write_typed(table, desk)
    except BadRows:
        desk.begin("sorting out damaged lines", size, "bytes")
        table = sift(
            table,
            desk.scratch,
            rejects,
            lambda done: desk.progress("sorting out damaged lines", done, size, "bytes"),
        )
        try:
            guesses = write_typed(table, desk)
        except BadRows as error:
            raise Refused(
                f"The table cannot be read: {error}. Save it again as CSV (UTF-8, values with commas in "
                "quotes)."
            ) from error
    names = dict(zip(table.ids(), table.names, strict=True))
    with open_engine(desk.version.path, threads=desk.threads, scratch=desk.scratch) as engine:
        kinds = {id: guesses[id].reading.type for id in names}
        with desk.watching(engine, "looking at columns", len(names), "columns"):
            rows, measured = measure(engine, desk.version.table, dict(kinds))
        if rows == 0:
            why = f" All {rejects.count:,} lines were refused; {rejects.first}." if rejects.count else ""
            raise Refused(f"The file has a header but no rows.{why} Add rows below the header.")
        columns = settle(engine, desk.version.table, rows, names, guesses, measured)
        told = (rejects.count, rejects.first)
        found = profile(
            engine, desk.version.table, rows, columns, measured, source or table.source, table.findings, told
        )
    return Schema(rows=rows, columns=columns), found


def write_typed(table: TextTable, desk: Desk) -> dict[str, Guess]:
    """Write ``table.parquet``; how each column was read. Columns that turn out not to be what their start
    promised are read again with more care. Raises BadRows when lines are no rows.
    """
    doubted: frozenset[str] = frozenset()
    size = table.path.stat().st_size
    while True:
        with open_engine(
            desk.scratch, table.path.parent, desk.version.path, threads=desk.threads, scratch=desk.scratch
        ) as engine:
            try:
                with desk.watching(engine, "checking columns", size, "bytes"):
                    guesses = guess(table, engine, doubted)
                readers = {id: "DOUBLE" for id, found in guesses.items() if found.reading.fast}
                values = ", ".join(f"{found.reading.value(id)} AS {id}" for id, found in guesses.items())
                target = literal(str(desk.version.table))
                with desk.watching(engine, "reading the table", size, "bytes"):
                    engine.execute(
                        f"COPY (SELECT {values} FROM {table.relation(readers)}) TO {target} (FORMAT "
                        "parquet, PRESERVE_ORDER true)"
                    )
            except (duckdb.InvalidInputException, duckdb.ConversionException) as error:
                raise BadRows(str(error).splitlines()[0]) from error
            bad, miscast = faults(engine)
        if bad:
            raise BadRows(bad)
        wrong = miscast | not_two(guesses, desk)
        if not wrong - doubted:
            return guesses
        doubted |= wrong


def not_two(guesses: dict[str, Guess], desk: Desk) -> frozenset[str]:
    """Columns that were taken for a choice of two and, as written, are none."""
    taken = [id for id, found in guesses.items() if found.two]
    if not taken:
        return frozenset()
    with open_engine(desk.version.path, threads=desk.threads, scratch=desk.scratch) as engine:
        return frozenset(
            id for id, kinds in count_distinct(engine, desk.version.table, taken).items() if kinds != 2
        )


def faults(engine: duckdb.DuckDBPyConnection) -> tuple[str | None, frozenset[str]]:
    """What DuckDB's reader rejected: a line that is no row, and columns with cells that are not numbers."""
    bad: str | None = None
    miscast = set()
    for kind, column, message in engine.execute(
        "SELECT error_type, column_name, error_message FROM reject_errors"
    ).fetchall():
        if kind == "CAST":
            miscast.add(column)
        else:
            bad = bad or str(message)
    return bad, frozenset(miscast)


def settle_down(version: VersionFolder, source: str, datasets: Path, threads: int) -> str:
    """Name the version by its content and how it was read, make it survive a loss of power, and put it in
    its place. The name.
    """
    name = name_version(version, source, threads)
    files = [path for path in version.path.rglob("*") if path.is_file()]
    for path in [*files, *{path.parent for path in files}]:
        sync(path)
    target = datasets / name
    try:
        version.path.replace(target)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise
    sync(datasets)
    return name


def sync(path: Path) -> None:
    """Make a file or a folder survive a loss of power."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
