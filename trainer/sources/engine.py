"""DuckDB, tied up: two folders, little memory, no extensions, no way back."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

MEMORY = 512
"""Megabytes that it may take."""


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


@contextmanager
def open_engine(
    *folders: Path, threads: int = 2, scratch: Path | None = None, memory: int = MEMORY
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB that may touch nothing but these folders; it spills into ``scratch`` when a result
    outgrows memory. ``memory``: megabytes that it may take.
    """
    allowed = [*folders, scratch] if scratch else [*folders]
    connection = duckdb.connect(
        config={
            "threads": max(1, threads),
            "memory_limit": f"{memory}MB",
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "temp_directory": str(scratch) if scratch else "",
        }
    )
    try:
        directories = ", ".join(literal(str(folder.resolve())) for folder in allowed)
        connection.execute(f"SET allowed_directories = [{directories}]")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET enable_progress_bar_print = false")  # progress is asked for, not printed
        connection.execute("SET lock_configuration = true")
        yield connection
    finally:
        connection.close()
