"""What may happen to a worker and to those that hang: kills, sleep, restarts. Each test has its own."""

import os
import random
import shutil
import signal
import time

import pytest
from sqlalchemy import Engine, text

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
    wait_for,
    wait_for_state,
)
from tests.support.postgresql import PostgreSQL
from trainer.contract.outcome import Outcome

pytestmark = [pytest.mark.faults, pytest.mark.timeout(120)]


@pytest.fixture
def store(settings: Settings) -> Store:
    store = Store(settings.data)
    store.create()
    return store


@pytest.fixture
def user(engine: Engine, store: Store) -> User:
    return a_user(engine)


def tell(engine: Engine, id: str, wish: Wish) -> None:
    with open_session(engine) as db:
        ask(db, hold(db, id), wish)
        db.commit()


def wait_for_points(engine: Engine, id: str, count: int) -> None:
    wait_for(lambda: sum(event.kind == "points" for event in events_of(engine, id)) >= count, what="points")


@pytest.mark.parametrize("what", ["hang", "stuck"])
def test_a_child_that_hangs_is_ended_and_resumed(
    engine: Engine, settings: Settings, store: Store, user: User, what: str
) -> None:
    id = a_job(engine, store, user, steps=10, what=what, at=5)
    with AWorker(engine, settings, still=5.0):
        job = wait_for_state(engine, id, "done", "failed")
    assert (job.state, job.losses) == ("done", 1)
    check_whole(engine, id, 10)
    assert any("no sign of life" in e.payload.get("sentence", "") for e in events_of(engine, id))


def test_an_import_that_takes_too_long_is_ended_in_words(
    engine: Engine, settings: Settings, store: Store, user: User
) -> None:
    id = a_job(engine, store, user, "import", what="hang", at=1, times=9)
    with AWorker(engine, settings, longest={"import": 4.0}):
        job = wait_for_state(engine, id, "done", "failed")
    assert job.state == "failed"
    assert "took longer" in job.sentence
    assert len(pids_of(store, id)) == 1


@pytest.mark.parametrize(("wish", "end"), [("pause", "paused"), ("stop", "stopped")])
def test_who_does_not_listen_is_ended_after_the_grace(
    engine: Engine, settings: Settings, store: Store, user: User, wish: Wish, end: str
) -> None:
    id = a_job(engine, store, user, steps=100_000, seconds=0.01, deaf=True, what="hang", at=20)
    with AWorker(engine, settings, grace_pause=0.5, grace_stop=0.5):
        wait_for_points(engine, id, 20)
        tell(engine, id, wish)
        job = wait_for_state(engine, id, end)
    assert not is_alive(pids_of(store, id)[0])
    assert "did not answer" in job.sentence or wish == "pause"
    check_whole(engine, id, 20)


def test_a_worker_that_is_asked_to_end_lets_its_jobs_save_and_gives_them_back(
    engine: Engine, settings: Settings, store: Store, user: User
) -> None:
    id = a_job(engine, store, user, steps=300, seconds=0.01)
    with AWorker(engine, settings) as worker:
        wait_for_points(engine, id, 5)
        assert worker.leave() == 0
        job = find_job(engine, id)
        assert (job.state, job.losses, job.worker) == ("queued", 0, None)
        assert not any(is_alive(pid) for pid in pids_of(store, id))
        worker.start()
        wait_for_state(engine, id, "done")
    check_whole(engine, id, 300)


@pytest.mark.parametrize("stuck", [False, True])
def test_a_killed_worker_takes_its_child_along_and_the_next_one_resumes_at_once(
    engine: Engine, settings: Settings, store: Store, user: User, stuck: bool
) -> None:
    id = a_job(engine, store, user, steps=200, seconds=0.01)
    with AWorker(engine, settings, lease=60.0) as worker:
        wait_for_points(engine, id, 5)
        child = pids_of(store, id)[0]
        if stuck:
            os.kill(child, signal.SIGSTOP)
        worker.send(signal.SIGKILL)
        worker.process.wait()
        wait_for(lambda: not is_alive(child), 5, "the end of the orphan")
        assert find_job(engine, id).state == "running", "nobody has noticed yet"
        worker.start()
        began = time.monotonic()
        job = wait_for_state(engine, id, "done")
    assert time.monotonic() - began < 15, "the lease was waited for, though its holder is plainly gone"
    assert job.losses == 1
    check_whole(engine, id, 200)
    assert len(pids_of(store, id)) == 2


def test_a_sleeping_worker_loses_its_job_and_is_refused_when_it_wakes(
    engine: Engine, settings: Settings, store: Store, user: User
) -> None:
    """C9: SIGSTOP, the lease passes, another worker takes over, SIGCONT."""
    id = a_job(engine, store, user, steps=900, seconds=0.01)
    with AWorker(engine, settings) as sleeper:
        wait_for_points(engine, id, 5)
        term = find_job(engine, id).term
        sleeper.send(signal.SIGSTOP)
        with AWorker(engine, settings):
            wait_for(lambda: find_job(engine, id).term > term + 1, 15, "the other worker")
            first, second = wait_for(lambda: len(pids_of(store, id)) == 2 and pids_of(store, id))
            assert not is_alive(first), "two processes train in one folder"
            sleeper.send(signal.SIGCONT)
            job = wait_for_state(engine, id, "done", "failed", patience=40)
            assert sleeper.process.poll() is None, "it goes on with other work"
    assert (job.state, job.losses) == ("done", 1)
    assert pids_of(store, id) == [first, second]
    check_whole(engine, id, 900)


