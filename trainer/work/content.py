"""The name of a version: a hash of what is in it, not of how its files happen to be laid out.

Parquet files of equal tables differ in the bounds of their row groups, so a table is hashed column by
column: values, lengths and holes, whatever the batches are.
"""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from trainer.columns.fingerprint import Fingerprint
from trainer.columns.measure import Measured
from trainer.columns.scan import chunks
from trainer.contract.dataset import VersionFolder
from trainer.contract.folder import sha256

LENGTH = 20


@dataclass(frozen=True)
class Known:
    """The hashes of the columns of a table that was read already. They hold while the file is the one that was read."""

    file: tuple[int, int, int]
    columns: dict[str, bytes]


def knowing(table: Path, measured: dict[str, Measured]) -> Known:
    """What measuring a table tells of its content."""
    hashes = {id: each.scanned.digest for id, each in measured.items() if each.scanned is not None}
    return Known(which(table), hashes)


def which(table: Path) -> tuple[int, int, int]:
    """Changes with the file's content."""
    said = table.stat()
    return said.st_ino, said.st_size, said.st_mtime_ns


def name_version(version: VersionFolder, source: str, threads: int = 1, known: Known | None = None) -> str:
    """The first 20 hex digits of SHA-256 over table, pictures, schema, rejects and how they were read.

    The profile and its sets of rows are left out: means counted in parallel differ in their last digits. What is
    ``known`` of the table is not reckoned again.
    """
    whole = hashlib.sha256(source.encode())
    derived = {version.profile, *version.rows("any").parent.glob("*")}
    for path in sorted(path for path in version.path.rglob("*") if path.is_file() and path not in derived):
        found = hash_table(path, threads, known) if path == version.table else sha256(path)
        whole.update(f"\n{path.relative_to(version.path)} {found}".encode())
    return whole.hexdigest()[:LENGTH]


def hash_table(path: Path, threads: int = 1, known: Known | None = None) -> str:
    """SHA-256 of a table's values. Memory is bounded by one column of a row group per thread."""
    footer = pq.read_metadata(path)
    fields = pq.read_schema(path)
    hashes = known.columns if known is not None and known.file == which(path) else {}
    whole = hashlib.sha256("\n".join(f"{field.name} {field.type}" for field in fields).encode())
    with ThreadPoolExecutor(threads) as pool:
        for found in pool.map(lambda id: hashes.get(id) or hash_column(path, footer, id), fields.names):
            whole.update(found)
    return whole.hexdigest()


def hash_column(path: Path, footer: pq.FileMetaData, id: str) -> bytes:
    """The hash of one column."""
    fingerprint = Fingerprint()
    for chunk in chunks(path, footer, id):
        fingerprint.add(chunk)
    return fingerprint.digest()
