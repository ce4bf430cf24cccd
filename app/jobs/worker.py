"""The worker: one a machine. Claims jobs, starts a child for each, follows it into rows, enters its end.

One thread steps through all of that (``Worker.step``); another (``app.jobs.keeper``) renews leases and
looks whether trainings still move, so that a slow transaction never costs a lease.
"""

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import structlog
from pydantic import ValidationError
from sqlalchemy import Engine, event, select
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from app.db import open_session
from app.jobs.children import Nursery, end_leftover, is_gone, name_worker
from app.jobs.claim import claim, is_expired, list_at_work, list_waiting
from app.jobs.clock import steady
from app.jobs.cores import Cores
from app.jobs.ending import Endings, finish, lose, name_cause, set_aside
from app.jobs.follow import take_over
from app.jobs.keeper import Keeper
from app.jobs.limits import Limits
from app.jobs.record import LIVE, SHORT, StaleTerm, hold
from app.jobs.running import Running
from app.jobs.tables import Job
from app.settings import Settings
from app.storage import Store
from trainer.contract.folder import JobFolder
from trainer.contract.outcome import Outcome

log = structlog.get_logger()

LONG = ("train", "audit", "map")
SIGN = 5.0
"""Seconds between two signs of life for those who look after the server."""
UNCAUGHT = 1
"""Exit code after an exception: it would be the same the next time."""
PASSING = (OperationalError, InterfaceError, PoolTimeout)
UNENTERED = (
    "The work was done, but its result could not be entered. Start it again; the log of the server says why."
)


def work(
    engine: Engine,
    settings: Settings,
    endings: Endings,
    stop: threading.Event,
    *,
    carry_out: str = "trainer.work:carry_out",
    warm: str | None = "trainer.warm:warm",
    lanes: Sequence[str] = ("cpu",),
    limits: Limits | None = None,
) -> None:
    """Work until ``stop`` is set, then let every child save and leave. Call it once per process.

    ``endings``: verb -> what its package enters in the transaction of the end. The rest is for tests, and
    names what the children run: dotted paths, as the app knows only the trainer's contract.
    """
    limits = limits or Limits(lease=float(settings.lease_seconds))
    relax(engine)
    nursery = Nursery(carry_out, warm, lanes)
    worker = Worker(engine, Store(settings.data), Cores(settings.cores), endings, nursery, limits)
    keeper = Keeper(engine, worker.running, limits)
    keeper.start()
    log.info("worker_started", worker=worker.name, cores=settings.cores)
    try:
        while not stop.is_set():
            stop.wait(worker.step(keeper))
        worker.leave(keeper)
    finally:
        keeper.stop()
        for running in worker.running.values():
            if running.child is not None:
                running.child.kill()
                running.child.close()
        nursery.close()
        log.info("worker_ended", worker=worker.name)


def relax(engine: Engine) -> None:
    """On SQLite the worker's commits need not wait for the platter.

    After a loss of power the database is as it was a moment earlier, and what is missing is told again:
    events and outcomes lie in the jobs' folders. No process of before is left then, so no term can be given
    twice to the living. On PostgreSQL other machines live on, and commits stay as they are.
    """
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda found, _record: found.execute("PRAGMA synchronous=NORMAL"))
        engine.dispose()


