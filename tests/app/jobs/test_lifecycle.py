"""The life of a job against a small model: whatever is asked, claimed, lost and ended in whatever order."""

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import Engine

from app.db import make_engine, migrate, open_session
from app.jobs.claim import claim, renew
from app.jobs.ending import finish, lose, set_aside
from app.jobs.follow import take_over
from app.jobs.record import LIVE, StaleTerm, hold
from app.jobs.service import ask
from app.settings import Settings
from app.storage import Store
from tests.app.jobs.world import a_job, a_user, events_of, find_job
from trainer.contract.events import ENDED
from trainer.contract.folder import EventWriter
from trainer.contract.outcome import Outcome


class Life(RuleBasedStateMachine):
    """One job, one honest worker at a time, zombies with older terms, an owner who changes their mind."""

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        given = Settings(data=Path(self.folder.name) / "data")
        self.store = Store(given.data)
        self.store.create()
        self.engine: Engine = make_engine(given)
        migrate(self.engine)
        self.id = a_job(self.engine, self.store, a_user(self.engine))
        self.state, self.wants, self.term, self.losses = "queued", None, 0, 0
        self.told = 0
        self.ended: list[str] = []

    def teardown(self) -> None:
        if hasattr(self, "engine"):
            self.engine.dispose()
            self.folder.cleanup()

    @property
    def live(self) -> bool:
        return self.state in LIVE

    def enter(self, _db: Any, _job: Any, outcome: Outcome) -> None:
        self.ended.append(outcome.state)

    @rule(wish=st.sampled_from(["pause", "resume", "stop"]))
    def wish(self, wish: Any) -> None:
        with open_session(self.engine) as db:
            ask(db, hold(db, self.id), wish)
            db.commit()
        match (self.state, wish):
            case ("queued", "pause") if self.wants is None:
                self.state = "paused"
            case ("paused", "resume"):
                self.state = "queued"
            case ("queued" | "paused", "stop") if self.told:
                self.state, self.wants = "queued", "stop"
            case ("queued" | "paused", "stop"):
                self.state, self.wants = "stopped", None
            case ("starting" | "running", "pause"):
                self.state, self.wants = "pausing", "pause"
            case ("pausing", "resume"):
                self.state, self.wants = "running", None
            case ("starting" | "running" | "pausing", "stop"):
                self.state, self.wants = "stopping", "stop"

    @rule()
    def claimed(self) -> None:
        with open_session(self.engine) as db:
            job = claim(db, "w", 30.0, "cpu", ("train",))
            db.commit()
        assert (job is not None) == (self.state == "queued")
        if job is not None:
            self.term += 1
            self.state = "stopping" if self.wants == "stop" else "starting"
            assert job.term == self.term

    @precondition(lambda self: self.live)
    @rule(count=st.integers(1, 4))
    def works(self, count: int) -> None:
        folder = self.store.job(self.id)
        tell = EventWriter(folder)
        for n in range(count):
            tell.write("points", {"series": {"a": {"step": [n], "value": [0.0]}}})
        tell.close()
        with open_session(self.engine) as db:
            take_over(db, hold(db, self.id, self.term), folder)
            db.commit()
        self.told += count
        self.state = "running" if self.state == "starting" else self.state

    @precondition(lambda self: self.live)
    @rule(state=st.sampled_from(["done", "failed", "stopped", "diverged"]))
    def ends(self, state: Any) -> None:
        with open_session(self.engine) as db:
            job = hold(db, self.id, self.term)
            outcome = Outcome(state=state, sentence="It ended.")
            finish(db, self.store.job(self.id), job, outcome, {"train": self.enter})
            db.commit()
        self.state, self.wants = state, None
        assert self.ended == [state]

    @precondition(lambda self: self.live)
    @rule()
    def leaves(self) -> None:
        with open_session(self.engine) as db:
            set_aside(db, self.store.job(self.id), hold(db, self.id, self.term))
            db.commit()
        self.state = "paused" if self.wants == "pause" else "queued"
        self.wants = None if self.wants == "pause" else self.wants

    @precondition(lambda self: self.live)
    @rule()
    def lost(self) -> None:
        with open_session(self.engine) as db:
            lose(db, self.store.job(self.id), hold(db, self.id), "was lost", {"train": self.enter})
            db.commit()
        self.losses += 1
        self.term += 1
        again = self.losses <= 3
        if self.wants == "pause":
            self.state, self.wants = "paused", None
        elif self.wants == "stop":
            self.state, self.wants = ("queued", "stop") if again and self.told else ("stopped", None)
        else:
            self.state = "queued" if again else "failed"

    @precondition(lambda self: self.term > 0)
    @rule(behind=st.integers(1, 3))
    def a_zombie_wakes(self, behind: int) -> None:
        term = self.term - behind
        with open_session(self.engine) as db:
            assert renew(db, {self.id: term}, 99.0) == {self.id}
            try:
                hold(db, self.id, term)
            except StaleTerm:
                pass
            else:
                raise AssertionError(f"A write of term {term} was not refused.")
            db.commit()

    @invariant()
    def the_row_is_the_model(self) -> None:
        if not hasattr(self, "engine"):
            return
        job = find_job(self.engine, self.id)
        assert (job.state, job.wants, job.term, job.losses) == (
            self.state,
            self.wants,
            self.term,
            self.losses,
        )
        assert (job.lease_until is not None) == self.live == (job.worker is not None)
        assert (job.ended_at is not None) == (self.state in ENDED)

    @invariant()
    def the_events_are_whole(self) -> None:
        if not hasattr(self, "engine"):
            return
        events = events_of(self.engine, self.id)
        assert [event.seq for event in events] == list(range(1, len(events) + 1))
        assert sum(event.kind == "points" for event in events) == self.told
        last = next(event for event in reversed(events) if event.kind == "state")
        assert last.payload["state"] == self.state


TestLife = Life.TestCase
TestLife.settings = settings(
    max_examples=15, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
