"""Logs: one JSON object a line on standard error, no secrets, no field longer than a kilobyte."""

import logging
import sys
import time
from typing import Any

import structlog
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import Refusal, sentence_for
from app.pages import show_refusal

LONGEST = 1000
SECRET = ("token", "password", "cookie", "authorization", "secret")
log = structlog.get_logger()


def configure_logs(level: str) -> None:
    """Send our own and the libraries' logs the same way."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        hide_secrets,
        shorten,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [], name != "uvicorn.access"
        logger.setLevel(logging.WARNING)
    for name in ("alembic", "sqlalchemy", "asyncio"):
        logging.getLogger(name).setLevel(logging.WARNING)


def hide_secrets(_logger: Any, _method: str, event: Any) -> Any:
    """A field named like a secret never gets out."""
    return {
        key: "hidden" if any(word in key.lower() for word in SECRET) else value
        for key, value in event.items()
    }


def shorten(_logger: Any, _method: str, event: Any) -> Any:
    """No field grows a log without bound; a trace keeps its end, where the cause stands."""
    return {key: _short(key, value) for key, value in event.items()}


def _short(key: str, value: Any) -> Any:
    if isinstance(value, bool | int | float) or value is None or key.startswith("_"):
        return value
    text = value if isinstance(value, str) else repr(value)
    if len(text) <= LONGEST:
        return value if isinstance(value, str) else text
    return "…" + text[-LONGEST:] if key == "exception" else text[:LONGEST] + "…"


class Log:
    """Notes each answered request by its route's template (no tokens, no ids), and ends what nobody
    caught.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: D102
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        status = 0

        async def send_noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, send_noted)
        except Exception:  # the process edge: the person gets our words, the log the trace
            log.exception("failed", route=route_of(scope), method=scope["method"])
            if status:
                raise  # half an answer has left: only a broken connection tells the browser so
            refusal = Refusal(sentence_for(500), status=500)
            await show_refusal(Request(scope, receive), refusal)(scope, receive, send_noted)
        took = round((time.perf_counter() - began) * 1000, 1)
        if scope["path"].startswith("/static/") or scope["path"] == "/healthz":
            log.debug("answered", route=route_of(scope), method=scope["method"], status=status, ms=took)
        else:
            log.info("answered", route=route_of(scope), method=scope["method"], status=status, ms=took)


def route_of(scope: Scope) -> str:
    """The template of the route that answered, never the address itself."""
    return getattr(scope.get("route"), "path", "static" if scope["path"].startswith("/static/") else "none")
