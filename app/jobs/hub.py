"""The hub: one poller a server process, however many look. It never knows who looks, only at what.

Once a tick it asks the database for new events of the watched jobs, encodes each once, puts the bytes of
the tick into the ring of each channel (a set of jobs that some page watches) and wakes everybody with one
event. A viewer keeps only its place in the ring: one that falls behind the whole ring is let go, and comes
back with its cursor.
"""

import asyncio
import json
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog
from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError

from app.db import open_session
from app.jobs.clock import db_time, steady
from app.jobs.record import LIVE
from app.jobs.tables import Job, JobEvent
from trainer.contract.events import ENDED

log = structlog.get_logger()

TICK = 0.05
CALM_TICK = 0.25
"""When nothing that is watched is at work."""
HEARTBEAT = 15.0
RING = 128
"""Ticks with news that a viewer may be behind."""
AT_ONCE = 2000
BEAT = b": still here\n\n"


@dataclass
class Watched:
    """A job that somebody looks at: how far it was published, and whether more can come."""

    seq: int
    state: str
    viewers: int = 0
    silent: bool = False
    """Its lease has passed and nobody has taken it up: told once."""


@dataclass
class Channel:
    """What all viewers of the same jobs get, as bytes, one entry a tick with news."""

    jobs: tuple[str, ...]
    viewers: int = 0
    first: int = 0
    ring: deque[bytes] = field(default_factory=deque)
    done: bool = False

    @property
    def end(self) -> int:
        """The place after the newest entry."""
        return self.first + len(self.ring)

    def put(self, chunk: bytes) -> None:
        """Append, and forget what is too old."""
        self.ring.append(chunk)
        if len(self.ring) > RING:
            self.ring.popleft()
            self.first += 1

    def after(self, place: int) -> bytes | None:
        """Everything from a place on; None when that is forgotten."""
        if place < self.first:
            return None
        return b"".join(self.ring[i - self.first] for i in range(place, self.end))


