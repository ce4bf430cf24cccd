"""A Unix socket that answers one JSON line with one JSON line. Whatever is sent, the process goes on."""

import asyncio
import base64
import binascii
import json
import os
import signal
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from trainer.predictor.pictures import decode_picture
from trainer.predictor.preview import preview
from trainer.predictor.sessions import Sessions
from trainer.predictor.tensors import show_tensor

REQUEST_BYTES = 32 * 2**20
WORKERS = 2
"""Requests answered at a time: a model that takes long to load must not keep the others waiting."""


class BadRequest(ValueError):
    """A request that is not what the protocol says."""


async def serve(socket: Path, sessions: Sessions) -> None:
    """Answer until SIGTERM or SIGINT. The socket belongs to this user alone."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    with ThreadPoolExecutor(WORKERS) as pool:

        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                await converse(reader, writer, sessions, pool)
            except ConnectionError:
                return  # the client is gone, and so is whoever wanted the answer
            finally:
                writer.close()

        before = os.umask(0o177)
        try:
            server = await asyncio.start_unix_server(talk, socket, limit=REQUEST_BYTES)
        finally:
            os.umask(before)
        sys.stderr.write(f"predictor listens at {socket}\n")
        await stop.wait()
        server.close()
    socket.unlink(missing_ok=True)


async def converse(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, sessions: Sessions, pool: ThreadPoolExecutor
) -> None:
    """Answer the lines of one client in order. A line cut short by the end is no request."""
    loop = asyncio.get_running_loop()
    while True:
        try:
            line = await reader.readline()
        except ValueError:
            await send(
                writer,
                {"error": f"This request is longer than {REQUEST_BYTES // 2**20} MB. Send less at once."},
            )
            return  # where the next line would begin is not known
        if not line.endswith(b"\n"):
            return
        await send(writer, await loop.run_in_executor(pool, answer, line, sessions))


async def send(writer: asyncio.StreamWriter, reply: dict[str, Any]) -> None:
    """One line."""
    writer.write(json.dumps(reply, ensure_ascii=False).encode() + b"\n")
    await writer.drain()


def answer(line: bytes, sessions: Sessions) -> dict[str, Any]:
    """From a request to ``answers`` or ``error``: the edge of the process, where no exception passes."""
    try:
        request = read_request(line)
        if "tensor" in request:
            return {"tensor": show_tensor(request["tensor"])}
        if "preview" in request:
            return {"preview": preview(request["preview"])}
        model = sessions.get_model(request["model"])
        if "image" in request:
            return {"answers": [model.answer_picture(decode_picture(read_bytes(request["image"])))]}
        return {"answers": model.answer_rows(request["rows"])}
    except ValueError as error:
        return {"error": str(error)}
    except Exception:  # noqa: BLE001 - whatever one request meets, the next ones are answered
        traceback.print_exc()
        return {"error": "The model could not answer; the server's log says why. Try again, or train again."}


def read_request(line: bytes) -> dict[str, Any]:
    """A request of the right shape, or BadRequest in words."""
    try:
        request = json.loads(line)
    except (ValueError, RecursionError):
        raise BadRequest("A request is one line of JSON; this line is not.") from None
    if isinstance(request, dict) and any(
        isinstance(request.get(kind), dict) for kind in ("tensor", "preview")
    ):
        return request
    if not isinstance(request, dict) or not isinstance(request.get("model"), str):
        raise BadRequest("A request names its ‘model’ folder.")
    rows = request.get("rows")
    good_rows = isinstance(rows, list) and all(isinstance(row, dict) for row in rows)
    if good_rows == isinstance(request.get("image"), str):
        raise BadRequest("A request has either ‘rows’, a list of rows, or ‘image’, a picture in base64.")
    return request


def read_bytes(text: str) -> bytes:
    """From base64."""
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise BadRequest("The picture is not in base64.") from None
