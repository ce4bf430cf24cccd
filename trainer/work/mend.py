"""From a root version and steps to a version of its own, whole or not at all.

Its name follows from the root's name and the steps, since the same steps on the same rows give the same cells: what was
made before is found again at once.
"""

import shutil
import tempfile
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from trainer.contract.dataset import Column, Finding, Profile, Schema, VersionFolder
from trainer.contract.documents import digest, read_document, write_document
from trainer.contract.folder import EventWriter, JobFolder
from trainer.contract.order import MendOrder
from trainer.contract.outcome import Outcome
from trainer.contract.plan import follow
from trainer.contract.planned import Plan
from trainer.contract.steps import Impute, Steps
from trainer.profile import profile
from trainer.sources.engine import open_engine
from trainer.sources.refusal import Refused
from trainer.work.desk import Desk, Halted
from trainer.work.import_dataset import translated
from trainer.work.place import put_as
from trainer.work.recount import count_columns
from trainer.work.remake import keep_media, share, write_table

FORMAT = 1
"""Of what steps do: part of a version's name, so that what an older Skillet made is never taken for this one's."""
CARRIED = ("rejects", "layout")
"""Findings that say how the file was read: they are the root's, and stay."""


def run(order: MendOrder, job: JobFolder, tell: EventWriter) -> dict[str, Any] | Outcome:
    """Make the version. Results: version, rows, columns, rejects.

    Raises BadStep or Refused in words; OSError when the disk is full.
    """
    root = VersionFolder(order.root)
    schema = read_document(root.schema, Schema)
    plan = follow(schema, order.steps)
    steps = Steps(root=root.path.name, steps=order.steps)
    name = digest({"format": FORMAT, "steps": steps.model_dump(mode="json")})
    made = VersionFolder(order.datasets / name)
    if made.profile.exists():
        return results(name, read_document(made.schema, Schema), read_document(made.profile, Profile))
    place = Path(tempfile.mkdtemp(dir=order.datasets, prefix=".mend-"))
    try:
        version, scratch = VersionFolder(place / "version"), place / "scratch"
        version.path.mkdir()
        scratch.mkdir()
        desk = Desk(version, scratch, job, tell)
        new_schema, found = make(root, plan, desk)
        write_document(version.steps, steps)
        write_document(version.schema, new_schema)
        write_document(version.profile, found)
        put_as(name, version, order.datasets)
    except Halted:
        stopped = job.word() == "stop"
        words = (
            "Stopped: the table is as it was."
            if stopped
            else "Paused: the steps are done again from the first."
        )
        return Outcome(state="stopped" if stopped else "paused", sentence=words)
    except (duckdb.Error, pa.ArrowException) as error:
        raise translated(error) from error
    finally:
        shutil.rmtree(place, ignore_errors=True)
    return results(name, new_schema, found)


def results(name: str, schema: Schema, found: Profile) -> dict[str, Any]:
    """What is told of a version."""
    return {"version": name, "rows": schema.rows, "columns": len(schema.columns), "rejects": found.rejects}


def make(root: VersionFolder, plan: Plan, desk: Desk) -> tuple[Schema, Profile]:
    """Fill the version folder but for its documents."""
    version = desk.version
    kept = write_table(root, plan, desk)
    if kept is not None and not len(kept):
        raise Refused("These steps leave no row. Take back one that excludes rows.")
    if kept is not None:
        pq.write_table(pa.table({"row": pa.array(kept, pa.int64())}), version.origin)
    keep_media(root, plan, kept, desk)
    for document in ("rejects", "layout"):
        source: Path = getattr(root, document)
        if source.exists():
            share(source, getattr(version, document))
    with open_engine(version.path, threads=desk.threads, scratch=desk.scratch) as engine:
        with desk.watching(engine, "looking at columns", len(plan.columns), "columns"):
            rows, columns, measured = count_columns(engine, version, plan, rows_changed=kept is not None)
        before = read_document(root.profile, Profile)
        with desk.watching(engine, "looking for what is odd", rows, "rows"):
            found = profile(engine, version.table, rows, columns, measured, before.source, [], (0, None))
    told = [*carried(before, columns), *(as_filled(finding, plan) for finding in found.findings)]
    return Schema(rows=rows, columns=columns), found.model_copy(
        update={"findings": told, "rejects": before.rejects}
    )


def as_filled(finding: Finding, plan: Plan) -> Finding:
    """A finding on holes that a step fills in training says so, and needs no mending."""
    filled = {step.column for step in plan.learned if isinstance(step, Impute)}
    if finding.kind != "missing" or finding.column not in filled:
        return finding
    sentence = f"{finding.sentence} They are filled in training."
    return finding.model_copy(update={"sentence": sentence, "fix": None})


def carried(before: Profile, columns: list[Column]) -> list[Finding]:
    """What the root's profile says of how it was read; its rows are numbered otherwise here."""
    ids = {column.id for column in columns}
    return [
        finding.model_copy(update={"rows": None, "fix": None})
        for finding in before.findings
        if (finding.kind in CARRIED or (finding.kind == "other" and finding.rows is None))
        and (finding.column is None or finding.column in ids)
    ]