def test_an_end_that_was_not_entered_is_entered_by_the_next_worker(
    engine: Engine, settings: Settings, store: Store, user: User
) -> None:
    id = a_job(engine, store, user, steps=50, seconds=0.01)
    with AWorker(engine, settings, lease=60.0) as worker:
        wait_for_points(engine, id, 5)
        worker.send(signal.SIGKILL)
        worker.process.wait()
        wait_for(lambda: not is_alive(pids_of(store, id)[0]))
        store.job(id).end(Outcome(state="done", sentence="All done.", results={"kept": True}))
        worker.start()
        job = wait_for_state(engine, id, "done")
    assert job.outcome is not None
    assert job.outcome["results"] == {"kept": True}
    assert len(pids_of(store, id)) == 1, "what had ended was done again"


def test_a_folder_that_vanished_fails_in_words(
    engine: Engine, settings: Settings, store: Store, user: User
) -> None:
    id, other = a_job(engine, store, user, steps=5), a_job(engine, store, user, steps=5)
    shutil.rmtree(store.job(id).path)
    with AWorker(engine, settings):
        assert wait_for_state(engine, other, "done", "failed").state == "done"
        job = wait_for_state(engine, id, "done", "failed")
    assert job.state == "failed"
    assert str(store.job(id).path) in job.sentence


def test_trainings_share_the_cores_and_stand_aside_for_each_other(
    engine: Engine, settings: Settings, store: Store, user: User
) -> None:
    with AWorker(engine, settings, cores=4):
        first = a_job(engine, store, user, steps=400, seconds=0.01)
        wait_for(lambda: (store.job(first).last_pulse() or {}).get("threads") == 4, what="four threads")
        second = a_job(engine, store, user, steps=100, seconds=0.01)
        wait_for(lambda: (store.job(second).last_pulse() or {}).get("threads") == 2, what="two threads")
        pulse = store.job(first).last_pulse()
        assert pulse is not None
        assert pulse["threads"] == 2
        wait_for_state(engine, second, "done")
        wait_for(lambda: (store.job(first).last_pulse() or {}).get("threads") == 4, what="four again")
        wait_for_state(engine, first, "done")


def test_a_warm_spare_waits_and_is_replaced(
    engine: Engine, settings: Settings, store: Store, user: User
) -> None:
    with AWorker(engine, settings, warm="tests.app.jobs.orders:warm"):
        for _ in range(3):
            id = a_job(engine, store, user, steps=2)
            wait_for_state(engine, id, "done")


@pytest.mark.timeout(240)
def test_kills_at_random_moments(engine: Engine, settings: Settings, store: Store, user: User) -> None:
    """C1, small: child, worker and forkserver die again and again; the curve is as if nothing had been."""
    dice = random.Random(7)
    id = a_job(engine, store, user, steps=400, seconds=0.005)
    with AWorker(engine, settings) as worker:
        for _ in range(6):
            time.sleep(dice.uniform(0.3, 0.9))
            with open_session(
                engine
            ) as db:  # a person would not wait for so many losses: neither do we count them
                hold(db, id).losses = 0
                db.commit()
            found = [pid for pid in pids_of(store, id) if is_alive(pid)]
            if dice.random() < 0.5 and found:
                os.kill(found[-1], signal.SIGKILL)
            else:
                worker.send(signal.SIGKILL)
                worker.process.wait()
                worker.start()
        wait_for_state(engine, id, "done", patience=60)
    check_whole(engine, id, 400)


@pytest.mark.parametrize(("seconds", "losses"), [(1.5, 0), (9.0, 1)])
def test_a_database_that_is_away(
    engine: Engine, settings: Settings, store: Store, user: User, seconds: float, losses: int
) -> None:
    """C3, C11: shorter than the lease costs nothing; longer, and the child has ended itself before the lease did."""
    id = a_job(engine, store, user, steps=1500, seconds=0.01)
    with AWorker(engine, settings, lease=6.0) as worker:
        wait_for_points(engine, id, 5)
        child = pids_of(store, id)[0]
        lease_until = find_job(engine, id).lease_until
        assert lease_until is not None
        with open_session(engine) as db:  # nobody else can write
            hold(db, id)
            began = time.time()
            while time.time() < began + seconds:
                assert time.time() < lease_until or not is_alive(child), "it works on without a lease"
                time.sleep(0.05)
            db.rollback()
        job = wait_for_state(engine, id, "done", "failed", patience=60)
        assert worker.process.poll() is None
    assert job.state == "done"
    assert job.losses <= losses
    check_whole(engine, id, 1500)
    assert len(pids_of(store, id)) == 1 + losses


def test_a_database_server_that_cuts_every_connection(
    postgresql: PostgreSQL, settings: Settings, store: Store
) -> None:
    """C3: again and again, in the middle of everything; events wait in the folder and are taken over later."""
    with postgresql.database() as url:
        engine = make_engine(settings.model_copy(update={"database": url}))
        migrate(engine)
        id = a_job(engine, store, a_user(engine), steps=400, seconds=0.01)
        with AWorker(engine, settings) as worker:
            wait_for_points(engine, id, 5)
            for _ in range(8):
                with engine.connect() as connection:
                    cut = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                    ours = "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                    connection.execute(text(cut + ours))
                time.sleep(0.3)
            job = wait_for_state(engine, id, "done", "failed", patience=60)
            assert worker.process.poll() is None, "the worker died of it"
        assert (job.state, job.losses) == ("done", 0)
        check_whole(engine, id, 400)
        engine.dispose()
