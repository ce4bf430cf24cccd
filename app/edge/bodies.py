"""How many bytes a request may carry."""

import re

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import TooLarge
from app.pages import show_refusal

MEGABYTE = 2**20
USUAL = MEGABYTE
LARGER = (
    ("PATCH", re.compile(r"^/uploads/[^/]+$"), 64 * MEGABYTE),
    ("POST", re.compile(r"^/uploads$"), 16 * MEGABYTE),
    ("POST", re.compile(r"^/capture/[^/]+/classes/[^/]+/items$"), 16 * MEGABYTE),
    ("POST", re.compile(r"^/runs/[^/]+/predict$"), 32 * MEGABYTE),
)


def limit_for(method: str, path: str) -> int:
    """The most bytes that a request to this address may carry."""
    for its_method, pattern, limit in LARGER:
        if method == its_method and pattern.match(path):
            return limit
    return USUAL


class Bodies:
    """Refuses larger bodies: at once where their length is declared, else as soon as they have grown too
    long.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: D102
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit = limit_for(scope["method"], scope["path"])
        sentence = (
            f"This is more than the {limit // MEGABYTE} MB that the server takes here. Send less at once."
        )
        declared = Headers(scope=scope).get("content-length", "0")
        if not declared.isdigit() or int(declared) > limit:
            await show_refusal(Request(scope, receive), TooLarge(sentence))(scope, receive, send)
            return
        taken = 0

        async def receive_counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > limit:
                raise HTTPException(
                    413, sentence
                )  # the one exception that FastAPI lets through while it reads
            return message

        await self.app(scope, receive_counted, send)
