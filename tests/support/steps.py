"""Versions that steps make, in this process."""

import itertools
from pathlib import Path
from typing import Any

from trainer.contract.dataset import Profile, Schema, VersionFolder
from trainer.contract.documents import read_document, write_document
from trainer.contract.folder import JobFolder
from trainer.contract.order import MendOrder, Order
from trainer.contract.outcome import Outcome
from trainer.contract.steps import Step
from trainer.work import carry_out

NUMBERS = itertools.count(1)


def try_steps(root: VersionFolder, *steps: Step) -> Outcome:
    """Carry out a mend order beside the root's folder."""
    if not root.profile.exists():
        write_document(root.profile, Profile(columns={}, source="made by a test"))
    folder = root.path.parent.parent / f"mend-{next(NUMBERS)}"
    job = JobFolder(folder)
    job.create(
        Order(job=folder.name, body=MendOrder(datasets=root.path.parent, root=root.path, steps=list(steps)))
    )
    job.grant(2)
    return carry_out(folder)


def after(root: VersionFolder, *steps: Step) -> VersionFolder:
    """The version that these steps make."""
    outcome = try_steps(root, *steps)
    assert outcome.state == "done", outcome
    return VersionFolder(root.path.parent / outcome.results["version"])


def schema_of(version: VersionFolder) -> Schema:
    return read_document(version.schema, Schema)


def refusal(root: VersionFolder, *steps: Step) -> str:
    """The sentence by which steps are refused."""
    outcome: Any = try_steps(root, *steps)
    assert outcome.state == "failed", outcome
    return str(outcome.sentence)


def folder_of(tmp_path: Path) -> Path:
    """Where the root version of a test lies."""
    return tmp_path / "datasets" / "root"
