"""``GET /stream``: the events of some jobs, as they happen, from any point on.

First what the cursor has missed, read from rows; then what the hub publishes. When every job has ended and
all is told, ``event: end`` is sent and the stream closes; a browser that asks again after that gets 204, at
which it stops asking.
"""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from starlette.types import Receive, Scope, Send

from app.db import open_session
from app.errors import BadInput, Refusal, TooOften
from app.jobs.clock import steady
from app.jobs.hub import Channel, Hub, encode, read_events, write_cursor
from app.jobs.tables import Job
from app.pages import Db
from app.people.authorize import get_readable
from app.people.session import COOKIE, Person, hash_token
from trainer.contract.events import ENDED

router = APIRouter()

MOST_JOBS = 100
MOST_OF_A_SESSION = 6
MOST_IN_ALL = 5000
PATIENCE = 20.0
"""Seconds that a client may take nothing of what is sent before it is let go."""
LONGEST = 3600.0
"""Seconds until a stream is closed anyway; who comes back shows that they may still read."""
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no", "X-Content-Type-Options": "nosniff"}


@router.get("/stream")
def show_stream(
    request: Request,
    db: Db,
    user: Person,
    jobs: Annotated[str, Query(max_length=2000)],
    after: Annotated[str, Query(max_length=4000)] = "",
    last_event_id: Annotated[str | None, Header(max_length=4000)] = None,
) -> Response:
    """Events of ``jobs`` after the cursor; the one that a reconnecting browser names wins over ``after``."""
    ids = list(dict.fromkeys(id for id in jobs.split(",") if id))
    if not 1 <= len(ids) <= MOST_JOBS:
        raise BadInput(f"A stream tells of 1 to {MOST_JOBS} jobs; {len(ids)} were named. Reload the page.")
    cursor = read_cursor(last_event_id or after)
    found = [get_readable(db, user, Job, id) for id in ids]
    if all(job.state in ENDED and cursor.get(job.id, 0) >= job.seq for job in found):
        return Response(status_code=204)
    seats = seats_of(request.app.state)
    session = hash_token(request.cookies.get(COOKIE, user.id))
    if seats.taken[session] >= MOST_OF_A_SESSION:
        raise TooOften(
            f"This browser has {MOST_OF_A_SESSION} live pages open already. Close one, then reload this page."
        )
    if seats.taken.total() >= MOST_IN_ALL:
        raise Refusal("The server shows as many live pages as it can. Reload this page in a minute.", 503)
    return EventStream(seats, session, found, {job.id: cursor.get(job.id, 0) for job in found})


def read_cursor(text: str) -> dict[str, int]:
    """``JOB:seq,JOB:seq`` as a dict; raises BadInput."""
    cursor = {}
    for part in filter(None, text.split(",")):
        job, _, seq = part.partition(":")
        if not seq.isascii() or not seq.isdigit() or len(seq) > 15:
            raise BadInput(f"‘{part[:40]}’ is no place in a stream; expected JOB:number. Reload the page.")
        cursor[job] = int(seq)
    return cursor


class Seats:
    """The hub of a server, and who has how many streams open."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.taken: Counter[str] = Counter()


def seats_of(state: object) -> Seats:
    """The one of this server, made when first needed."""
    found: Seats | None = getattr(state, "seats", None)
    if found is None:
        found = Seats(Hub(state.engine))  # type: ignore[attr-defined]
        state.seats = found  # type: ignore[attr-defined]
    return found


class EventStream(Response):
    """Writes until the client goes, falls behind, or everything is told."""

    media_type = "text/event-stream"

    def __init__(self, seats: Seats, session: str, jobs: list[Job], cursor: dict[str, int]) -> None:
        self.status_code = 200
        self.background = None
        self.seats, self.session, self.jobs, self.cursor = seats, session, jobs, cursor
        self.init_headers({**HEADERS, "Content-Type": "text/event-stream; charset=utf-8"})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Two tasks: one writes, one hears that the client has gone; the first to end ends both."""
        self.seats.taken[self.session] += 1
        tasks = {asyncio.create_task(self._write(send)), asyncio.create_task(hear_end(receive))}
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
            self.seats.taken[self.session] -= 1
            self.seats.taken += Counter()  # forget sessions with none
        for result in results:
            if isinstance(result, Exception) and not isinstance(result, (OSError, TimeoutError)):
                raise result

    async def _write(self, send: Send) -> None:
        async def put(chunk: bytes, *, more: bool = True) -> None:
            message = {"type": "http.response.body", "body": chunk, "more_body": more}
            async with asyncio.timeout(PATIENCE):  # wait_for may swallow a cancellation before Python 3.12
                await send(message)

        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        await put(b"retry: %d\n\n" % random.randint(1000, 3000))  # noqa: S311  spread, not secrecy
        channel, published = self.seats.hub.join(self.jobs)
        try:
            place = channel.end
            async for chunk in self._missed(published):
                await put(chunk)
            async for chunk in self._live(channel, place):
                await put(chunk)
            await put(b"", more=False)
        finally:
            self.seats.hub.leave(channel)

    async def _missed(self, published: dict[str, int]) -> AsyncIterator[bytes]:
        """What is in rows between the client's cursor and what the hub had published when it was joined."""
        for job, upto in published.items():
            while self.cursor[job] < upto:
                events = await asyncio.to_thread(self._read, job, self.cursor[job], upto)
                if not events:
                    break
                parts = []
                for event in events:
                    self.cursor[job] = event[1]
                    parts.append(b"id: " + write_cursor(self.cursor) + b"\n" + encode(*event))
                yield b"".join(parts)

    def _read(self, job: str, after: int, upto: int) -> list[tuple[str, int, float, str, dict[str, object]]]:
        with open_session(self.seats.hub.engine, write=False) as db:
            return read_events(db, job, after, upto)

    async def _live(self, channel: Channel, place: int) -> AsyncIterator[bytes]:
        until = steady() + LONGEST
        while steady() < until:
            await self.seats.hub.news(channel, place)
            chunk = channel.after(place)
            if chunk is None:
                return  # too slow: it comes back with its cursor
            place = channel.end
            if chunk:
                yield chunk
            elif channel.done:
                yield b"event: end\ndata: {}\n\n"
                return


async def hear_end(receive: Receive) -> None:
    """Return when the client has gone."""
    with suppress(asyncio.CancelledError):
        while (await receive())["type"] != "http.disconnect":
            pass
