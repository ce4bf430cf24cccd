"""Imports of files that a test makes: the whole way of a file, in this process."""

import io
import itertools
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import soundfile
from PIL import Image

from trainer.contract.dataset import Profile, Schema, VersionFolder
from trainer.contract.documents import read_document
from trainer.contract.events import Event
from trainer.contract.folder import EventWriter, JobFolder
from trainer.contract.order import ImportOrder, Order, SourceFile
from trainer.contract.outcome import Outcome
from trainer.work.import_dataset import run

NUMBERS = itertools.count(1)


@dataclass(frozen=True)
class Imported:
    """What an import left."""

    name: str
    version: VersionFolder
    schema: Schema
    profile: Profile
    events: list[Event]

    def cells(self) -> dict[str, list[Any]]:
        """The table by the names that people know."""
        table = pq.read_table(self.version.table)
        return {column.name: table[column.id].to_pylist() for column in self.schema.columns}

    def types(self) -> dict[str, str]:
        return {column.name: column.type for column in self.schema.columns}

    def roles(self) -> dict[str, str]:
        return {column.name: column.role for column in self.schema.columns}

    def rejects(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = pq.read_table(self.version.rejects).to_pylist()
        return rows


def an_order(
    folder: Path,
    content: bytes | Path | dict[str, bytes] | None,
    sample: str | None = None,
    filename: str = "mine",
    **wishes: Any,
) -> JobFolder:
    """A job folder with an import order for these bytes, this file, these loose files or this sample."""
    brought = content if isinstance(content, dict) else {filename: content} if content is not None else {}
    files = []
    for name, data in brought.items():
        path = data if isinstance(data, Path) else folder / f"upload-{next(NUMBERS)}"
        if isinstance(data, bytes):
            path.write_bytes(data)
        files.append(SourceFile(path=path, filename=name))
    order = ImportOrder(datasets=folder / "datasets", files=files, sample=sample, **wishes)
    job = JobFolder(folder / f"job-{next(NUMBERS)}")
    job.create(Order(job=job.path.name, body=order))
    job.grant(2)
    return job


def run_order(job: JobFolder) -> dict[str, Any] | Outcome:
    """Carry the import out; what it raises is the test's."""
    order = job.order().body
    assert isinstance(order, ImportOrder)
    tell = EventWriter(job)
    try:
        return run(order, job, tell)
    finally:
        tell.close()


def an_import(
    folder: Path, content: bytes | Path | dict[str, bytes] | None = None, **changes: Any
) -> Imported:
    """Import and read back."""
    job = an_order(folder, content, **changes)
    results = run_order(job)
    assert isinstance(results, dict), results
    return read_back(folder, job, results)


def read_back(folder: Path, job: JobFolder, results: dict[str, Any]) -> Imported:
    """What an import left, checked against what it told."""
    version = VersionFolder(folder / "datasets" / results["version"])
    schema = read_document(version.schema, Schema)
    profile = read_document(version.profile, Profile)
    assert (results["rows"], results["columns"]) == (schema.rows, len(schema.columns))
    assert results["rejects"] == profile.rejects
    return Imported(results["version"], version, schema, profile, [event for event, _ in job.read_events()])


def a_csv(*lines: str) -> bytes:
    return ("\n".join(lines) + "\n").encode()


def a_table_of(rows: list[dict[str, Any]]) -> bytes:
    """A Parquet file."""
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), out)
    return out.getvalue()


def a_picture(
    form: str = "PNG", size: tuple[int, int] = (40, 30), seed: int = 0, mode: str = "RGB", **options: Any
) -> bytes:
    """A picture of smooth noise, which JPEG can keep."""
    generator = np.random.default_rng(seed)
    small = Image.fromarray(generator.integers(0, 256, (4, 4, 3), dtype=np.uint8))
    out = io.BytesIO()
    small.resize(size, Image.Resampling.BICUBIC).convert(mode).save(out, form, **options)
    return out.getvalue()


def a_sound(
    seconds: float = 0.2, rate: int = 8_000, form: str = "WAV", subtype: str | None = None, channels: int = 1
) -> bytes:
    """A tone that grows louder."""
    time_T = np.arange(int(seconds * rate)) / rate
    wave_T = np.sin(2 * np.pi * 440 * time_T) * np.linspace(0.1, 0.9, len(time_T))
    out = io.BytesIO()
    soundfile.write(out, np.repeat(wave_T[:, None], channels, axis=1), rate, format=form, subtype=subtype)
    return out.getvalue()


def a_mask(values: list[int], size: tuple[int, int] = (40, 30)) -> bytes:
    """A grey PNG in stripes of these values."""
    columns_W = np.asarray(values, dtype=np.uint8)[np.arange(size[0]) * len(values) // size[0]]
    out = io.BytesIO()
    Image.fromarray(np.tile(columns_W, (size[1], 1))).save(out, "PNG")
    return out.getvalue()


def a_tar(entries: dict[str, bytes] | list[tuple[tarfile.TarInfo, bytes]], mode: str = "w") -> bytes:
    """A tar with these entries."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:  # type: ignore[call-overload]
        for entry, data in entries.items() if isinstance(entries, dict) else entries:
            info = tarfile.TarInfo(entry) if isinstance(entry, str) else entry
            if isinstance(entry, str):
                info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def a_zip(entries: dict[str, bytes] | list[tuple[str | zipfile.ZipInfo, bytes]]) -> bytes:
    """A zip with these entries."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items() if isinstance(entries, dict) else entries:
            archive.writestr(name, data)
    return out.getvalue()