class Hub:
    """One a server process; lives on its event loop."""

    def __init__(self, engine: Engine, heartbeat: float = HEARTBEAT) -> None:
        self.heartbeat = heartbeat
        self.engine = engine
        self._jobs: dict[str, Watched] = {}
        self._channels: dict[tuple[str, ...], Channel] = {}
        self._bell = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def join(self, jobs: Iterable[Job]) -> tuple[Channel, dict[str, int]]:
        """Watch these jobs: the channel, and how far each was published when it was joined."""
        found = {job.id: job for job in jobs}
        for id, job in found.items():
            self._jobs.setdefault(id, Watched(job.seq, job.state)).viewers += 1
        key = tuple(sorted(found))
        channel = self._channels.setdefault(key, Channel(key))
        channel.viewers += 1
        channel.done = self._is_done(channel)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._poll(), name="stream-hub")
        return channel, {id: self._jobs[id].seq for id in key}

    def leave(self, channel: Channel) -> None:
        """Watch no longer. What nobody watches is not asked for."""
        channel.viewers -= 1
        if not channel.viewers:
            self._channels.pop(channel.jobs, None)
        for id in channel.jobs:
            self._jobs[id].viewers -= 1
            if not self._jobs[id].viewers:
                del self._jobs[id]

    async def news(self, channel: Channel, place: int) -> None:
        """Return when the channel has something after ``place``, or is done."""
        while channel.end <= place and not channel.done:
            await self._bell.wait()

    @property
    def viewers(self) -> int:
        """How many streams are open."""
        return sum(channel.viewers for channel in self._channels.values())

    async def _poll(self) -> None:
        heartbeat = steady() + self.heartbeat
        while self._jobs:
            try:
                await self._tick()
            except SQLAlchemyError as error:
                log.warning("stream_cannot_read", error=str(error).splitlines()[0])
                await asyncio.sleep(1.0)
            if steady() >= heartbeat:
                heartbeat = steady() + self.heartbeat
                for channel in self._channels.values():
                    channel.put(BEAT)
                self._ring()
            calm = not any(job.state in LIVE for job in self._jobs.values())
            await asyncio.sleep(CALM_TICK if calm else TICK)

    async def _tick(self) -> None:
        known = {id: job.seq for id, job in self._jobs.items() if job.state not in ENDED}
        if not known:
            return
        states, events = await asyncio.to_thread(self._read, known)
        moved: dict[str, list[tuple[int, bytes]]] = {}
        for event in events:
            if event[0] in self._jobs:
                moved.setdefault(event[0], []).append((event[1], encode(*event)))
        told = self._told(states)
        waking = False
        for channel in self._channels.values():
            chunk = self._write(channel, moved, told)
            if chunk:
                channel.put(chunk)
                waking = True
        for id, frames in moved.items():
            self._jobs[id].seq = frames[-1][0]
        for id, (seq, state, silent) in states.items():
            watched = self._jobs.get(id)
            if watched is not None:
                watched.silent = silent
                # an end counts only when all its events are out; until then the job is read again
                watched.state = state if state not in ENDED or watched.seq >= seq else watched.state
        for channel in self._channels.values():
            if not channel.done and self._is_done(channel):
                channel.done = waking = True
        if waking:
            self._ring()

    def _write(
        self, channel: Channel, moved: dict[str, list[tuple[int, bytes]]], told: dict[str, bytes]
    ) -> bytes:
        cursor = {id: self._jobs[id].seq for id in channel.jobs}
        parts = []
        for id in channel.jobs:
            for seq, frame in moved.get(id, ()):
                cursor[id] = seq
                parts.append(b"id: " + write_cursor(cursor) + b"\n" + frame)
            if id in told:
                parts.append(told[id])
        return b"".join(parts)

    def _told(self, states: dict[str, tuple[int, str, bool]]) -> dict[str, bytes]:
        """Jobs whose worker has just become silent: said at once, without an id, for nothing was stored."""
        lost = {}
        for id, (_seq, _state, silent) in states.items():
            if silent and id in self._jobs and not self._jobs[id].silent:
                sentence = (
                    "The process has gone silent; its work is taken up again as soon as a worker is free."
                )
                data = json.dumps({"job": id, "sentence": sentence})
                lost[id] = f"event: silence\ndata: {data}\n\n".encode()
        return lost

    def _read(
        self, known: dict[str, int]
    ) -> tuple[dict[str, tuple[int, str, bool]], Sequence[tuple[str, int, float, str, dict[str, Any]]]]:
        """In a thread: where the jobs are, and the new events of those that moved."""
        with open_session(self.engine, write=False) as db:
            wanted = select(Job.id, Job.seq, Job.state, Job.lease_until < db_time()).where(Job.id.in_(known))
            states = {id: (seq, state, bool(silent)) for id, seq, state, silent in db.execute(wanted)}
            events: list[tuple[str, int, float, str, dict[str, Any]]] = []
            for id, (seq, _state, _silent) in states.items():
                if seq > known[id]:
                    events.extend(read_events(db, id, known[id]))
        return states, events

    def _is_done(self, channel: Channel) -> bool:
        return all(self._jobs[id].state in ENDED for id in channel.jobs)

    def _ring(self) -> None:
        bell, self._bell = self._bell, asyncio.Event()
        bell.set()


def read_events(
    db: Any, job: str, after: int, upto: int | None = None
) -> list[tuple[str, int, float, str, dict[str, Any]]]:
    """Events of a job after ``after``, as plain tuples, at most AT_ONCE."""
    wanted = select(JobEvent.job_id, JobEvent.seq, JobEvent.time, JobEvent.kind, JobEvent.payload)
    wanted = wanted.where(JobEvent.job_id == job, JobEvent.seq > after)
    if upto is not None:
        wanted = wanted.where(JobEvent.seq <= upto)
    return [tuple(row) for row in db.execute(wanted.order_by(JobEvent.seq).limit(AT_ONCE))]


def encode(job: str, seq: int, time: float, kind: str, payload: dict[str, Any]) -> bytes:
    """The frame of an event without its id, which depends on what else is watched."""
    data = json.dumps({"job": job, "seq": seq, "time": time, "payload": payload}, separators=(",", ":"))
    return f"event: {kind}\ndata: {data}\n\n".encode()


def write_cursor(cursor: dict[str, int]) -> bytes:
    """``JOB:seq,JOB:seq``."""
    return ",".join(f"{job}:{seq}" for job, seq in cursor.items()).encode()
