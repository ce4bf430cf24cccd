"""DuckDB over our own files: memory-limited, confined to the folder of data, and stopped when a question takes long."""

import functools
import os
import shutil
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from app.errors import Refusal
from app.storage import Store

SOURCE = "read_parquet(?, file_row_number = true)"
PATIENCE = 10.0
"""Seconds that a page may think. Most answers are there in a tenth of one; sorting 10 million texts takes six."""
MEMORY = "256MB"
SPILL = "4GB"
"""What a sort that does not fit the memory may write beside the data; it is deleted with the question."""


class TooSlow(Refusal):
    """A question to a table that would have taken too long, or too much memory."""

    status = 503


def ask(datasets: Path, sql: str, bound: Sequence[Any], patience: float = PATIENCE) -> list[tuple[Any, ...]]:
    """The rows of an answer; raises TooSlow in words after ``patience`` seconds or where memory does not suffice."""
    cursor = open_engine(datasets).cursor()
    timer = threading.Timer(patience, cursor.interrupt)
    timer.start()
    try:
        found: list[tuple[Any, ...]] = cursor.execute(sql, list(bound)).fetchall()
    except duckdb.InterruptException:
        raise TooSlow(
            f"This did not finish within {patience:g} seconds, so it was stopped. "
            "Filter the rows first, or sort by a column of numbers."
        ) from None
    except duckdb.OutOfMemoryException:
        raise TooSlow(
            "This needs more memory than a page may use, so it was stopped. Filter the rows first, then do it again."
        ) from None
    finally:
        timer.cancel()
        cursor.close()
    return found


@functools.lru_cache(maxsize=8)
def open_engine(datasets: Path) -> duckdb.DuckDBPyConnection:
    """The engine for this folder and the sets of rows beside it: in memory, no extension, nothing else, locked."""
    store = Store(datasets.parent)
    engine = duckdb.connect(
        ":memory:",
        config={
            "threads": "1",
            "memory_limit": MEMORY,
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        },
    )
    engine.execute(f"SET temp_directory = {quoted(place_to_spill(store, datasets.name))}")
    engine.execute(f"SET max_temp_directory_size = '{SPILL}'")
    allowed = ", ".join(quoted(folder.resolve(), "/") for folder in (datasets, store.row_sets))
    engine.execute(f"SET allowed_directories = [{allowed}]")
    engine.execute("SET enable_external_access = false")
    engine.execute("SET lock_configuration = true")
    return engine


def place_to_spill(store: Store, name: str) -> Path:
    """A folder that no other engine writes to; those of processes that were killed in the middle are deleted."""
    for left in store.spill.glob("*-*"):
        pid = left.name.split("-")[0]
        if pid.isdecimal() and not Path(f"/proc/{pid}").exists():
            shutil.rmtree(left, ignore_errors=True)
    return store.spill / f"{os.getpid()}-{name}"


def quoted(path: Path, end: str = "") -> str:
    """A path of ours as a literal of SQL: settings take no bound parameters."""
    return "'" + str(path).replace("'", "''") + end + "'"
