"""A dataset version made by hand, as ``trainer.contract.dataset`` describes it, and the rows around it."""

import io
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image
from sqlalchemy import Engine

from app.datasets.tables import Dataset, DatasetVersion
from app.db import new_id, open_session
from app.jobs.service import queue_job
from app.jobs.tables import Job
from app.people.tables import User
from app.storage import Store
from trainer.contract.dataset import Column, ColumnProfile, Finding, Histogram, Profile, Schema, VersionFolder
from trainer.contract.documents import write_document
from trainer.contract.order import ImportOrder
from trainer.contract.outcome import Outcome

PEOPLE: dict[str, list[Any]] = {
    "Name": [f"Person {n}" for n in range(120)],
    "Age": [None if n % 10 == 3 else float(n % 70) for n in range(120)],
    "Sex": ["male" if n % 3 else "female" for n in range(120)],
    "Fare": [round(n * 1.37 + 0.5, 2) for n in range(120)],
    "Survived": [float(n % 2) for n in range(120)],
}


def a_column(id: str, name: str, values: list[Any], **changes: Any) -> tuple[Column, ColumnProfile]:
    """A column and its profile, found out from its values."""
    present = [value for value in values if value is not None]
    distinct = sorted(set(present), key=lambda value: (-present.count(value), value))
    facts: dict[str, Any] = {"missing": len(values) - len(present), "distinct": len(distinct)}
    if present and isinstance(present[0], float):
        low, high = min(present), max(present)
        width = (high - low) / 5 or 1.0
        edges = [low + width * i for i in range(5)] + [max(high, low + width * 5)]
        counts = [sum(edges[i] <= v < edges[i + 1] for v in present) for i in range(5)]
        counts[-1] += sum(v == edges[-1] for v in present)
        facts |= {"histogram": Histogram(counts=counts, edges=edges), "minimum": low, "maximum": high}
        facts |= {"mean": sum(present) / len(present), "median": sorted(present)[len(present) // 2]}
        kind: dict[str, Any] = {"type": "number", "whole": all(v == int(v) for v in present)}
    elif len(distinct) > 30:
        facts |= {"histogram": Histogram(counts=[len(present)], labels=["text"])}
        kind = {"type": "text", "role": "text"}
    else:
        counts = [present.count(value) for value in distinct]
        facts |= {"histogram": Histogram(counts=counts, labels=[str(value) for value in distinct])}
        kind = {"type": "category", "categories": [str(value) for value in distinct]}
    column = Column(**({"id": id, "name": name, "reason": "Made by a test."} | kind | changes))
    return column, ColumnProfile(**facts)


def a_version_folder(
    store: Store,
    values: dict[str, list[Any]] | None = None,
    *,
    findings: list[Finding] | None = None,
    rejects: list[tuple[str, int | None, str, str | None]] | None = None,
    changes: dict[str, dict[str, Any]] | None = None,
) -> VersionFolder:
    """A version on disk. ``changes`` (by column name) win over what is found out from the values."""
    values = PEOPLE if values is None else values
    folder = store.version(new_id())
    folder.path.mkdir(parents=True)
    made = [
        a_column(f"c{i}", name, cells, **(changes or {}).get(name, {}))
        for i, (name, cells) in enumerate(values.items())
    ]
    rows = len(next(iter(values.values())))
    pq.write_table(pa.table({c.id: values[c.name] for c, _ in made}), folder.table)
    write_document(folder.schema, Schema(rows=rows, columns=[c for c, _ in made]))
    profile = Profile(
        columns={c.id: p for c, p in made},
        findings=findings or [],
        rejects=len(rejects or []),
        source="CSV, comma, UTF-8",
    )
    write_document(folder.profile, profile)
    if rejects:
        names = ("file", "line", "reason", "raw")
        types = (pa.string(), pa.int64(), pa.string(), pa.string())
        columns = {
            n: pa.array([r[i] for r in rejects], t) for i, (n, t) in enumerate(zip(names, types, strict=True))
        }
        pq.write_table(pa.table(columns), folder.rejects)
    return folder


def some_rows(path: Path, rows: list[int], scores: list[float | None] | None = None) -> Path:
    """A set of rows as findings and selections leave it."""
    path.parent.mkdir(exist_ok=True)
    kept = {"row": pa.array(rows, pa.int64()), "score": pa.array(scores or [None] * len(rows), pa.float64())}
    pq.write_table(pa.table(kept), path)
    return path


def a_picture_folder(store: Store, count: int = 30, broken: bytes | None = None) -> VersionFolder:
    """A version of small pictures of two classes; the last is missing; ``broken`` replaces the first."""
    names = [f"{'red' if n % 2 else 'blue'}/{n}.png" for n in range(count - 1)] + [None]
    labels = ["red" if n % 2 else "blue" for n in range(count)]
    folder = a_version_folder(
        store,
        {"picture": names, "label": labels},
        changes={"picture": {"type": "image", "role": "input", "categories": None}},
    )
    pictures = [a_picture("red" if n % 2 else "blue") for n in range(count - 1)]
    content = [broken or pictures[0], *pictures[1:], None]
    folder.thumbs("c0").parent.mkdir()
    write_arrow(folder.media("c0"), content, 40)
    write_arrow(folder.thumbs("c0"), content, 40)
    return folder


def a_picture(colour: str) -> bytes:
    """A PNG of 40 x 40 pixels."""
    file = io.BytesIO()
    Image.new("RGB", (40, 40), colour).save(file, "PNG")
    return file.getvalue()


def write_arrow(path: Path, content: list[bytes | None], side: int) -> None:
    """An Arrow file as the import writes it."""
    sizes = pa.array([None if c is None else side for c in content], pa.int32())
    table = pa.table({"bytes": pa.array(content, pa.large_binary()), "width": sizes, "height": sizes})
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=10)


def a_dataset(
    engine: Engine, store: Store, owner: User, folder: VersionFolder | None = None, name: str = "people"
) -> Dataset:
    """A dataset with a version: the one in ``folder``, or 120 made-up people."""
    folder = folder or a_version_folder(store)
    schema = Schema.model_validate_json(folder.schema.read_bytes())
    profile = Profile.model_validate_json(folder.profile.read_bytes())
    with open_session(engine) as db:
        job = queue_job(db, store, owner, ImportOrder(datasets=store.datasets, sample="flowers"))
        end(job, Outcome(state="done", sentence="Read."))
        dataset = Dataset(owner_id=owner.id, name=name, job_id=job.id)
        db.add(dataset)
        db.flush()
        db.add(
            DatasetVersion(
                owner_id=owner.id,
                dataset_id=dataset.id,
                hash=folder.path.name,
                rows=schema.rows,
                columns=len(schema.columns),
                rejects=profile.rejects,
            )
        )
        db.commit()
    return dataset


def end(job: Job, outcome: Outcome) -> None:
    """Enter the end of a job without a worker."""
    job.state, job.sentence, job.outcome = outcome.state, outcome.sentence, outcome.model_dump(mode="json")
