"""From a stranger's file to a dataset version: read, type, measure, name by content, put in place whole
or not at all.
"""

import errno
import os
import shutil
import tempfile
import traceback
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from trainer.contract.dataset import Schema, VersionFolder
from trainer.contract.documents import read_document, write_document
from trainer.contract.folder import EventWriter, JobFolder
from trainer.contract.order import ImportOrder
from trainer.contract.outcome import Outcome
from trainer.limits import confine
from trainer.work.desk import Desk, Halted
from trainer.work.place import put_in_place
from trainer.work.reading import read

SECONDS = 3_600
MEMORY = 6 << 30
FILE_BYTES = 64 << 30


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
        desk = Desk(version, scratch, job, tell)
        schema, found = read(order, desk)
        write_document(version.schema, schema)
        write_document(version.profile, found)
        name = put_in_place(version, found.source, order.datasets, desk.threads, desk.known)
    except Halted:
        stopped = job.word() == "stop"
        words = (
            "Stopped: nothing of the file was kept."
            if stopped
            else "Paused: the file is read again from its start."
        )
        return Outcome(state="stopped" if stopped else "paused", sentence=words)
    except MemoryError:
        return short_of_memory()
    except (duckdb.Error, pa.ArrowException) as error:
        fault = translated(error)
        if isinstance(fault, MemoryError):
            return short_of_memory()
        raise fault from error
    finally:
        shutil.rmtree(place, ignore_errors=True)
    results = {"version": name, "rows": schema.rows, "columns": len(schema.columns), "rejects": found.rejects}
    if order.onto is not None:
        results |= {"onto": order.onto.name, "note": added(order, schema)}
    return results


def added(order: ImportOrder, schema: Schema) -> str:
    """What changed, in words: how many rows came from which file."""
    assert order.onto is not None
    rows = schema.rows - read_document(VersionFolder(order.onto).schema, Schema).rows
    what = "1 row" if rows == 1 else f"{rows:,} rows"
    purpose = " to test on" if order.part == "test" else ""
    more = f" and {len(order.files) - 1} more" if order.files[1:] else ""
    return f"{what}{purpose} from {order.files[0].filename[:100]}{more}"


def short_of_memory() -> Outcome:
    """What is true of an import that needed more memory than there was, and what helps."""
    return Outcome(
        state="failed",
        passing=True,
        trace=traceback.format_exc(),
        sentence="Reading took more memory than there is, so nothing of it was kept. Wait until other work has ended, "
        "then start again; or bring fewer columns or rows at once.",
    )


def translated(error: Exception) -> Exception:
    """What a library said, as the error that the edge knows."""
    text = str(error)
    if "No space left" in text or "Disk quota" in text or "max_temp_directory_size" in text:
        return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    if isinstance(error, duckdb.OutOfMemoryException):
        return MemoryError()
    return error