@dataclass
class Worker:
    """What the worker holds between two steps."""

    engine: Engine
    store: Store
    cores: Cores
    endings: Endings
    nursery: Nursery
    limits: Limits
    name: str = field(default_factory=name_worker)
    running: dict[str, Running] = field(default_factory=dict)
    _next_wishes: float = 0.0
    _next_reap: float = 0.0
    _next_sign: float = 0.0
    _pause: float = 0.0

    def step(self, keeper: Keeper, *, claiming: bool = True) -> float:
        """Do what there is to do; answers the seconds until the next look."""
        keeper.beat()
        self._show()
        if claiming:
            self.nursery.tend()
        try:
            for running in list(self.running.values()):
                self._follow(running)
            self._hear()
            if claiming:
                self._reap()
                with open_session(self.engine, write=False) as db:
                    waiting = list_waiting(db, self.nursery.lanes)
                for lane in self.nursery.lanes:
                    for verbs in (LONG, SHORT):
                        if any((lane, verb) in waiting for verb in verbs):
                            self._claim(lane, verbs)
        except PASSING as error:
            return self._wait_for_database(error)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            return self._wait_for_database(error)
        self._pause = 0.0
        return self.limits.tick if self.running else self.limits.idle_tick

    def _show(self) -> None:
        """A sign of life: the time of a file that ``/healthz`` reads."""
        if steady() < self._next_sign:
            return
        self._next_sign = steady() + SIGN
        try:
            self.store.worker_sign.touch()
        except OSError as error:
            log.warning("no_sign_of_life", error=str(error))

    def leave(self, keeper: Keeper) -> None:
        """Tell every child to save, enter how they left, and give the jobs back to the queue."""
        for running in self.running.values():
            running.leaving = True
            running.tell("pause", self.limits.grace_pause)
        until = steady() + self.limits.grace_pause + 5.0
        while self.running and steady() < until:
            threading.Event().wait(self.step(keeper, claiming=False))

    def _wait_for_database(self, error: SQLAlchemyError) -> float:
        """Children go on meanwhile; their events lie in their folders."""
        self._pause = min(2.0, max(0.1, self._pause * 2))
        log.warning("database_unreachable", again_in=self._pause, error=str(error).splitlines()[0])
        return self._pause

    # One job

    def _follow(self, running: Running) -> None:
        if running.stale:
            self._drop(running)
        elif running.child is None:
            if running.leaving:
                self._hold(running, lambda db, job: set_aside(db, running.folder, job))
                self._drop(running)
            elif running.may_start():
                self._launch(running)
        else:
            ended = not running.child.alive  # before reading, so that nothing it wrote is missed
            if running.has_news():
                self._take_over(running)
            if ended:
                self._conclude(running, running.child.process.exitcode)
            else:
                running.insist()

    def _hold(self, running: Running, act: Callable[[Session, Job], None]) -> bool:
        """One transaction on the job of this claim; False, and nothing written, when that is no more."""
        try:
            with open_session(self.engine) as db:
                act(db, hold(db, running.id, running.term))
                db.commit()
        except StaleTerm:
            log.warning("term_stale", job=running.id, term=running.term)
            running.stale = True
        return not running.stale

    def _take_over(self, running: Running) -> None:
        seen: list[tuple[int, str | None]] = []

        def act(db: Session, job: Job) -> None:
            broken = take_over(db, job, running.folder).broken
            seen.append((job.offset, broken))

        if self._hold(running, act):
            running.offset, broken = seen[-1]
            if broken:
                log.error("events_broken", job=running.id, what=broken)
                running.put_down(f"wrote something that cannot be read ({broken})", again=False)

    def _launch(self, running: Running) -> None:
        if not running.surely_mine:
            running.stale = True
            return
        try:
            running.begin(self.nursery.take(running.lane, warm=running.verb not in SHORT))
        except (BrokenPipeError, FileNotFoundError) as error:
            running.put_down(f"could not start ({error})")

    def _conclude(self, running: Running, code: int | None) -> None:
        """The process has ended: enter how, whatever it left."""

        def act(db: Session, job: Job) -> None:
            outcome = read_outcome(running.folder)
            if outcome is not None and running.reason is None:
                self._enter(db, running, job, outcome)
            elif running.leaving and job.wants is None:
                set_aside(db, running.folder, job)
            else:
                how = running.reason or name_cause(code)
                again = running.again and code != UNCAUGHT
                lose(db, running.folder, job, how, self.endings, again=again)
            log.info("job_left", job=job.id, verb=job.verb, state=job.state, code=code, why=running.reason)

        self._hold(running, act)
        self._drop(running)

    def _enter(self, db: Session, running: Running, job: Job, outcome: Outcome) -> None:
        if outcome.state == "paused":
            set_aside(db, running.folder, job)
        elif outcome.state == "failed" and outcome.passing and job.verb == "train" and job.wants is None:
            set_aside(db, running.folder, job, sentence=outcome.sentence)
        else:
            self._finish(db, running, job, outcome)

    def _finish(self, db: Session, running: Running, job: Job, outcome: Outcome) -> None:
        """An ending that fails must not keep the job for ever: it is then entered as failed, without it."""
        savepoint = db.begin_nested()
        try:
            finish(db, running.folder, job, outcome, self.endings)
            savepoint.commit()
        except PASSING:
            raise
        except Exception as error:  # an edge: code of other packages, for one job
            log.exception("ending_failed", job=running.id, verb=running.verb)
            savepoint.rollback()
            held = hold(db, running.id, running.term)
            failed = Outcome(state="failed", sentence=UNENTERED, trace=f"{type(error).__name__}: {error}")
            finish(db, running.folder, held, failed, {})

    def _drop(self, running: Running) -> None:
        if running.child is not None:
            running.child.kill()
            running.child.close()
        self.running.pop(running.id, None)
        self._grant(self.cores.end(running.id))

    def _grant(self, grants: dict[str, int]) -> None:
        for id, threads in grants.items():
            if id in self.running:
                self.running[id].grant(threads)

    # All jobs

    def _hear(self) -> None:
        """What owners want of the jobs at work here."""
        if not self.running or steady() < self._next_wishes:
            return
        self._next_wishes = steady() + self.limits.wishes
        with open_session(self.engine, write=False) as db:
            found = db.execute(select(Job.id, Job.term, Job.wants).where(Job.id.in_(self.running))).all()
        terms = {id: (term, wants) for id, term, wants in found}
        for running in self.running.values():
            term, wants = terms.get(running.id, (None, None))
            if term != running.term:
                running.stale = True
            elif wants == "stop":
                running.tell("stop", self.limits.grace_stop)
            elif wants == "pause":
                running.tell("pause", self.limits.grace_pause)

    def _claim(self, lane: str, verbs: Sequence[str]) -> None:
        short = verbs is SHORT
        while self.cores.room(short=short):
            asked = steady()
            with open_session(self.engine) as db:
                job = claim(db, self.name, self.limits.lease, lane, verbs)
                if job is None:
                    return
                db.commit()
            self._prepare(job, asked)

    def _prepare(self, job: Job, asked: float) -> None:
        """Give a claimed job its cores. It starts when the others have made room, or after a second."""
        folder = self.store.job(job.id)
        running = Running(job.id, job.term, job.verb, job.lane, folder, self.limits, asked, offset=job.offset)
        self.running[job.id] = running
        if not running.surely_mine:  # this process slept: the job is another's, or will be reaped
            running.stale = True
            return
        if end_leftover(folder):
            log.warning("leftover_killed", job=job.id)
        found = read_outcome(folder)
        if found is not None and found.state != "paused" and not found.passing:
            # an earlier process ended it, and only its worker died before that was entered
            self._hold(running, lambda db, held: self._finish(db, running, held, found))
            self._drop(running)
        elif not folder.order_file.exists():
            missing = f"The folder of this job has no order any more ({folder.path}). Start it again."
            outcome = Outcome(state="failed", sentence=missing)
            self._hold(running, lambda db, held: self._finish(db, running, held, outcome))
            self._drop(running)
        else:
            folder.reopen()
            if job.wants == "stop":
                folder.say("stop")
            grants = self.cores.start(job.id, short=job.verb in SHORT)
            if job.verb not in SHORT:
                running.wait_for(self.running[id] for id in grants if id != job.id)
            self._grant(grants)

    def _reap(self) -> None:
        """Give back what the dead held: leases that passed, and workers of this machine that are gone."""
        if steady() < self._next_reap:
            return
        self._next_reap = steady() + self.limits.reap
        with open_session(self.engine, write=False) as db:
            at_work = list_at_work(db, self.nursery.lanes)
        for id, worker, expired in at_work:
            if not expired and not is_gone(worker):
                continue
            with open_session(self.engine) as db, suppress(StaleTerm):
                job = hold(db, id)
                if job.state in LIVE and (is_gone(job.worker) or is_expired(db, job)):
                    folder = self.store.job(id)
                    log.warning("job_lost", job=id, worker=job.worker)
                    end_leftover(folder)
                    lose(db, folder, job, "was lost with its worker", self.endings)
                    db.commit()


def read_outcome(folder: JobFolder) -> Outcome | None:
    """The outcome; one that cannot be read counts as none."""
    try:
        return folder.outcome()
    except ValidationError as error:
        log.warning("outcome_unreadable", folder=str(folder.path), error=str(error))
        return None
