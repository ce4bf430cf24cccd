"""What an owner may ask of a job, in every state it can be in."""

import pytest
from sqlalchemy import Engine

from app.db import open_session
from app.jobs.record import hold, move, record
from app.jobs.service import ask, cursor, find_last, list_events
from app.settings import Settings
from app.storage import Store
from tests.app.jobs.world import a_job, a_user, events_of, find_job
from trainer.contract.events import ENDED

ENDS = sorted(ENDED)


def asked(
    engine: Engine, settings: Settings, state: str, *wishes: str, ran: bool = False, wants: str | None = None
) -> str:
    """A job in a state, asked; its id."""
    store = Store(settings.data)
    store.create()
    id = a_job(engine, store, a_user(engine))
    with open_session(engine) as db:
        job = hold(db, id)
        if ran:
            record(db, job, "points", {"series": {"train/loss": {"step": [1], "value": [1.0]}}})
        job.wants = wants
        move(db, job, state, "As the test wants it.")  # type: ignore[arg-type]
        db.commit()
    for wish in wishes:
        with open_session(engine) as db:
            ask(db, hold(db, id), wish)  # type: ignore[arg-type]
            db.commit()
    return id


@pytest.mark.parametrize("state", ENDS)
@pytest.mark.parametrize("wish", ["pause", "resume", "stop"])
def test_what_has_ended_cannot_be_changed(
    any_engine: Engine, settings: Settings, state: str, wish: str
) -> None:
    id = asked(any_engine, settings, state, wish)
    assert find_job(any_engine, id).state == state
    assert find_job(any_engine, id).wants is None


@pytest.mark.parametrize(
    ("state", "wish", "after", "wants"),
    [
        ("queued", "stop", "stopped", None),
        ("queued", "pause", "paused", None),
        ("queued", "resume", "queued", None),
        ("paused", "resume", "queued", None),
        ("paused", "pause", "paused", None),
        ("paused", "stop", "stopped", None),
        ("starting", "pause", "pausing", "pause"),
        ("running", "pause", "pausing", "pause"),
        ("running", "stop", "stopping", "stop"),
        ("running", "resume", "running", None),
        ("starting", "stop", "stopping", "stop"),
    ],
)
def test_every_wish_once_and_twice(
    any_engine: Engine, settings: Settings, state: str, wish: str, after: str, wants: str | None
) -> None:
    once = find_job(any_engine, asked(any_engine, settings, state, wish))
    twice = find_job(any_engine, asked(any_engine, settings, state, wish, wish))
    for job in (once, twice):
        assert (job.state, job.wants) == (after, wants)
    assert once.seq == twice.seq, "asking again told something"


def test_a_second_stronger_wish_replaces_the_first(engine: Engine, settings: Settings) -> None:
    job = find_job(engine, asked(engine, settings, "running", "pause", "stop", "pause", "resume"))
    assert (job.state, job.wants) == ("stopping", "stop")


def test_a_pause_is_taken_back(engine: Engine, settings: Settings) -> None:
    job = find_job(engine, asked(engine, settings, "running", "pause", "resume"))
    assert (job.state, job.wants) == ("running", None)


@pytest.mark.parametrize("state", ["paused", "queued"])
def test_stopping_what_has_learned_something_keeps_it(engine: Engine, settings: Settings, state: str) -> None:
    job = find_job(engine, asked(engine, settings, state, "stop", "stop", ran=True))
    assert (job.state, job.wants, job.ended_at) == ("queued", "stop", None)
    assert "kept" in job.sentence


def test_a_change_of_state_is_told(engine: Engine, settings: Settings) -> None:
    id = asked(engine, settings, "running", "pause")
    last = events_of(engine, id)[-1]
    assert (last.kind, last.payload["state"]) == ("state", "pausing")
    assert last.payload["sentence"] == find_job(engine, id).sentence
    assert [event.seq for event in events_of(engine, id)] == [1, 2, 3]


def test_a_queued_job_has_its_order_and_its_first_event(engine: Engine, settings: Settings) -> None:
    store = Store(settings.data)
    store.create()
    id = a_job(engine, store, a_user(engine), "baseline")
    job = find_job(engine, id)
    assert (job.state, job.verb, job.seq, job.term) == ("queued", "baseline", 1, 0)
    assert store.job(id).order().body.verb == "baseline"
    assert store.job(id).order().job == id


def test_reading_what_was_told(engine: Engine, settings: Settings) -> None:
    id = asked(engine, settings, "running", "stop", ran=True)
    with open_session(engine, write=False) as db:
        assert [event.seq for event in list_events(db, id, after=2)] == [3, 4]
        assert [event.kind for event in list_events(db, id, kinds=["points"])] == ["points"]
        last = find_last(db, id, "state")
        assert last is not None
        assert last.payload["state"] == "stopping"
        assert find_last(db, id, "result") is None
        assert cursor([find_job(engine, id)]) == f"{id}:4"
