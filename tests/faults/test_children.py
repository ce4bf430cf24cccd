"""What may happen to a job's own process: kills, garbage, floods, and wishes. One worker for all."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from app.db import make_engine, migrate, open_session
from app.jobs.record import hold
from app.jobs.service import Wish, ask
from app.people.tables import User
from app.settings import Settings
from app.storage import Store
from tests.app.jobs.world import (
    AWorker,
    a_job,
    a_user,
    check_whole,
    events_of,
    find_job,
    is_alive,
    pids_of,
    states_of,
    wait_for,
    wait_for_state,
)

pytestmark = [pytest.mark.faults, pytest.mark.timeout(120)]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(data=tmp_path_factory.mktemp("children") / "data", port=0)


@pytest.fixture(scope="module")
def store(settings: Settings) -> Store:
    store = Store(settings.data)
    store.create()
    return store


@pytest.fixture(scope="module")
def engine(settings: Settings, store: Store) -> Iterator[Engine]:
    engine = make_engine(settings)
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def user(engine: Engine) -> User:
    return a_user(engine)


@pytest.fixture(scope="module", autouse=True)
def worker(engine: Engine, settings: Settings) -> Iterator[AWorker]:
    with AWorker(engine, settings) as worker:
        yield worker


def tell(engine: Engine, id: str, wish: Wish) -> None:
    with open_session(engine) as db:
        ask(db, hold(db, id), wish)
        db.commit()


def wait_for_points(engine: Engine, id: str, count: int) -> None:
    wait_for(lambda: sum(event.kind == "points" for event in events_of(engine, id)) >= count, what="points")


def test_a_training_that_is_left_alone(engine: Engine, store: Store, user: User) -> None:
    id = a_job(engine, store, user, steps=12, what="print", at=3)
    job = wait_for_state(engine, id, "done", "failed")
    check_whole(engine, id, 12)
    assert states_of(engine, id) == ["queued", "starting", "running", "done"]
    assert job.outcome is not None
    assert job.outcome["results"] == {"steps": 12}
    assert (job.worker, job.lease_until, job.losses) == (None, None, 0)
    assert job.ended_at is not None
    assert store.job(id).log_file.read_text() == "words for the log\nnative words\n"


def test_a_worker_shows_that_it_lives(engine: Engine, store: Store, user: User) -> None:
    wait_for_state(engine, a_job(engine, store, user, "baseline", steps=1), "done")
    assert store.worker_sign.exists()


def test_only_an_import_is_confined(engine: Engine, store: Store, user: User) -> None:
    ids = {verb: a_job(engine, store, user, verb, steps=1) for verb in ("import", "baseline", "train")}
    for verb, id in ids.items():
        wait_for_state(engine, id, "done")
        assert (store.job(id).path / "pids").read_text().split()[1] == str(verb == "import")


def test_a_child_killed_again_and_again_resumes_without_gap_or_double(
    engine: Engine, store: Store, user: User
) -> None:
    id = a_job(engine, store, user, steps=20, seconds=0.005, what="die", at=8, times=3)
    job = wait_for_state(engine, id, "done", "failed", patience=40)
    assert (job.state, job.losses) == ("done", 3)
    check_whole(engine, id, 20)
    assert len(pids_of(store, id)) == 4
    lost = [e.payload["sentence"] for e in events_of(engine, id) if e.payload.get("state") == "queued"][1]
    assert "killed, often because memory ran out" in lost
    assert lost.endswith("; its work is taken up again.")
    assert "checkpoint" not in lost


def test_a_child_killed_too_often_is_given_up_in_words(engine: Engine, store: Store, user: User) -> None:
    id = a_job(engine, store, user, steps=20, what="die", at=8, times=99, signal="SIGSEGV")
    job = wait_for_state(engine, id, "done", "failed", patience=40)
    assert job.state == "failed"
    assert len(pids_of(store, id)) == 4
    assert "segmentation fault" in job.sentence
    assert "4 times" in job.sentence
    outcome = store.job(id).outcome()
    assert outcome is not None
    assert outcome.state == "failed"
    assert outcome.trace is not None
    assert "Segmentation fault" in outcome.trace


def test_an_import_is_tried_twice(engine: Engine, store: Store, user: User) -> None:
    id = a_job(engine, store, user, "import", what="die", at=2, times=99)
    job = wait_for_state(engine, id, "done", "failed")
    assert job.state == "failed"
    assert len(pids_of(store, id)) == 2
    assert "read this file" in job.sentence


def test_an_exception_is_not_tried_again(engine: Engine, store: Store, user: User) -> None:
    id = a_job(engine, store, user, what="raise", at=2, times=99)
    job = wait_for_state(engine, id, "done", "failed")
    assert job.state == "failed"
    assert len(pids_of(store, id)) == 1
    assert job.outcome is not None
    assert "no such luck" in job.outcome["trace"]


@pytest.mark.parametrize("what", ["exit", "half"])
def test_leaving_without_an_outcome_or_in_the_middle_of_a_line(
    engine: Engine, store: Store, user: User, what: str
) -> None:
    id = a_job(engine, store, user, steps=10, what=what, at=5)
    assert wait_for_state(engine, id, "done", "failed").state == "done"
    check_whole(engine, id, 10)


def test_a_line_that_is_no_event_ends_the_job_in_words(engine: Engine, store: Store, user: User) -> None:
    id = a_job(engine, store, user, what="garbage", at=4)
    job = wait_for_state(engine, id, "done", "failed")
    assert job.state == "failed"
    assert "not an event" in job.sentence
    wait_for(lambda: not is_alive(pids_of(store, id)[0]))
    check_whole(engine, id, 4)


def test_a_flood_of_events_is_stored_whole(engine: Engine, store: Store, user: User) -> None:
    id = a_job(engine, store, user, steps=4, what="flood", at=2, flood=20_000)
    assert wait_for_state(engine, id, "done", "failed", patience=40).state == "done"
    check_whole(engine, id, 4)
    assert sum(event.kind == "progress" for event in events_of(engine, id)) == 20_000


def test_pause_resume_stop(engine: Engine, store: Store, user: User) -> None:
    id = a_job(engine, store, user, steps=100_000, seconds=0.005)
    wait_for_points(engine, id, 3)
    tell(engine, id, "pause")
    assert find_job(engine, id).state == "pausing"
    wait_for_state(engine, id, "paused")
    told = len(events_of(engine, id))
    time.sleep(0.3)
    assert len(events_of(engine, id)) == told, "a paused job tells nothing"
    tell(engine, id, "resume")
    wait_for(lambda: any(event.kind == "rewind" for event in events_of(engine, id)), what="the rewind")
    tell(engine, id, "stop")
    job = wait_for_state(engine, id, "stopped")
    assert job.losses == 0
    assert job.sentence.startswith("Left at step")
    steps = int(job.sentence.split()[-1].rstrip("."))
    check_whole(engine, id, steps)
    expected = [
        "queued",
        "starting",
        "running",
        "pausing",
        "paused",
        "queued",
        "starting",
        "running",
        "stopping",
        "stopped",
    ]
    assert states_of(engine, id) == expected


def test_a_pause_taken_back_goes_on(engine: Engine, store: Store, user: User) -> None:
    id = a_job(engine, store, user, steps=200, seconds=0.01)
    wait_for_points(engine, id, 3)
    tell(engine, id, "pause")
    tell(engine, id, "resume")
    assert wait_for_state(engine, id, "done", "paused", "failed").state == "done"
    check_whole(engine, id, 200)


def test_a_full_disk_pauses_with_its_sentence(engine: Engine, store: Store, user: User) -> None:
    full = {"state": "failed", "passing": True, "sentence": "The disk is full. Free some space, then resume."}
    id = a_job(engine, store, user, steps=4, end=full)
    job = wait_for_state(engine, id, "paused", "failed")
    assert (job.state, job.sentence) == ("paused", full["sentence"])
    (store.job(id).path / "script.json").write_text('{"steps": 6}')
    tell(engine, id, "resume")
    assert wait_for_state(engine, id, "done", "paused").state == "done"


def test_a_killed_forkserver_is_replaced(engine: Engine, store: Store, user: User) -> None:
    id = a_job(engine, store, user, steps=150, seconds=0.01)
    wait_for_points(engine, id, 5)
    parent = int(Path(f"/proc/{pids_of(store, id)[0]}/stat").read_text().rpartition(")")[2].split()[1])
    os.kill(parent, signal.SIGKILL)
    job = wait_for_state(engine, id, "done", "failed")
    assert (job.state, job.losses) == ("done", 1)
    check_whole(engine, id, 150)
