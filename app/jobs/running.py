"""One job at work in this worker: its process, its signs of life, what it was told."""

import os
from collections.abc import Iterable
from dataclasses import dataclass, field

from app.jobs.children import Child
from app.jobs.clock import steady
from app.jobs.limits import Limits
from trainer.contract.folder import JobFolder, Word

CONFINED = ("import", "audit", "map")
"""Verbs whose process gives up the network and most of the machine first."""


@dataclass(eq=False)
class Running:
    """``deadline``: until when (``steady``) the lease surely holds; counted from before it was asked for."""

    id: str
    term: int
    verb: str
    lane: str
    folder: JobFolder
    limits: Limits
    renewed: float
    offset: int
    child: Child | None = None
    started: float = field(default_factory=steady)
    told: Word | None = None
    leaving: bool = False
    """The worker is ending: a job that leaves goes back to the queue."""
    stale: bool = False
    reason: str | None = None
    """Why it was killed, completing "The process that trained this ..."."""
    again: bool = True
    threads: int = 1
    _kill_at: float | None = None
    _sign: tuple[object, ...] = ()
    _sign_at: float = field(default_factory=steady)
    _others: list["Running"] = field(default_factory=list)

    @property
    def deadline(self) -> float:
        """A little before the lease ends: the process ends itself then, so that nobody meets it."""
        return self.renewed + self.limits.lease * 0.95

    @property
    def surely_mine(self) -> bool:
        """Whether the lease still holds. If not, the folder may be another's: nothing is written there."""
        return not self.stale and steady() < self.deadline

    def begin(self, child: Child) -> None:
        """Hand the job to a child. The keeper writes to it too once ``child`` is set: not before this."""
        self.started = self._sign_at = steady()
        try:
            child.begin(self.folder, confined=self.verb in CONFINED, deadline=self.deadline)
        finally:
            self.child = child

    def has_news(self) -> bool:
        """Whether the event file has grown beyond what was stored: one stat."""
        try:
            return os.stat(self.folder.events_file).st_size > self.offset  # noqa: PTH116  a quarter of Path.stat's time
        except FileNotFoundError:
            return False

    def grant(self, threads: int) -> None:
        """Allow it so many threads from its next step on."""
        self.threads = threads
        if self.surely_mine:
            self.folder.grant(threads)

    def wait_for(self, others: Iterable["Running"]) -> None:
        """Start only when these have come down to their grants, or after a second."""
        self._others = list(others)

    def may_start(self) -> bool:
        """Whether the cores granted to it are free."""
        waited = steady() - self.started
        return waited > self.limits.make_room or all(other.has_made_room() for other in self._others)

    def has_made_room(self) -> bool:
        """Whether its pulse shows no more threads than granted; without a pulse it uses none yet."""
        if self.child is None or not self.child.alive:
            return True
        pulse = self.folder.last_pulse()
        return pulse is None or int(pulse.get("threads", 1)) <= self.threads

    def tell(self, word: Word, grace: float) -> None:
        """Leave a word and tap its shoulder; a second, stronger word replaces the first."""
        if self.told == word or (self.told == "stop" and word == "pause") or not self.surely_mine:
            return
        self.told = word
        self._kill_at = steady() + grace
        self.folder.say(word)
        if self.child is not None:
            self.child.tap()

    def put_down(self, why: str, *, again: bool = True) -> None:
        """Kill it, for a reason that is told."""
        if self.reason is None and self.child is not None:
            self.reason, self.again = why, again
            self.child.kill()

    def insist(self) -> None:
        """Kill it when it hangs, takes longer than it may, or did not heed a word."""
        now = steady()
        if now - self._sign_at > 0.5:
            self._look()
        longest = self.limits.longest.get(self.verb)
        if self._kill_at is not None and now > self._patience_ends(self._kill_at):
            self.put_down("did not answer and was ended", again=False)
        elif longest is not None and now - self.started > longest:
            self.put_down(f"took longer than {longest / 60:.0f} minutes and was ended", again=False)
        elif self.verb == "train" and now - self._sign_at > self.limits.still:
            self.put_down(f"gave no sign of life for {self.limits.still / 60:.0f} minutes and was ended")

    def _patience_ends(self, kill_at: float) -> float:
        """After a stop the model is judged: as long as that shows signs of life it may go on."""
        return max(kill_at, self._sign_at + self.limits.grace_stop / 2) if self.told == "stop" else kill_at

    def _look(self) -> None:
        """Note whether it moved: its pulse, or its events."""
        pulse = self.folder.last_pulse() or {}
        sign = (pulse.get("step"), pulse.get("time"), self.offset)
        if sign != self._sign:
            self._sign, self._sign_at = sign, steady()
        if self.folder.log_file.exists() and self.folder.log_file.stat().st_size > self.limits.log_bytes:
            os.truncate(self.folder.log_file, 0)
