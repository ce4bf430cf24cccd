"""A real training whose process is killed: the worker resumes it, and it ends as if nothing had been."""

import json
import os
import signal
from pathlib import Path

import pytest
from sqlalchemy import Engine

from app.charts.series import series_of
from app.db import open_session
from app.jobs.service import queue_job
from app.settings import Settings
from app.storage import Store
from tests.app.jobs.world import AWorker, a_user, events_of, find_job, is_alive, wait_for, wait_for_state
from trainer.contract.dataset import Profile, Schema
from trainer.contract.documents import read_document
from trainer.contract.order import BaselineOrder, Body, ImportOrder, TrainOrder
from trainer.contract.propose import propose, propose_question
from trainer.contract.recipe import Dials

pytestmark = [pytest.mark.faults, pytest.mark.timeout(280)]
REAL = {"carry_out": "trainer.work:carry_out", "warm": "trainer.warm:warm", "lease": 15.0}


def test_import_baseline_and_a_training_killed_in_the_middle(engine: Engine, settings: Settings) -> None:
    def queue(body: Body) -> str:
        with open_session(engine) as db:
            job = queue_job(db, store, user, body)
            db.commit()
        return job.id

    def outcome_of(id: str) -> dict[str, object]:
        job = wait_for_state(engine, id, "done", "failed", patience=120)
        assert job.state == "done", (job.sentence, job.outcome)
        assert job.outcome is not None
        return dict(job.outcome["results"])

    store = Store(settings.data)
    store.create()
    user = a_user(engine)
    with AWorker(engine, settings, **REAL):
        imported = outcome_of(queue(ImportOrder(datasets=store.datasets, sample="moons")))
        version = store.version(str(imported["version"]))
        schema, profile = read_document(version.schema, Schema), read_document(version.profile, Profile)
        target = next(column.id for column in schema.columns if column.name == "moon")
        question = propose_question(schema, profile, target)
        scored = outcome_of(queue(BaselineOrder(version=version.path, question=question)))
        assert scored["baselines"]
        changes = {"epochs": 400, "patience": 0}
        recipe = propose(version.path.name, schema, question, Dials(learner="mlp"), changes)
        ids = []
        for kill in (False, True):
            order = TrainOrder(
                version=version.path, prepared=store.prepared, recipe=recipe, checkpoint_seconds=0.2
            )
            id = queue(order)
            ids.append(id)
            if kill:
                wait_for(lambda id=id: len(list(store.job(id).checkpoints.glob("*"))) > 1, 60, "checkpoints")
                os.kill(pid_of(store, id), signal.SIGKILL)
            wait_for_state(engine, id, "done", "failed", patience=150)
    whole, cut = (series_of(events_of(engine, id)) for id in ids)
    assert [find_job(engine, id).losses for id in ids] == [0, 1]
    assert whole.keys() == cut.keys()
    for name, (steps, values) in whole.items():
        assert cut[name][0] == sorted(set(cut[name][0])), "a step is drawn twice"
        assert cut[name][0][-1] == steps[-1]
        if name.startswith(
            "validation/"
        ):  # told at ends of epochs; training's windows begin anew after a resume
            assert cut[name] == (steps, values), "it is not the same training"
    for id in ids:
        events = events_of(engine, id)
        assert [event.seq for event in events] == list(range(1, len(events) + 1))
        assert not is_alive(pid_of(store, id))


def pid_of(store: Store, id: str) -> int:
    return int(json.loads(Path(store.job(id).child_file).read_bytes())["pid"])
