"""HEAD is GET without the body."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

OWN = ("/enter/", "/static/", "/stream", "/uploads/")
"""Addresses left alone: a link that works once, an answer without end, and those that know HEAD themselves."""


class Head:
    """Answers HEAD on pages with the head of what GET answers, for whoever looks whether a link still leads
    anywhere.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: D102
        if scope["type"] != "http" or scope["method"] != "HEAD" or scope["path"].startswith(OWN):
            await self.app(scope, receive, send)
            return

        async def send_head(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        scope["method"] = "GET"  # in place: what is found out about the request stays known to the log
        try:
            await self.app(scope, receive, send_head)
        finally:
            scope["method"] = "HEAD"
