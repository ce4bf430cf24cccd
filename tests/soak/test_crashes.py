"""Many trainings, each killed up to three times at random moments: all end with the very weights of an undisturbed one.

``make soak``; SKILLET_SOAK_RUNS sets how many.
"""

import json
import os
import random
import signal
import time
from pathlib import Path

import pytest
from sqlalchemy import Engine

from app.charts.series import series_of
from app.db import open_session
from app.jobs.service import queue_job
from app.settings import Settings
from app.storage import Store
from tests.app.jobs.world import AWorker, a_user, events_of, find_job, wait_for_state
from trainer.contract.dataset import Profile, Schema
from trainer.contract.documents import read_document
from trainer.contract.folder import sha256
from trainer.contract.order import Body, ImportOrder, TrainOrder
from trainer.contract.propose import propose, propose_question
from trainer.contract.recipe import Dials

pytestmark = [pytest.mark.faults, pytest.mark.timeout(3600)]
RUNS = int(os.environ.get("SKILLET_SOAK_RUNS", "20"))
REAL = {"carry_out": "trainer.work:carry_out", "warm": "trainer.warm:warm", "lease": 15.0}


def test_killed_at_random_and_equal_to_the_bit(engine: Engine, settings: Settings) -> None:
    dice = random.Random(7)
    store = Store(settings.data)
    store.create()
    user = a_user(engine)

    def queue(body: Body) -> str:
        with open_session(engine) as db:
            job = queue_job(db, store, user, body)
            db.commit()
        return job.id

    with AWorker(engine, settings, **REAL):
        imported = wait_for_state(engine, queue(ImportOrder(datasets=store.datasets, sample="moons")), "done")
        assert imported.outcome is not None
        version = store.version(str(imported.outcome["results"]["version"]))
        schema, profile = read_document(version.schema, Schema), read_document(version.profile, Profile)
        target = next(column.id for column in schema.columns if column.name == "moon")
        changes = {"epochs": 600, "patience": 0, "precision": "float32", "deterministic": True}
        question = propose_question(schema, profile, target)
        recipe = propose(version.path.name, schema, question, Dials(learner="mlp"), changes)
        order = TrainOrder(
            version=version.path, prepared=store.prepared, recipe=recipe, checkpoint_seconds=0.2
        )
        whole = queue(order)
        wait_for_state(engine, whole, "done", patience=120)
        weights = sha256(store.job(whole).results.model / "weights.safetensors")
        curve = series_of(events_of(engine, whole))["validation/loss"]
        killed = 0
        for _ in range(RUNS):
            id = queue(order)
            killed += kill_at_random(engine, store, id, dice)
            job = wait_for_state(engine, id, "done", "failed", patience=180)
            assert job.state == "done", job.sentence
            events = events_of(engine, id)
            assert [event.seq for event in events] == list(range(1, len(events) + 1))
            assert series_of(events)["validation/loss"] == curve
            assert sha256(store.job(id).results.model / "weights.safetensors") == weights
    assert killed >= RUNS, "too few kills met a living process"


def kill_at_random(engine: Engine, store: Store, id: str, dice: random.Random) -> int:
    """Up to three kills while it trains; how many met it alive."""
    killed = 0
    for _ in range(3):
        time.sleep(dice.uniform(0.1, 1.5))
        file = Path(store.job(id).child_file)
        if find_job(engine, id).state != "running" or not file.exists():
            continue
        try:
            os.kill(int(json.loads(file.read_bytes())["pid"]), signal.SIGKILL)
        except ProcessLookupError:
            continue
        killed += 1
    return killed
