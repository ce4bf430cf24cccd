"""The event stream, over a real server and real sockets: exact whatever is cut, and bounded."""

import asyncio
import random
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import pytest
import uvicorn
from sqlalchemy import Engine

from app.db import open_session
from app.jobs.claim import claim
from app.jobs.hub import RING, Channel
from app.jobs.record import hold, move, record
from app.jobs.stream import MOST_OF_A_SESSION, seats_of
from app.main import create_app
from app.people.tables import User
from app.settings import Settings
from app.storage import Store
from tests.app.jobs.world import AWorker, a_job, a_user, events_of, find_job
from tests.support.people import a_token
from tests.support.stream import Message, listen


@dataclass
class World:
    """A served application."""

    port: int
    engine: Engine
    store: Store
    user: User
    token: str
    app: Any

    def a_job(self, **script: Any) -> str:
        return a_job(self.engine, self.store, self.user, **script)

    def tell(self, id: str, count: int = 1, kind: str = "progress", **payload: Any) -> None:
        with open_session(self.engine) as db:
            job = hold(db, id)
            for n in range(count):
                record(db, job, kind, {"phase": "x", "done": n} | payload)
            db.commit()

    def end(self, id: str) -> None:
        with open_session(self.engine) as db:
            move(db, hold(db, id), "done", "Done.")
            db.commit()


@pytest.fixture
def world(engine: Engine, settings: Settings) -> Iterator[World]:
    store = Store(settings.data)
    app = create_app(settings)
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(app, log_level="critical", lifespan="off", timeout_graceful_shutdown=1)
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    user = a_user(engine)
    yield World(listener.getsockname()[1], engine, store, user, a_token(engine, user), app)
    server.should_exit = True
    thread.join()
    listener.close()
    app.state.engine.dispose()


async def collect(world: World, jobs: str, after: str = "", last_id: str | None = None) -> list[Message]:
    """Everything until the server closes."""
    async with listen(world.port, jobs, world.token, after, last_id) as reader:
        assert reader.status == 200
        return [message async for message in reader.messages()]


def run(coroutine: Any) -> Any:
    return asyncio.run(asyncio.wait_for(coroutine, 60))


async def status_of(world: World, jobs: str, token: str | None, after: str = "") -> tuple[int, bytes]:
    async with listen(world.port, jobs, token, after) as reader:
        return reader.status, reader.body


def test_a_stranger_gets_nothing(world: World) -> None:
    id = world.a_job()
    other = a_token(world.engine, a_user(world.engine))
    assert run(status_of(world, id, None))[0] == 401
    assert run(status_of(world, id, other))[0] == 404
    assert run(status_of(world, f"{world.a_job()},{id}", other))[0] == 404
    assert run(status_of(world, "nosuchjob", world.token))[0] == 404


@pytest.mark.parametrize("after", ["job", "job:", "job:x", "job:-1", "job:1e9", "job:" + "9" * 30])
def test_a_cursor_that_is_none_is_refused_in_words(world: World, after: str) -> None:
    status, body = run(status_of(world, world.a_job(), world.token, after))
    assert status == 422
    assert b"Reload the page" in body


def test_no_jobs_and_too_many_are_refused(world: World) -> None:
    assert run(status_of(world, ",", world.token))[0] == 422
    assert run(status_of(world, ",".join(f"j{n}" for n in range(101)), world.token))[0] == 422


def test_who_has_seen_the_end_is_told_to_ask_no_more(world: World) -> None:
    id = world.a_job()
    world.end(id)
    assert run(status_of(world, id, world.token, f"{id}:2")) == (204, b"")


def test_what_was_missed_then_the_end(world: World) -> None:
    id = world.a_job()
    world.tell(id, 5)
    world.end(id)
    messages = run(collect(world, id))
    assert [message.kind for message in messages] == ["state", *["progress"] * 5, "state", "end"]
    assert [message.data["seq"] for message in messages[:-1]] == list(range(1, 8))
    assert [message.id for message in messages[:-1]] == [f"{id}:{seq}" for seq in range(1, 8)]
    for message, event in zip(messages, events_of(world.engine, id), strict=False):
        expected = {"job": id, "seq": event.seq, "time": event.time, "payload": event.payload}
        assert message.data == expected
    assert [message.data["seq"] for message in run(collect(world, id, f"{id}:4"))[:-1]] == [5, 6, 7]
    assert [m.data["seq"] for m in run(collect(world, id, f"{id}:4", last_id=f"{id}:6"))[:-1]] == [7]


def test_the_head_of_the_answer(world: World) -> None:
    async def look() -> None:
        async with listen(world.port, id, world.token) as reader:
            assert reader.headers["content-type"].startswith("text/event-stream")
            assert reader.headers["cache-control"] == "no-store"
            assert "content-encoding" not in reader.headers
            async for _message in reader.messages():
                break
            assert reader.retry is not None
            assert 1000 <= reader.retry <= 3000

    id = world.a_job()
    run(look())


def test_more_than_one_look_into_the_rows(world: World) -> None:
    id = world.a_job()
    world.tell(id, 4500)
    world.end(id)
    messages = run(collect(world, id))
    assert [message.data["seq"] for message in messages[:-1]] == list(range(1, 4503))


