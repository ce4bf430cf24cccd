"""Claims: never the same job twice, fair between owners, what a person waits for first."""

import multiprocessing
import threading
from collections import Counter
from typing import Any

import pytest
from sqlalchemy import Engine

from app.db import make_engine, open_session
from app.jobs.claim import claim, list_at_work, list_waiting, renew
from app.jobs.record import StaleTerm, hold, move, record
from app.jobs.tables import Job
from app.settings import Settings
from app.storage import Store
from tests.app.jobs.world import a_job, a_user, events_of, find_job

VERBS = ("import", "baseline", "train")


def take(engine: Engine, verbs: Any = VERBS, lease: float = 30.0, worker: str = "w") -> Job | None:
    with open_session(engine) as db:
        job = claim(db, worker, lease, "cpu", verbs)
        db.commit()
    return job


def end(engine: Engine, id: str) -> None:
    with open_session(engine) as db:
        move(db, hold(db, id), "done", "Done.")
        db.commit()


def test_nothing_waits(any_engine: Engine, store: Store) -> None:
    assert take(any_engine) is None
    a_job(any_engine, store, a_user(any_engine), "train")
    assert take(any_engine, ("import",)) is None
    with open_session(any_engine, write=False) as db:
        assert list_waiting(db, ["gpu"]) == set()
        assert list_waiting(db, ["cpu", "gpu"]) != set()


def test_a_stale_term_is_refused(any_engine: Engine, store: Store) -> None:
    id = a_job(any_engine, store, a_user(any_engine))
    first = take(any_engine)
    assert first is not None
    with open_session(any_engine) as db:
        move(db, hold(db, id, first.term), "queued", "Lost.")
        db.commit()
    second = take(any_engine)
    assert second is not None
    assert second.term == first.term + 1
    with open_session(any_engine) as db, pytest.raises(StaleTerm):
        hold(db, id, first.term)
    with open_session(any_engine) as db:
        assert renew(db, {id: first.term}, 99.0) == {id}
        assert renew(db, {id: second.term}, 99.0) == set()
        db.commit()


def test_an_ended_job_is_not_renewed(engine: Engine, store: Store) -> None:
    id = a_job(engine, store, a_user(engine))
    job = take(engine)
    assert job is not None
    end(engine, id)
    with open_session(engine) as db:
        assert renew(db, {id: job.term}, 30.0) == {id}


def test_leases_pass_by_the_clock_of_the_database(any_engine: Engine, store: Store) -> None:
    fresh = a_job(any_engine, store, a_user(any_engine))
    old = a_job(any_engine, store, a_user(any_engine))
    assert {take(any_engine, lease=30.0).id, take(any_engine, lease=-1.0).id} == {fresh, old}  # type: ignore[union-attr]
    with open_session(any_engine, write=False) as db:
        expired = {id for id, _worker, expired in list_at_work(db, ["cpu"]) if expired}
    assert len(expired) == 1
    assert (
        find_job(any_engine, expired.pop()).lease_until
        < find_job(any_engine, fresh).created_at.timestamp() + 30
    )  # type: ignore[operator]


def test_a_claim_tells_its_state(any_engine: Engine, store: Store) -> None:
    id = a_job(any_engine, store, a_user(any_engine))
    job = take(any_engine, worker="this one")
    assert job is not None
    assert (job.id, job.state, job.term, job.worker, job.seq) == (id, "starting", 1, "this one", 2)
    assert job.started_at is not None
    assert [e.payload["state"] for e in events_of(any_engine, id)] == ["queued", "starting"]


def test_what_a_person_waits_for_goes_first(any_engine: Engine, store: Store) -> None:
    user = a_user(any_engine)
    ids = {verb: a_job(any_engine, store, user, verb) for verb in ("train", "baseline", "import")}
    taken = []
    while (job := take(any_engine)) is not None:
        taken.append(job.id)
        end(any_engine, job.id)
    assert set(taken[:2]) == {ids["baseline"], ids["import"]}
    assert taken[2] == ids["train"]


def test_the_owner_with_the_fewest_at_work_goes_first(any_engine: Engine, store: Store) -> None:
    greedy, modest = a_user(any_engine), a_user(any_engine)
    for _ in range(3):
        a_job(any_engine, store, greedy)
    a_job(any_engine, store, modest)
    owners = [
        job.owner_id for job in (take(any_engine), take(any_engine), take(any_engine)) if job is not None
    ]
    assert owners == [greedy.id, modest.id, greedy.id]


def test_one_who_floods_the_queue_makes_nobody_wait_longer_than_one_job(
    any_engine: Engine, store: Store
) -> None:
    greedy = a_user(any_engine)
    for _ in range(20):
        a_job(any_engine, store, greedy)
    others = [a_user(any_engine) for _ in range(5)]
    for other in others:
        a_job(any_engine, store, other)
    served = []
    for _ in range(7):  # one core: one job at a time
        job = take(any_engine)
        assert job is not None
        served.append(job.owner_id)
        end(any_engine, job.id)
    assert {other.id for other in others} <= set(served[:6])


def claim_until_empty(database: str, settings: dict[str, Any], name: str, found: Any) -> None:
    """In a process of its own."""
    engine = make_engine(Settings(**(settings | {"database": database})))
    taken: list[tuple[str, int]] = []
    while (job := take(engine, worker=name)) is not None:
        taken.append((job.id, job.term))
    engine.dispose()
    found.put(taken)


@pytest.mark.timeout(180)
def test_sixteen_processes_never_get_the_same_job(
    any_engine: Engine, store: Store, settings: Settings
) -> None:
    owners = [a_user(any_engine) for _ in range(4)]
    rows = [
        {"id": f"job{n:04}", "owner_id": owners[n % 4].id, "verb": "train", "state": "queued"}
        for n in range(400)
    ]
    with open_session(any_engine) as db:
        db.execute(Job.__table__.insert(), rows)  # type: ignore[attr-defined]
        db.commit()
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(
        ["tests.app.jobs.test_claim", "app.jobs.claim", "app.people.tables", "psycopg"]
    )
    found = context.Queue()
    url = any_engine.url.render_as_string(hide_password=False)
    given = (url, settings.model_dump(mode="json"))
    processes = [context.Process(target=claim_until_empty, args=(*given, f"w{n}", found)) for n in range(16)]
    for process in processes:
        process.start()
    taken = [claimed for _ in processes for claimed in found.get(timeout=150)]
    for process in processes:
        process.join()
    found.close()
    found.join_thread()
    assert len(taken) == 400
    assert Counter(id for id, _ in taken) == Counter(row["id"] for row in rows)
    assert {term for _, term in taken} == {1}
    with open_session(any_engine, write=False) as db:
        assert db.query(Job).where(Job.state != "starting").count() == 0


def test_what_was_deleted_while_it_ran_is_stale(engine: Engine, store: Store) -> None:
    id = a_job(engine, store, a_user(engine))
    job = take(engine)
    assert job is not None
    with open_session(engine) as db:
        db.delete(hold(db, id))
        db.commit()
    with open_session(engine) as db, pytest.raises(StaleTerm):
        hold(db, id, job.term)


def test_two_transactions_number_events_without_a_gap(any_engine: Engine, store: Store) -> None:
    """The web server tells a state while the worker stores points: neither numbers twice."""

    id = a_job(any_engine, store, a_user(any_engine))

    def write() -> None:
        for _ in range(25):
            with open_session(any_engine) as db:
                record(db, hold(db, id), "progress", {"phase": "x", "done": 1})
                db.commit()

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [event.seq for event in events_of(any_engine, id)] == list(range(1, 102))
