"""Versions that a test makes: asked for through the app, made in this process."""

from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy import Engine, select

from app.datasets.service import get_version, read_schema
from app.datasets.tables import Dataset, DatasetVersion
from app.db import open_session
from app.jobs.ending import finish
from app.jobs.tables import Job
from app.people.tables import User
from app.storage import Store
from app.versions.service import add_steps, finish_mend
from app.versions.tables import Mending
from trainer.contract.dataset import Schema
from trainer.contract.events import ENDED
from trainer.contract.outcome import Outcome
from trainer.contract.steps import Step
from trainer.work import carry_out


def do_jobs(engine: Engine, store: Store, verb: str = "mend") -> list[Outcome]:
    """Do what waits, the oldest first, as the worker would."""
    outcomes = []
    with open_session(engine) as db:
        waiting = select(Job).where(Job.verb == verb, Job.state.not_in(ENDED)).order_by(Job.created_at)
        for job in db.scalars(waiting):
            outcomes.append(do_job(db, store, job))
        db.commit()
    return outcomes


def do_job(db: Any, store: Store, job: Job) -> Outcome:
    """Do one job and enter its end."""
    folder = store.job(job.id)
    folder.grant(2)
    outcome = carry_out(folder.path)
    finish(db, folder, job, outcome, {"mend": finish_mend})
    return outcome


def ask_for(
    engine: Engine, store: Store, person: User, dataset: Dataset, *steps: Step, note: str = "x"
) -> Mending:
    """Ask for a version, and leave its job waiting."""
    with open_session(engine) as db:
        mending = add_steps(db, store, person, db.get_one(Dataset, dataset.id), steps, note, of=None)
        db.commit()
    return mending


def mended(
    engine: Engine, store: Store, person: User, dataset: Dataset, *steps: Step, note: str = "x"
) -> DatasetVersion:
    """A version made by these further steps, and shown."""
    ask_for(engine, store, person, dataset, *steps, note=note)
    (outcome,) = do_jobs(engine, store)
    assert outcome.state == "done", outcome
    return shown(engine, dataset)


def shown(engine: Engine, dataset: Dataset) -> DatasetVersion:
    """The version that a dataset shows."""
    with open_session(engine) as db:
        return get_version(db, db.get_one(Dataset, dataset.id))


def schema_of(store: Store, version: DatasetVersion) -> Schema:
    return read_schema(store, version)


def page(browser: TestClient, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200, answer.text
    return answer.text
