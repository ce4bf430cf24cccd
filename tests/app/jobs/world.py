"""A small world of jobs for tests: a person, queued jobs, a worker in a process of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Engine

from app.charts.series import series_of
from app.db import new_id, open_session
from app.jobs.service import list_events, queue_job
from app.jobs.tables import Job, JobEvent
from app.people.tables import User
from app.settings import Settings
from app.storage import Store
from trainer.contract.order import BaselineOrder, Body, ImportOrder, TrainOrder
from trainer.contract.recipe import Dials, Encoding, Question, Recipe

ROOT = Path(__file__).parents[3]


def a_user(engine: Engine) -> User:
    with open_session(engine) as db:
        user = User(name=f"Person {new_id()}")
        db.add(user)
        db.commit()
    return user


def a_body(verb: str = "train") -> Body:
    nowhere = Path("/nowhere")
    question = Question(target="c1", inputs=["c0"], task="classification", metric="accuracy")
    if verb == "import":
        return ImportOrder(datasets=nowhere, sample="moons")
    if verb == "baseline":
        return BaselineOrder(version=nowhere, question=question)
    recipe = Recipe(
        dataset="0" * 20, question=question, dials=Dials(learner="linear"), learner="linear",
        encoding=Encoding(), params={},
    )  # fmt: skip
    return TrainOrder(version=nowhere, prepared=nowhere, recipe=recipe)


def a_job(engine: Engine, store: Store, owner: User, verb: str = "train", **script: Any) -> str:
    """A queued job of a stand-in that does what ``script`` says (``orders.py``); its id."""
    with open_session(engine) as db:
        job = queue_job(db, store, owner, a_body(verb))
        (store.job(job.id).path / "script.json").write_text(json.dumps(script))
        db.commit()
    return job.id


def find_job(engine: Engine, id: str) -> Job:
    with open_session(engine, write=False) as db:
        job = db.get(Job, id)
        assert job is not None
        return job


def events_of(engine: Engine, id: str) -> list[JobEvent]:
    with open_session(engine, write=False) as db:
        return list_events(db, id)


def states_of(engine: Engine, id: str) -> list[str]:
    return [event.payload["state"] for event in events_of(engine, id) if event.kind == "state"]


def check_whole(engine: Engine, id: str, steps: int) -> None:
    """Every event once, without a gap; the curve is that of a run that nothing ever befell."""
    events = events_of(engine, id)
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert find_job(engine, id).seq == len(events)
    whole = list(range(1, steps + 1))
    assert series_of(events)["train/loss"] == (whole, [1 / step for step in whole])


def wait_for(condition: Callable[[], Any], patience: float = 20.0, what: str = "it") -> Any:
    until = time.monotonic() + patience
    while not (found := condition()):
        assert time.monotonic() < until, f"Waited {patience} s in vain for {what}."
        time.sleep(0.01)
    return found


def wait_for_state(engine: Engine, id: str, *states: str, patience: float = 20.0) -> Job:
    try:
        wait_for(lambda: find_job(engine, id).state in states, patience)
    except AssertionError:
        job = find_job(engine, id)
        raise AssertionError(f"Waited {patience} s for {states}; it is {job.state}: {job.sentence}") from None
    return find_job(engine, id)


class AWorker:
    """A worker in a process of its own, whose children run ``orders.py``."""

    def __init__(self, engine: Engine, settings: Settings, **options: Any) -> None:
        self.options = {"cores": 2, "lease": 6.0} | options
        self.settings = settings.model_copy(
            update={
                "database": engine.url.render_as_string(hide_password=False),
                "cores": self.options.pop("cores"),
            }
        )
        self.process: subprocess.Popen[bytes]

    def start(self) -> Self:
        given = {"settings": self.settings.model_dump(mode="json"), "options": self.options}
        self.log = self.settings.data / "worker.log"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.app.jobs.a_worker", json.dumps(given)],
                cwd=ROOT,
                stdout=log,
                stderr=log,
            )
        return self

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            os.kill(self.process.pid, signal.SIGCONT)
            self.process.kill()
        self.process.wait()

    def send(self, name: signal.Signals) -> None:
        self.process.send_signal(name)

    def leave(self, patience: float = 30.0) -> int:
        self.process.terminate()
        return self.process.wait(patience)


def pids_of(store: Store, id: str) -> list[int]:
    """Processes that worked on a job, oldest first."""
    file = store.job(id).path / "pids"
    return [int(line.split()[0]) for line in file.read_text().splitlines()] if file.exists() else []


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False
