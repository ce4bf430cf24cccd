"""A reader of server-sent events over a bare socket, so cheap that hundreds fit into one process."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode


@dataclass
class Message:
    """One event as a browser gets it, and when it came (``time.time``)."""

    kind: str
    data: Any
    id: str
    at: float


@dataclass
class Reader:
    """An open stream: status and headers of the answer; a body that is no stream is ``body``."""

    status: int
    headers: dict[str, str]
    socket: asyncio.StreamReader
    body: bytes = b""
    comments: list[str] = field(default_factory=list)
    retry: int | None = None
    last_id: str = ""

    async def messages(self) -> AsyncIterator[Message]:
        """Events until the server closes."""
        kind, data = "message", []
        async for line in self._lines():
            if not line:
                if data:
                    yield Message(kind, json.loads("\n".join(data)), self.last_id, time.time())
                kind, data = "message", []
            elif line.startswith(":"):
                self.comments.append(line)
            else:
                name, _, value = line.partition(": ")
                if name == "event":
                    kind = value
                elif name == "data":
                    data.append(value)
                elif name == "id":
                    self.last_id = value
                elif name == "retry":
                    self.retry = int(value)

    async def _lines(self) -> AsyncIterator[str]:
        rest = b""
        while chunk := await self._chunk():
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                yield line.decode()

    async def _chunk(self) -> bytes:
        """The next part of a chunked body; empty at its end."""
        size = int(await self.socket.readline() or b"0", 16)
        part = await self.socket.readexactly(size + 2)
        return part[:-2]


@asynccontextmanager
async def listen(
    port: int, jobs: str, token: str | None, after: str = "", last_id: str | None = None
) -> AsyncIterator[Reader]:
    """Ask for ``/stream`` and read the head of the answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = [f"GET /stream?{urlencode({'jobs': jobs, 'after': after})} HTTP/1.1", f"Host: 127.0.0.1:{port}"]
    head += ["Accept: text/event-stream", "Sec-Fetch-Site: same-origin"]
    head += [f"Cookie: skillet={token}"] if token else []
    head += [f"Last-Event-ID: {last_id}"] if last_id is not None else []
    try:
        writer.write(("\r\n".join(head) + "\r\n\r\n").encode())
        status = int((await reader.readline()).split()[1])
        headers = {}
        while line := (await reader.readline()).decode().strip():
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        found = Reader(status, headers, reader)
        if "content-length" in headers:
            found.body = await reader.readexactly(int(headers["content-length"]))
        yield found
    finally:
        writer.close()