def test_several_jobs_one_stream(world: World) -> None:
    async def watch() -> list[Message]:
        reading = asyncio.create_task(collect(world, f"{one},{two}", f"{one}:1"))
        await asyncio.sleep(0.3)
        await asyncio.to_thread(world.tell, two, 2)
        await asyncio.to_thread(world.tell, one, 2)
        await asyncio.to_thread(world.end, one)
        await asyncio.sleep(0.2)
        assert not reading.done(), "one of its jobs has not ended"
        await asyncio.to_thread(world.end, two)
        return await reading

    one, two = world.a_job(), world.a_job()
    messages = run(watch())
    assert messages.pop().kind == "end"
    seen = {one: [], two: []}
    for message in messages:
        seen[message.data["job"]].append(message.data["seq"])
        cursor = dict(pair.split(":") for pair in message.id.split(","))
        assert cursor[message.data["job"]] == str(message.data["seq"])
    assert seen == {one: [2, 3, 4], two: [1, 2, 3, 4]}
    assert cursor == {one: "4", two: "4"}


def test_whatever_is_cut_the_events_are_those_of_the_table(world: World, settings: Settings) -> None:
    """C12: a client that loses its connection every few events, while a real worker runs a real child."""

    async def watch() -> list[int]:
        dice, seen, cursor, cuts = random.Random(3), [], f"{id}:0", 0
        while True:
            async with listen(world.port, id, world.token, f"{id}:0", cursor if cuts else None) as reader:
                if reader.status == 204:
                    return seen
                assert reader.status == 200
                left = dice.randint(0, 12)
                async for message in reader.messages():
                    if message.kind == "end":
                        assert cuts > 5
                        return seen
                    if message.data["seq"] > (seen[-1] if seen else 0):  # as the island does
                        seen.append(message.data["seq"])
                    cursor = message.id
                    left -= 1
                    if left < 0:
                        break
                cuts += 1

    with AWorker(world.engine, settings):
        id = world.a_job(steps=250, seconds=0.01, what="die", at=100)
        seen = run(watch())
    assert seen == [event.seq for event in events_of(world.engine, id)]
    assert find_job(world.engine, id).state == "done"


def test_a_browser_has_a_few_streams_and_its_seat_back_at_once(world: World) -> None:
    async def fill() -> None:
        async with asyncio.timeout(20):
            async with AsyncExitStack() as stack:
                for _ in range(MOST_OF_A_SESSION):
                    await stack.enter_async_context(listen(world.port, id, world.token))
                status, body = await status_of(world, id, world.token)
                assert status == 429
                assert b"Close one" in body
                assert (await status_of(world, id, another))[0] == 200, "another browser is not to blame"
            for _ in range(50):
                if (await status_of(world, id, world.token))[0] == 200:
                    return
                await asyncio.sleep(0.02)
            raise AssertionError("The seats of closed streams are still taken.")

    id = world.a_job()
    another = a_token(world.engine, world.user)
    run(fill())
    for _ in range(100):
        if not world.app.state.seats.taken and not world.app.state.seats.hub.viewers:
            return
        time.sleep(0.02)
    raise AssertionError("Somebody is still counted.")


def test_a_silent_worker_is_told_once_by_the_server_itself(world: World) -> None:
    async def watch() -> list[str]:
        kinds = []
        async with listen(world.port, id, world.token, f"{id}:1") as reader:
            async for message in reader.messages():
                kinds.append(message.kind)
                if message.kind == "silence":
                    assert message.data["job"] == id
                    assert message.id == f"{id}:2", "what is no row has no id of its own"
                    await asyncio.to_thread(world.tell, id)
                if message.kind == "progress":
                    return kinds
        return kinds

    id = world.a_job()
    with open_session(world.engine) as db:
        assert claim(db, "gone", -1.0, "cpu", ("train",)) is not None
        db.commit()
    assert run(watch()) == ["state", "silence", "progress"]


def test_a_comment_keeps_the_line_open(world: World) -> None:
    async def watch() -> int:
        async with listen(world.port, id, world.token) as reader:
            messages = reader.messages()
            await anext(messages)
            waiting = asyncio.ensure_future(anext(messages))
            await asyncio.sleep(1.5)
            waiting.cancel()
            return len(reader.comments)

    id = world.a_job()
    seats_of(world.app.state).hub.heartbeat = 0.1
    assert run(watch()) >= 2


def test_who_falls_behind_the_ring_is_let_go() -> None:
    channel = Channel(("a",))
    for n in range(RING):
        channel.put(b"%d " % n)
    assert channel.after(0) == b"".join(b"%d " % n for n in range(RING))
    assert channel.after(RING - 1) == b"%d " % (RING - 1)
    assert channel.after(channel.end) == b""
    channel.put(b"one more")
    assert channel.after(0) is None
    assert channel.after(1) is not None
    assert len(channel.ring) == RING


def test_who_does_not_read_costs_nothing_and_loses_nothing(world: World) -> None:
    """A client that takes nothing for a while: dropped once it is behind the ring, whole after it came back."""

    async def watch() -> list[int]:
        seen: list[int] = []
        cursor = ""
        async with listen(world.port, id, world.token) as reader:
            messages = reader.messages()
            await anext(messages)
            for _ in range(RING + 40):
                await asyncio.to_thread(world.tell, id, words="x" * 60_000)
                await asyncio.sleep(0.06)
            channels = world.app.state.seats.hub._channels
            held = sum(len(chunk) for channel in channels.values() for chunk in channel.ring)
            assert held < 80_000 * RING
            await asyncio.to_thread(world.end, id)
            seen.append(1)
            async for message in messages:
                if message.kind != "end":
                    seen.append(message.data["seq"])
                    cursor = message.id
        if cursor != f"{id}:{RING + 42}":
            seen += [m.data["seq"] for m in await collect(world, id, cursor) if m.kind != "end"]
        return seen

    id = world.a_job()
    assert run(watch()) == list(range(1, RING + 43))
